"""FillRate: how often orders reach a distance from the mid: `A · exp(−k · distance)`."""

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value

BINS, QUANTILE = 20, 0.95
"""Distances the fit looks at, up to the distance that few orders pass."""


@value
class FillRate:
    """`rate` a second at no distance, falling by `decay` a unit of distance."""

    rate: float
    decay: float


def fit_decay(distances: Float64s, rates: Float64s, weights: Float64s) -> FillRate:
    """
    Fit ln rate = ln A − k · distance by weighted least squares; rates above 0.

    Source: strategies reference, §4.
    """
    share = weights / weights.sum()
    logs = np.log(rates)
    x, y = share @ distances, share @ logs
    decay = -float(share @ ((distances - x) * (logs - y)) / (share @ (distances - x) ** 2))
    return FillRate(float(np.exp(y + decay * x)), decay)


def fill_rate(deepest: Float64s, seconds: float) -> FillRate:
    """
    Return how the rate of orders falls with the distance they reach.

    Args:
        deepest: Of every order that took, how far from the mid before it its deepest fill was;
            an order that prints several trades counts once. Any unit.
        seconds: How long they were counted.

    Raises:
        DomainError: fewer than a hundred orders, or all reach as far.
    """
    far = float(np.quantile(deepest, QUANTILE)) if len(deepest) >= 100 else 0.0
    if far <= 0:
        raise DomainError(f"found {len(deepest)} orders, expected 100 that reach different depths")
    at = (np.arange(BINS) + 0.5) * far / BINS
    counts = np.array([(deepest >= distance).sum() for distance in at], np.float64)
    return fit_decay(at, counts / seconds, counts)
