"""Moments reproduce the reference's z-scores, whichever way the window is meant."""

from itertools import cycle, islice
from math import sqrt
from statistics import fmean, pstdev

import pytest

from graphwiz_trader.domain.moments import Moments

SHORT = [100, 101, 99, 100, 102, 104]
LONG = [*islice(cycle(range(100, 110)), 100), 112]


def _z(xs: list[int], length: int, ddof: int, *, including: bool) -> float | None:
    moments = Moments(length)
    for x in xs:
        if including:
            moments.push(x, ddof)
        else:
            moments.push_after(x, ddof)
    return moments.z


@pytest.mark.parametrize(
    ("xs", "length", "ddof", "including", "z"),
    [
        (SHORT, 5, 0, True, 1.6274669424134682),
        (SHORT, 5, 1, True, 1.4556506857481004),
        (SHORT, 5, 0, False, 3.530090432487307),
        (SHORT, 5, 1, False, 3.1574088695053),
        (LONG, 100, 0, True, 2.5172031307155907),
        (LONG, 100, 1, True, 2.504585491707466),
        (LONG, 100, 0, False, 2.6111648393354674),
        (LONG, 100, 1, False, 2.5980762113533156),
    ],
)
def test_the_reference_s_oracles(
    xs: list[int], length: int, ddof: int, including: bool, z: float
) -> None:
    assert _z(xs, length, ddof, including=including) == pytest.approx(z, rel=1e-12)


@pytest.mark.parametrize(("including", "needed"), [(True, 5), (False, 6)])
def test_there_is_no_score_before_the_window_is_full(including: bool, needed: int) -> None:
    scores = [_z(SHORT[:n], 5, 0, including=including) for n in range(1, 7)]

    assert [n for n, z in enumerate(scores, 1) if z is not None] == list(range(needed, 7))


def test_a_window_that_does_not_vary_has_no_score() -> None:
    assert _z([7] * 10, 5, 0, including=True) is None


def test_the_newest_of_its_own_window_is_at_most_the_root_of_the_others_away() -> None:
    assert _z([0] * 99 + [10**9], 100, 0, including=True) == pytest.approx(sqrt(99))


def test_mean_and_deviation_are_of_the_last_observations_only() -> None:
    moments = Moments(100)
    for x in [10**9, *LONG[:100]]:
        moments.push(x, 0)

    assert moments.mean == 104.5
    assert moments.deviation(0) == pytest.approx(sqrt(82_500) / 100)


def test_prices_far_from_the_first_one_lose_nothing() -> None:
    """A jump by a hundred million ticks and back: the pivot follows the window."""
    moments = Moments(50)
    xs = [i * i % 97 for i in range(60)]
    for x in [*(x + 10**8 for x in xs), *xs]:
        moments.push(x, 0)

    window = xs[-50:]
    assert moments.deviation(0) == pytest.approx(pstdev(window), rel=1e-12)
    assert moments.z == pytest.approx((xs[-1] - fmean(window)) / pstdev(window), rel=1e-12)


def test_a_deviation_that_halves_each_step_has_a_half_life_of_one() -> None:
    moments = Moments(12)
    for x in [2**n for n in range(20, 8, -1)]:
        moments.push(x, 0)

    assert moments.half_life() == pytest.approx(1.0)


def test_a_trend_does_not_revert() -> None:
    moments = Moments(10)
    for x in range(10):
        moments.push(x, 0)

    assert moments.half_life() is None
