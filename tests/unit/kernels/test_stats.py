"""Rolling moments, z-scores and half-lives; figures from the strategies' reference, section 1."""

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.kernels import stats
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.jit import IN64, kernel

SHORT = (100, 101, 99, 100, 102, 104)
SAWTOOTH = (*(100 + i % 10 for i in range(100)), 112)


def including(xs: Iterable[int], length: int, ddof: int) -> list[float]:
    m = stats.new_moments(length)
    return [stats.z_including(m, int(x), ddof) for x in xs]


def excluding(xs: Iterable[int], length: int, ddof: int) -> list[float]:
    m = stats.new_moments(length)
    return [stats.z_excluding(m, int(x), ddof) for x in xs]


@pytest.mark.parametrize(
    ("scores", "ddof", "xs", "length", "expected"),
    [
        (including, 0, SHORT, 5, 1.6274669424134682),
        (including, 1, SHORT, 5, 1.4556506857481004),
        (excluding, 0, SHORT, 5, 3.530090432487307),
        (excluding, 1, SHORT, 5, 3.1574088695053),
        (including, 0, SAWTOOTH, 100, 2.5172031307155907),
        (including, 1, SAWTOOTH, 100, 2.504585491707466),
        (excluding, 0, SAWTOOTH, 100, 2.6111648393354674),
        (excluding, 1, SAWTOOTH, 100, 2.5980762113533156),
    ],
)
def test_z_score_of_the_last_observation(
    scores: object, ddof: int, xs: tuple[int, ...], length: int, expected: float
) -> None:
    assert callable(scores)
    assert scores(xs, length, ddof)[-1] == pytest.approx(expected, rel=1e-9)


def test_sums_are_exact_about_any_pivot() -> None:
    m = stats.new_moments(100)

    for x in SAWTOOTH[:100]:
        stats.push(m, x)

    pivot = int(m[stats.PIVOT])
    total = int(m[stats.SUM]) + 100 * pivot
    squares = int(m[stats.SQUARES]) + 2 * pivot * int(m[stats.SUM]) + 100 * pivot**2
    assert (total, squares) == (10_450, 1_092_850)
    assert 100 * int(m[stats.SQUARES]) - int(m[stats.SUM]) ** 2 == 82_500


@pytest.mark.parametrize(("ddof", "cap"), [(0, 99**0.5), (1, 99 / 10)])
def test_a_score_that_includes_its_observation_is_capped(ddof: int, cap: float) -> None:
    scores = including([0] * 99 + [1], 100, ddof)

    assert scores[-1] == pytest.approx(cap, rel=1e-12)


def test_both_kinds_of_score_agree_on_the_entry() -> None:
    """With u of the other L − 1 points, z² = u²(L − 1)/(L + u²)."""
    xs = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]

    z, u = including(xs, 10, 0)[-1], excluding(xs, 9, 0)[-1]

    assert z**2 == pytest.approx(u**2 * 9 / (10 + u**2), rel=1e-12)


def test_no_score_before_the_window_is_full_or_while_nothing_moves() -> None:
    scores = including([7, 7, 7, 8], 3, 0)

    assert np.isnan(scores[:3]).all()
    assert scores[3] > 0
    assert np.isnan(excluding([7, 7, 7], 3, 0)).all()


def test_mean_and_variance_of_a_window_that_fills() -> None:
    m = stats.new_moments(3)
    assert np.isnan(stats.mean(m))

    means, variances = [], []
    for x in (1, 2, 4, 8):
        stats.push(m, x)
        means.append(stats.mean(m))
        variances.append(stats.variance(m, 1))

    assert means == pytest.approx([1, 1.5, 7 / 3, 14 / 3])
    assert np.isnan(variances[0])
    assert variances[1:] == pytest.approx([0.5, 7 / 3, 28 / 3])


def test_window_is_read_oldest_first() -> None:
    m = stats.new_moments(3)
    out = np.zeros(3)

    for x in (1, 2, 4, 8):
        stats.push(m, x)

    assert stats.window(m, out) == 3
    assert out.tolist() == [2, 4, 8]


@pytest.mark.parametrize("length", [0, 1, 1 << 17])
def test_a_window_of_no_use_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"{length} observations"):
        stats.new_moments(length)


def exact_variance(window: Int64s) -> float:
    ints = [int(x) for x in window]
    n = len(ints)
    return (n * sum(x * x for x in ints) - sum(ints) ** 2) / n**2


@pytest.mark.parametrize("jump", [1 << 20, 1 << 24, 1 << 33, 1 << 44])
def test_variance_survives_a_change_of_scale(jump: int) -> None:
    """Sums of squares about a far pivot overflow, and in floats they go negative."""
    rng = np.random.default_rng(5)
    xs = np.concatenate([jump + rng.integers(-9, 9, 150), rng.integers(0, 2, 150)])
    m = stats.new_moments(100)

    for i, x in enumerate(xs):
        stats.push(m, int(x))
        seen = xs[max(0, i - 99) : i + 1]
        assert stats.variance(m, 0) >= 0
        assert stats.variance(m, 0) == pytest.approx(exact_variance(seen), rel=1e-9, abs=1e-12)
        assert stats.mean(m) == pytest.approx(sum(map(int, seen)) / len(seen), rel=1e-12)


