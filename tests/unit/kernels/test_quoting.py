"""Quotes of the closed forms; figures from the strategies' reference, section 4."""

import numpy as np
import pytest

from graphwiz_trader.kernels import quoting
from graphwiz_trader.kernels.arrays import Float64s
from graphwiz_trader.kernels.quoting import ASK, BID

GAMMA, SIGMA, K, A = 0.01, 0.3, 0.3, 0.9


def glft(q: float, *, gamma: float = GAMMA, xi: float = GAMMA, delta: float = 1.0) -> Float64s:
    out = np.empty(2)
    quoting.glft(gamma, xi, SIGMA, K, A, delta, q, out)
    return out


def stoikov(q: float, horizon: float) -> tuple[float, float]:
    out = np.empty(2)
    quoting.avellaneda_stoikov(0.1, 2.0, 1.5, horizon, q, out)
    return 100 - float(out[BID]), 100 + float(out[ASK])


def spectral(q: int, most: int) -> tuple[float, float]:
    """The distances at *q* of the exact solution with at most *most* held either way."""
    alpha = K * GAMMA * SIGMA**2 / 2
    eta = A * (1 + GAMMA / K) ** -(1 + K / GAMMA)
    held = np.arange(-most, most + 1)
    off = -eta * np.ones(2 * most)
    values, vectors = np.linalg.eigh(
        np.diag(alpha * held**2.0) + np.diag(off, 1) + np.diag(off, -1)
    )
    f = np.abs(vectors[:, np.argmin(values)])
    c = np.log(1 + GAMMA / K) / GAMMA
    at = q + most
    return float(np.log(f[at] / f[at + 1]) / K + c), float(np.log(f[at] / f[at - 1]) / K + c)


@pytest.mark.parametrize(
    ("q", "bid", "ask"),
    [
        (0, 3.312915198564539, 3.312915198564539),
        (1, 3.380781031095423, 3.2450493660336552),
        (5, 3.652244361, 2.973586036),
    ],
)
def test_glft_equals_the_closed_form(q: int, bid: float, ask: float) -> None:
    assert glft(q) == pytest.approx([bid, ask], rel=1e-9)


@pytest.mark.parametrize(
    ("q", "bid", "ask"),
    [
        (0, 3.313045419, 3.313045419),
        (1, 3.381168101, 3.244919146),
        (5, 3.653479541, 2.972521693),
    ],
)
def test_glft_is_near_the_exact_solution(q: int, bid: float, ask: float) -> None:
    exact = spectral(q, 30)

    assert exact == pytest.approx((bid, ask), rel=1e-8)
    assert glft(q) == pytest.approx(list(exact), rel=1e-3)


def test_glft_counts_quotes_of_any_size() -> None:
    """Lots of half the size, twice as many of them, with the same aversion per unit of asset."""
    assert glft(4.0, delta=2.0, gamma=GAMMA / 2, xi=GAMMA / 2) == pytest.approx(glft(2.0), rel=1e-9)


def test_without_fear_of_fills_the_half_spread_is_the_limit() -> None:
    assert glft(3.0, xi=0.0) == pytest.approx(glft(3.0, xi=1e-7), rel=1e-6)


@pytest.mark.parametrize(
    ("q", "horizon", "bid", "ask"),
    [
        (0, 1.0, 99.15461478862429, 100.84538521137571),
        (3, 1.0, 98.8 - 1.6907704227514233 / 2, 98.8 + 1.6907704227514233 / 2),
        (3, 0.5, 99.4 - 1.4907704227514234 / 2, 99.4 + 1.4907704227514234 / 2),
    ],
)
def test_avellaneda_stoikov_equals_the_published_form(
    q: int, horizon: float, bid: float, ask: float
) -> None:
    assert stoikov(q, horizon) == pytest.approx((bid, ask), rel=1e-9)


@pytest.mark.parametrize(
    ("distances", "floor", "touch", "expected"),
    [
        ((2.5, 2.5), 0.0, (990, 1010), (997, 1003)),
        ((2.0, 2.0), 0.0, (990, 1010), (998, 1002)),
        ((0.5, 0.5), 4.0, (990, 1010), (996, 1004)),
        ((-15.0, 20.0), -20.0, (990, 1010), (1009, 1020)),
        ((20.0, -15.0), -20.0, (990, 1010), (980, 991)),
    ],
)
def test_quotes_round_away_from_fair_and_never_cross(
    distances: tuple[float, float],
    floor: float,
    touch: tuple[int, int],
    expected: tuple[int, int],
) -> None:
    out = np.array(distances)

    quoting.place(1000.0, floor, floor, *touch, out)

    assert (out[BID], out[ASK]) == expected
