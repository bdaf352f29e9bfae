"""What one book shows."""

from itertools import pairwise

import pytest

from graphwiz_trader.domain.baseline import Baseline
from graphwiz_trader.domain.book_patterns import (
    ImbalanceRun,
    LiquidityHole,
    OfiSurge,
    SpreadBlowout,
    VolRegime,
    order_flow,
)
from graphwiz_trader.domain.sighting import Sighting
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos


def at(ms: int) -> Nanos:
    return Nanos(ms * MILLISECOND)


def taught(watch: SpreadBlowout | LiquidityHole, usual: float) -> None:
    for _ in range(60):
        watch.sample(usual)


def test_nothing_is_usual_before_a_minute_was_seen() -> None:
    usual = Baseline()

    for _ in range(59):
        usual.add(1.0)

    assert usual.median is usual.sigma is None


def test_what_is_usual_is_forgotten_after_its_span() -> None:
    usual = Baseline(span=4, enough=1)

    for observed in (9.0, 9.0, 1.0, 2.0, 3.0, 4.0):
        usual.add(observed)

    assert usual.median == 2.5
    assert usual.sigma == pytest.approx(1.4826)


def test_a_spread_blown_out_for_200_ms_is_told_and_not_before() -> None:
    watch = SpreadBlowout()
    taught(watch, 2.0)

    told = [watch.see(at(ms), 10.0) for ms in (0, 100, 199, 200)]

    assert told[:3] == [None] * 3
    assert isinstance(told[3], Sighting)
    assert (told[3].side, told[3].since) == (0, at(0))


def test_a_spread_that_came_back_in_between_begins_anew() -> None:
    watch = SpreadBlowout()
    taught(watch, 2.0)

    told = [watch.see(at(ms), spread) for ms, spread in ((0, 10.0), (150, 9.9), (210, 10.0))]

    assert told == [None] * 3
    assert not watch.is_over


@pytest.mark.parametrize("sign", [1, -1])
def test_a_book_that_leans_for_ten_updates_and_half_a_second_is_told(sign: int) -> None:
    watch = ImbalanceRun()

    told = [watch.see(at(60 * n), 0.7 * sign) for n in range(10)]

    assert told[:9] == [None] * 9
    assert told[9] is not None
    assert told[9].side == sign


def test_ten_updates_within_half_a_second_are_no_run() -> None:
    watch = ImbalanceRun()

    assert [watch.see(at(10 * n), 0.9) for n in range(12)] == [None] * 12


def test_a_book_that_turns_over_begins_a_new_run() -> None:
    watch = ImbalanceRun()

    told = [watch.see(at(60 * n), 0.9 if n < 9 else -0.9) for n in range(12)]

    assert told == [None] * 12


def test_order_flow_is_that_of_cont_kukanov_and_stoikov() -> None:
    rows = [
        (100, 5, 101, 4),
        (100, 8, 101, 4),
        (101, 2, 102, 6),
        (101, 2, 102, 3),
        (100, 7, 102, 3),
    ]

    found = [order_flow(one, other) for one, other in pairwise(rows)]

    assert found == [3.0, 6.0, 3.0, -2.0]


def test_a_surge_is_four_robust_deviations_in_one_second() -> None:
    watch = OfiSurge()
    lots = 100
    for second in range(60):
        lots += 1 if second % 2 else -1
        watch.see(Nanos(second * SECOND), (100, lots, 101, 100))
        watch.sample()

    small = watch.see(Nanos(61 * SECOND), (100, lots + 2, 101, 100))
    great = watch.see(Nanos(61 * SECOND + 1), (100, lots + 7, 101, 100))
    past = watch.see(Nanos(63 * SECOND), (100, lots + 7, 101, 100))

    assert small is None
    assert great is not None
    assert great.side == 1
    assert past is None


def test_a_hole_is_less_than_a_fifth_of_the_usual_depth() -> None:
    watch = LiquidityHole()
    taught(watch, 100.0)

    assert watch.see(at(0), 20.0) is None
    assert watch.see(at(1), 19.0) is not None
    assert not watch.is_over
    watch.see(at(2), 21.0)
    assert watch.is_over


def test_a_storm_is_told_once_and_over_only_below_one_and_a_half() -> None:
    watch = VolRegime()
    mid, told = 100.0, []

    for second in range(900):
        step = 0.0001 if second < 700 else 0.001 if second < 760 else 0.0001
        mid *= 1 + (step if second % 2 else -step)
        told.append(watch.see(Nanos(second * SECOND), mid))

    seen = [second for second, sighting in enumerate(told) if sighting is not None]
    assert len(seen) >= 1
    assert 700 < seen[0] < 720
    assert not any(720 < second < 760 for second in seen)


def test_alternating_quotes_of_no_move_have_no_regime() -> None:
    watch = VolRegime()

    assert not any(watch.see(Nanos(n * SECOND), 100.0) for n in range(1000))
    assert watch.is_over