@kernel(f"void(int64[::1], {IN64})")
def _push_all(m: Int64s, xs: Int64s) -> None:
    for i in range(xs.shape[0]):
        stats.push(m, xs[i])


@pytest.mark.long
def test_moments_do_not_drift(long_factor: float) -> None:
    """Ten million updates near 6,000,000 ticks, against the exact window."""
    rng = np.random.default_rng(11)
    m = stats.new_moments(100)
    for _ in range(max(1, round(100 * long_factor))):
        xs = 12_000_000 + np.cumsum(rng.integers(-40, 41, 100_000))
        _push_all(m, xs)
        assert stats.variance(m, 0) == pytest.approx(exact_variance(xs[-100:]), rel=1e-13)
        assert stats.mean(m) == pytest.approx(float(np.mean(xs[-100:])), rel=1e-14)


def fitted(values: Iterable[float]) -> Float64s:
    out = np.empty(4)
    stats.ar1(np.array(list(values), np.float64), out)
    return out


def test_half_life_of_a_small_series() -> None:
    out = fitted([1, 0.8, 0.5, 0.45, 0.2, 0.25, 0.1])

    assert out[stats.PHI] == pytest.approx(0.7440273, abs=1e-7)
    assert out[stats.HALF_LIFE] == pytest.approx(2.3442672, abs=1e-7)


def test_half_life_and_level_of_pure_decay() -> None:
    out = fitted(10 + 8 * 0.5**k for k in range(6))

    assert out[stats.PHI] == pytest.approx(0.5)
    assert out[stats.MEAN] == pytest.approx(10)
    assert out[stats.SIGMA] == pytest.approx(0, abs=1e-7)
    assert out[stats.HALF_LIFE] == pytest.approx(1)


@pytest.mark.parametrize("values", [(1, 2, 4, 8, 16), (1, -1, 1, -1, 1)])
def test_no_half_life_without_reversion(values: tuple[float, ...]) -> None:
    out = fitted(values)

    assert not 0 < out[stats.PHI] < 1
    assert np.isnan(out[stats.HALF_LIFE])


def test_no_fit_of_what_does_not_vary() -> None:
    assert np.isnan(fitted([3, 3, 3, 3])).all()


def test_average_on_irregular_time() -> None:
    average, before = float("nan"), 0.0

    for t, x in zip((0, 1, 3, 3.5), (10, 12, 11, 15), strict=True):
        average = stats.ewma(average, x, t - before, 2.0)
        before = t

    assert average == pytest.approx(11.462258989110639, rel=1e-12)


def recorded(folder: Path, venue: str) -> tuple[Float64s, Float64s]:
    file = folder / "linkusdt_binance_huobi_1s_l10" / f"{venue}_h00.csv.gz"
    with gzip.open(file, "rt") as lines:
        rows = list(csv.DictReader(lines))
    return np.array([float(r["b1"]) for r in rows]), np.array([float(r["a1"]) for r in rows])


def test_scores_of_the_recorded_hour(shared_data: Path) -> None:
    bids, asks = recorded(shared_data, "binance")
    half_ticks = np.rint(bids * 1000).astype(int) + np.rint(asks * 1000).astype(int)

    inside, outside = (
        np.array(including(half_ticks, 100, 0)),
        np.array(excluding(half_ticks, 100, 1)),
    )

    assert inside[[99, 100, 3599]] == pytest.approx(
        [-1.7594296813350734, -1.8706594703227455, 1.3417892007862777], rel=1e-9
    )
    assert outside[[100, 3599]] == pytest.approx([-1.9160024031088345, 1.3566698869], rel=1e-9)
    assert np.sum(np.abs(inside) >= 2) == 458
    assert np.sum(~np.isnan(inside)) == 3501
    assert np.sum(np.abs(outside) >= 2) == 488
    assert np.sum(~np.isnan(outside)) == 3500


def test_reversion_of_the_recorded_spread(shared_data: Path) -> None:
    logs = [np.log(sum(recorded(shared_data, venue)) / 2) for venue in ("binance", "huobi")]

    out = fitted((logs[0] - logs[1]) * 1e4)

    assert out[stats.PHI] == pytest.approx(0.5488544263, abs=1e-9)
    assert out[stats.HALF_LIFE] == pytest.approx(1.1554, abs=1e-4)
    assert out[stats.MEAN] == pytest.approx(-0.01886769, abs=1e-8)
    assert out[stats.SIGMA] == pytest.approx(1.47013708, abs=1e-8)


def test_half_of_a_deviation_is_gone_after_a_half_life() -> None:
    assert stats.reverted(0.0, 5.0) == 0.0
    assert stats.reverted(5.0, 5.0) == 0.5
    assert stats.reverted(10.0, 5.0) == 0.75
