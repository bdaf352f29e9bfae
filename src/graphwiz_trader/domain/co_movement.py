"""
Co-movement: how much two prices move together, and which of them moves first.

Source: Hayashi & Yoshida 2005 (Bernoulli 11:359); Huth & Abergel 2014 (J. Emp. Finance 26:41).
"""

import numpy as np

from graphwiz_trader.domain.units import Float64s, Int64s, Nanos
from graphwiz_trader.domain.value import value


@value
class Observed:
    """A price: its logarithm at rising instants, shapes (n,) and (n,)."""

    ts: Int64s
    log_price: Float64s


@value
class CoMovement:
    """
    The strongest correlation over all lags: at `lag`, positive where the second follows.

    `llr` compares the lags at which the second follows with those at which it leads; above 1 it
    follows. `rho` may exceed 1 in a small sample and is clipped by nobody but who shows it.
    """

    rho: float
    lag: Nanos
    llr: float
    rho_now: float


def correlation(x: Observed, y: Observed, lag: int = 0) -> float:
    """
    Return the correlation of *x* with *y*, *lag* ns later, of no grid; 0 where one never moves.

    >>> x = Observed(np.array([0, 2, 5, 7]), np.array([0.0, 1.0, 3.0, 2.0]))
    >>> y = Observed(np.array([0, 1, 4, 6, 7]), np.array([0.0, 0.5, 1.5, 2.5, 2.0]))
    >>> round(correlation(x, y), 10)
    1.2909944487
    """
    scale = float(np.sum(np.diff(x.log_price) ** 2) * np.sum(np.diff(y.log_price) ** 2))
    return covariance(x, y, lag) / scale**0.5 if scale > 0.0 else 0.0


def covariance(x: Observed, y: Observed, lag: int = 0) -> float:
    """Return the sum of products of moves whose times overlap, those of *y* shifted by −*lag*."""
    if len(x.ts) < 2 or len(y.ts) < 2:
        return 0.0
    shifted = y.ts - lag
    last = len(shifted) - 1
    began = np.clip(np.searchsorted(shifted, x.ts[:-1], "right") - 1, 0, last)
    ended = np.clip(np.searchsorted(shifted, x.ts[1:], "left"), 0, last)
    moved = np.where(ended > began, y.log_price[ended] - y.log_price[began], 0.0)
    return float(np.sum(np.diff(x.log_price) * moved))


def co_movement(x: Observed, y: Observed, step: Nanos, steps: int) -> CoMovement:
    """Compare *x* with *y* at every lag of up to *steps* times *step*, both ways."""
    found = [correlation(x, y, step * k) for k in range(-steps, steps + 1)]
    best = max(range(len(found)), key=lambda i: (abs(found[i]), -abs(i - steps)))
    leads = sum(rho * rho for rho in found[:steps])
    follows = sum(rho * rho for rho in found[steps + 1 :])
    ratio = follows / leads if leads > 0.0 else float("inf") if follows > 0.0 else 1.0
    return CoMovement(found[best], Nanos((best - steps) * step), ratio, found[steps])
