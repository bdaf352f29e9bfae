"""A spread is judged in its window, by whichever ratio was asked for."""

from math import log, sqrt

import numpy as np
import pytest

from graphwiz_trader.domain.spread import Spread

A = [101.0, 103.0, 102.0, 106.0, 104.0, 110.0]
B = [50.0, 51.0, 50.5, 52.0, 51.5, 52.5]


def after(hedge: str, count: int = 6, delta: float = 1e-4, noise: float = 1e-3) -> Spread:
    spread = Spread(5, hedge, delta, noise)
    for a, b in list(zip(A, B, strict=True))[:count]:
        spread.push(a, b)
    return spread


def test_one_is_the_log_ratio_against_its_own_window() -> None:
    spread = after("one")

    ratios = np.log(np.array(A[1:]) / np.array(B[1:]))
    assert spread.beta == 1.0
    assert spread.z == pytest.approx((ratios[-1] - ratios.mean()) / ratios.std())
    assert spread.error_bps == pytest.approx((ratios[-1] - ratios.mean()) * 1e4)


def test_least_squares_is_that_of_the_window() -> None:
    spread = after("ols")

    x, y = np.log(B[1:]), np.log(A[1:])
    beta = np.cov(x, y, ddof=0)[0, 1] / np.var(x)
    assert spread.beta == pytest.approx(beta)
    assert spread.error_bps == pytest.approx((y - y.mean() - beta * (x - x.mean()))[-1] * 1e4)


def test_the_filter_counts_from_the_first_pair() -> None:
    spread = after("kalman", count=5)

    errors, beta, alpha, p = [], 0.0, 0.0, np.eye(2)
    for a, b in zip(A[:5], B[:5], strict=True):
        h = np.array([log(b / B[0]), 1.0])
        p = p + 1e-4 / (1 - 1e-4) * np.eye(2)
        error = log(a / A[0]) - h @ [beta, alpha]
        variance = h @ p @ h + 1e-3
        gain = p @ h / variance
        beta, alpha = beta + gain[0] * error, alpha + gain[1] * error
        p = p - np.outer(gain, h @ p)
        errors.append(error / sqrt(variance))
    assert spread.z == pytest.approx(errors[-1])
    assert spread.beta == pytest.approx(beta)


@pytest.mark.parametrize("hedge", ["one", "ols", "tls", "kalman"])
def test_nothing_is_judged_before_the_window_is_full(hedge: str) -> None:
    assert after(hedge, count=4).z is None
    assert after(hedge, count=5).z is not None


def test_the_newest_pair_says_nothing_of_how_it_reverts() -> None:
    calm, jumped = after("one", 5), Spread(5, "one", 1e-4, 1e-3)
    for a, b in zip([*A[:4], 400.0], B[:5], strict=True):
        jumped.push(a, b)

    assert jumped.half_life() == pytest.approx(calm.half_life())
