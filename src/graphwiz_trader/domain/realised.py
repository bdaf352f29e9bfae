"""Realised: volatility from mids on a grid, plain and corrected for noise."""

from math import sqrt

import numpy as np

from graphwiz_trader.domain.units import Float64s


def realised_volatility(x: Float64s, step_s: float) -> float:
    """
    Return √(Σ Δx² / T) of values *step_s* seconds apart, in units of *x* a √second.

    Of mids, never of trades: prints jump between bid and ask while nothing moves.
    """
    return sqrt(float(np.sum(np.diff(x) ** 2)) / (step_s * (len(x) - 1)))


def two_scale_variance(x: Float64s, scale: int) -> float:
    """
    Return the variance of the whole of *x* that is not noise; it may be negative.

    The average over all grids *scale* steps wide, less what noise adds to it.

    Source: Zhang, Mykland and Aït-Sahalia 2005 (J. American Statistical Association 100:1394).

    >>> round(two_scale_variance(np.array([0.0, 1, 0, 2, 1, 3]), 2), 4)
    -4.8333
    """
    n = len(x) - 1
    fine = float(np.sum(np.diff(x) ** 2))
    coarse = float(np.sum((x[scale:] - x[:-scale]) ** 2)) / scale
    share = (n - scale + 1) / scale / n
    return (coarse - share * fine) / (1 - share)


def two_scale_volatility(x: Float64s, scale: int, step_s: float) -> float:
    """Return the root of `two_scale_variance` a second, 0 where that is negative."""
    return sqrt(max(0.0, two_scale_variance(x, scale)) / (step_s * (len(x) - 1)))
