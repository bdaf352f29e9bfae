"""Hedge ratios are those of the textbooks, and do not drift."""

from fractions import Fraction

import numpy as np
import pytest

from graphwiz_trader.kernels import pairs
from graphwiz_trader.kernels.arrays import Float64s

XS = (1.0, 2.0, 3.0, 4.0, 5.0)
YS = (2.1, 3.9, 6.2, 7.8, 10.1)


def fitted(ys: Float64s, xs: Float64s, length: int, slope: int) -> Float64s:
    m, out = pairs.new_window(length), np.empty(pairs.OUT)
    for y, x in zip(ys, xs, strict=True):
        pairs.push(m, y, x)
    pairs.fit(m, slope, out)
    return out


def exact(ys: Float64s, xs: Float64s) -> tuple[float, float, float]:
    """Return β, α and the newest residual of least squares, in rationals."""
    x, y = [Fraction(v) for v in xs], [Fraction(v) for v in ys]
    n = len(x)
    above = n * sum(a * b for a, b in zip(x, y, strict=True)) - sum(x) * sum(y)
    beta = above / (n * sum(a * a for a in x) - sum(x) ** 2)
    alpha = (sum(y) - beta * sum(x)) / n
    return float(beta), float(alpha), float(y[-1] - alpha - beta * x[-1])


def test_least_squares_and_total_least_squares_of_five_points() -> None:
    plain = fitted(np.array(YS), np.array(XS), 5, pairs.LEAST_SQUARES)
    total = fitted(np.array(YS), np.array(XS), 5, pairs.TOTAL)

    assert plain[pairs.BETA] == pytest.approx(1.99, rel=1e-12)
    assert plain[pairs.ALPHA] == pytest.approx(0.05, abs=1e-12)
    assert total[pairs.BETA] == pytest.approx(1.9942947216185347, rel=1e-12)


def test_total_least_squares_treats_both_alike_and_least_squares_does_not() -> None:
    xs, ys = np.array(XS), np.array(YS)

    products = [
        fitted(ys, xs, 5, slope)[pairs.BETA] * fitted(xs, ys, 5, slope)[pairs.BETA]
        for slope in (pairs.TOTAL, pairs.LEAST_SQUARES)
    ]

    assert products[0] == pytest.approx(1.0, rel=1e-12)
    assert products[1] < 0.999


def test_what_is_left_over_is_judged_by_its_own_deviation() -> None:
    out = fitted(np.array(YS), np.array(XS), 5, pairs.LEAST_SQUARES)

    rest = np.array(YS) - 0.05 - 1.99 * np.array(XS)
    assert out[pairs.ERROR] == pytest.approx(rest[-1], rel=1e-9)
    assert out[pairs.SIGMA] == pytest.approx(rest.std(), rel=1e-9)
    assert out[pairs.Z] == pytest.approx(rest[-1] / rest.std(), rel=1e-9)


def test_a_slope_of_one_is_the_plain_z_score_of_the_difference() -> None:
    ys, xs = np.array([0.1, 0.3, 0.2, 0.5]), np.array([0.0, 0.1, 0.1, 0.1])

    out = fitted(ys, xs, 4, pairs.ONE)

    spread = ys - xs
    assert out[pairs.BETA] == 1.0
    assert out[pairs.Z] == pytest.approx((spread[-1] - spread.mean()) / spread.std(), rel=1e-12)


def test_a_window_that_rolled_for_long_still_fits_exactly() -> None:
    """Logarithms near 11 whose spread is a basis point: 20,000 steps leave no trace."""
    rng = np.random.default_rng(3)
    xs = 11.0 + np.cumsum(rng.normal(0, 1e-5, 20_000))
    ys = 0.9 * xs + 0.3 + rng.normal(0, 1e-4, 20_000)

    out = fitted(ys, xs, 300, pairs.LEAST_SQUARES)

    beta, alpha, error = exact(ys[-300:], xs[-300:])
    assert out[pairs.BETA] == pytest.approx(beta, rel=1e-8)
    assert out[pairs.ALPHA] == pytest.approx(alpha, rel=1e-8)
    assert out[pairs.ERROR] == pytest.approx(error, abs=1e-12)


@pytest.mark.parametrize("slope", [pairs.LEAST_SQUARES, pairs.TOTAL])
def test_nothing_is_said_before_the_window_is_full_or_while_x_stands(slope: int) -> None:
    short = fitted(np.array(YS), np.array(XS), 6, slope)
    flat = fitted(np.array(YS), np.ones(5), 5, slope)

    assert np.isnan(short).all()
    assert np.isnan(flat).all()


def test_a_spread_that_stands_has_no_score() -> None:
    out = fitted(np.array(XS) + 2.0, np.array(XS), 5, pairs.ONE)

    assert out[pairs.ERROR] == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(out[pairs.Z])


def test_residuals_come_oldest_first() -> None:
    m, out = pairs.new_window(3), np.empty(3)
    for k in range(5):
        pairs.push(m, float(k), 0.0)

    count = pairs.residuals(m, 1.0, 0.0, out)

    assert (count, list(out)) == (3, [2.0, 3.0, 4.0])


@pytest.mark.parametrize("length", [2, 70_000])
def test_a_window_of_no_use_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"window of {length} pairs"):
        pairs.new_window(length)


def test_the_filter_judges_before_it_learns() -> None:
    state, out = pairs.new_kalman(), np.empty(pairs.OUT)
    errors, variances = [], []
    for x, y in zip((1.0, 2.0, 3.0, 4.0), (2.1, 3.9, 6.2, 7.8), strict=True):
        pairs.kalman(state, y, x, 1e-4, 1e-3, out)
        errors.append(out[pairs.ERROR])
        variances.append(out[pairs.SIGMA] ** 2)

    assert errors == pytest.approx([2.1, 0.7515740556, 0.5046184476, -0.3712802911], abs=1e-8)
    assert variances == pytest.approx(
        [2.00120002, 0.5037989307, 0.0071709689, 0.0051275446], abs=1e-8
    )
    assert state[[pairs.BETA, pairs.ALPHA]] == pytest.approx([1.93435478, 0.13498985], abs=1e-8)
    assert out[pairs.Z] == pytest.approx(errors[-1] / variances[-1] ** 0.5)
