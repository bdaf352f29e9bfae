"""
Sharpe ratio: what a series of returns earned for its risk, and how far to believe it.

Everything here is per period; only `annual_factor` speaks of years.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value

EULER_GAMMA = 0.5772156649015329
_NORMAL = NormalDist()


@value
class Moments:
    """
    What a series of returns looks like.

    `sd` has ddof 1; `skew` and `kurtosis` are the biased sample moments, kurtosis not in excess
    of the normal's 3.
    """

    n: int
    mean: float
    sd: float
    skew: float
    kurtosis: float

    @property
    def sharpe(self) -> float:
        """The mean over the standard deviation, per period."""
        return self.mean / self.sd


def moments(returns: Float64s) -> Moments | None:
    """
    Return the moments of *returns*, or None where a ratio to their deviation has no meaning.

    Args:
        returns: One per period of a fixed grid, idle periods included, shape (n,).

    Returns:
        None for fewer than two returns, and when all are equal.
    """
    n = int(returns.size)
    if n < 2 or returns.min() == returns.max():
        return None
    mean = float(returns.mean())
    centred = returns - mean
    variance = float(np.mean(centred**2))
    return Moments(
        n=n,
        mean=mean,
        sd=math.sqrt(variance * n / (n - 1)),
        skew=float(np.mean(centred**3)) / variance**1.5,
        kurtosis=float(np.mean(centred**4)) / variance**2,
    )


def autocorrelation(returns: Float64s, lag: int) -> float | None:
    """Return the sample autocorrelation of *returns* at *lag* ≥ 1, None where undefined."""
    centred = returns - returns.mean() if returns.size else returns
    total = float(centred @ centred)
    if lag >= returns.size or total == 0.0:
        return None
    return float(centred[lag:] @ centred[:-lag]) / total


def annual_factor(periods: int, autocorrelations: Sequence[float] = ()) -> float:
    """
    Return what a Sharpe ratio of one period is multiplied by for one of *periods* periods.

    Args:
        periods: How many make a year, ≥ 1.
        autocorrelations: Of the returns at lags 1, 2, …; zero beyond. Without any, √periods.

    Returns:
        NaN where these autocorrelations belong to no series.

    Source: Lo 2002, η(q) = q / √(q + 2 Σ (q − k) ρ_k).

    >>> annual_factor(4)
    2.0
    """
    lags = enumerate(autocorrelations[: periods - 1], start=1)
    spread = periods + 2.0 * math.fsum((periods - lag) * rho for lag, rho in lags)
    return periods / math.sqrt(spread) if spread > 0 else math.nan


def probabilistic_sharpe(sample: Moments, benchmark: float = 0.0) -> float:
    """
    Return the probability that the true Sharpe ratio is above *benchmark*, per period.

    Source: Bailey & López de Prado 2012.
    """
    excess = sample.sharpe - benchmark
    spread = _spread(sample)
    if spread <= 0.0:
        return _NORMAL.cdf(math.copysign(math.inf, excess))
    return _NORMAL.cdf(excess * math.sqrt((sample.n - 1) / spread))


def track_record_needed(sample: Moments, benchmark: float = 0.0, confidence: float = 0.95) -> float:
    """
    Return how many periods would prove the Sharpe ratio to be above *benchmark*.

    Returns:
        `inf` when it is not above it.

    Source: minimum track record length, Bailey & López de Prado 2012.
    """
    excess = sample.sharpe - benchmark
    if excess <= 0.0:
        return math.inf
    return 1.0 + _spread(sample) * (_NORMAL.inv_cdf(confidence) / excess) ** 2


def luckiest_sharpe(variance: float, trials: int) -> float:
    """
    Return the Sharpe ratio that the best of *trials* worthless strategies is expected to show.

    Args:
        variance: Of the trials' Sharpe ratios, per period.
        trials: Independent ones, discarded ones included, ≥ 1.

    Source: Bailey & López de Prado 2014.
    """
    if trials == 1:
        return 0.0
    best = (1.0 - EULER_GAMMA) * _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    runner_up = EULER_GAMMA * _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return math.sqrt(variance) * (best + runner_up)


def deflated_sharpe(sample: Moments, variance: float, trials: int) -> float:
    """
    Return the probability that a strategy chosen as the best of *trials* has any merit.

    Args:
        sample: Of the chosen strategy.
        variance: Of all trials' Sharpe ratios, per period.
        trials: Independent ones, discarded ones included, ≥ 1.

    Source: Bailey & López de Prado 2014.
    """
    return probabilistic_sharpe(sample, luckiest_sharpe(variance, trials))


def _spread(sample: Moments) -> float:
    ratio = sample.sharpe
    return 1.0 - sample.skew * ratio + (sample.kurtosis - 1.0) / 4.0 * ratio**2
