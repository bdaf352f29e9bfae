"""Resampling: how much a figure of a series would differ had chance dealt it again."""

import math
from collections.abc import Callable

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Float64s, Int64s
from graphwiz_trader.domain.value import value

Statistic = Callable[[Float64s], Float64s]
"""A figure of every series of a matrix: shape (series, n) to shape (series,)."""


@value
class Interval:
    """Where a figure is believed to be, with the confidence it was made for."""

    low: float
    high: float


def interval(
    series: Float64s,
    statistic: Statistic,
    starts: Float64s,
    places: Float64s,
    confidence: float = 0.95,
) -> Interval:
    """
    Return the percentile interval of *statistic* over stationary-bootstrap resamples of *series*.

    Args:
        series: Shape (n,), n ≥ 2.
        statistic: The figure; resamples where it is no number are left out.
        starts: Even draws in [0, 1), shape (resamples, n): below 1 / block length, anew.
        places: Even draws in [0, 1), of the same shape: where.
        confidence: Share of the resamples inside.

    Raises:
        DomainError: the figure is a number in no resample.

    Source: Politis & Romano, "The stationary bootstrap", JASA 89, 1994.
    """
    dealt = series[resampled(starts, places, 1.0 / block_length(series))]
    figures = statistic(dealt)
    figures = figures[np.isfinite(figures)]
    if not len(figures):
        raise DomainError(f"found no resample of {len(series)} with that figure, expected some")
    tail = (1.0 - confidence) / 2
    low, high = np.quantile(figures, (tail, 1.0 - tail))
    return Interval(float(low), float(high))


def resampled(starts: Float64s, places: Float64s, anew: float) -> Int64s:
    """
    Return the places of resamples, one a row: a block begins where a draw says, goes on, and wraps.

    >>> u, v = np.array([[0, 0.6, 0.4, 0.9, 0.7, 0.1]]), np.array([[0.1, 0.5, 0.95, 0.3, 0.3, 0.5]])
    >>> resampled(u, v, 0.5).tolist()
    [[0, 1, 5, 0, 1, 3]]
    """
    n = starts.shape[1]
    begins = starts < anew
    begins[:, 0] = True
    here = np.arange(n)
    begun = np.maximum.accumulate(np.where(begins, here, 0), axis=1)
    origin = np.take_along_axis(np.floor(places * n).astype(np.int64), begun, axis=1)
    return np.asarray((origin + here - begun) % n, np.int64)


def block_length(series: Float64s) -> float:
    """
    Return the mean length of blocks that keeps what *series* remembers of itself, ≥ 1.

    Args:
        series: Shape (n,), n ≥ 2.

    Source: Politis & White, "Automatic block-length selection for the dependent bootstrap", 2004,
    with Patton, Politis & White's correction of 2009.
    """
    n = len(series)
    covariance, memory = _memory(series - series.mean())
    if memory == 0 or covariance[0] == 0.0:
        return 1.0
    lags = np.arange(1, memory + 1)
    weights = np.clip(2.0 * (1.0 - lags / memory), 0.0, 1.0)
    slope = float(2.0 * (weights * lags * covariance[1 : memory + 1]).sum())
    spectrum = float(covariance[0] + 2.0 * (weights * covariance[1 : memory + 1]).sum())
    if spectrum == 0.0:
        return 1.0
    length = math.cbrt(slope**2 / spectrum**2 * n)
    return max(1.0, min(length, float(math.ceil(min(3.0 * math.sqrt(n), n / 3.0)))))


def _memory(centred: Float64s) -> tuple[Float64s, int]:
    """Return the autocovariances, and up to which lag they are used: twice the last that counts."""
    n = len(centred)
    run = max(5, int(math.log10(n)))
    most = min(math.ceil(math.sqrt(n)) + run, n - 2)
    covariance = np.array([centred[lag:] @ centred[: n - lag] / n for lag in range(most + 1)])
    heads = np.array([centred[lag + 1 :] @ centred[lag + 1 :] for lag in range(most + 1)])
    tails = np.array([centred[: n - lag - 1] @ centred[: n - lag - 1] for lag in range(most + 1)])
    scale = np.sqrt(heads * tails)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.abs(covariance) * n / scale
    counts = ~(correlation < 2.0 * math.sqrt(math.log10(n) / n))
    for last in range(max(most - run + 1, 0)):
        if not counts[last : last + run].any():
            return covariance, min(2 * max(last, 1), most)
    return covariance, most
