"""
Performance: what an equity curve earned, and at what risk, on a fixed grid of time.

Idle periods count, so that a quiet week is not dropped.
"""

import math
from fractions import Fraction

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.sharpe import (
    Moments,
    annual_factor,
    autocorrelation,
    moments,
    probabilistic_sharpe,
    track_record_needed,
)
from graphwiz_trader.domain.tail import historical_es, historical_var
from graphwiz_trader.domain.units import DAY, Float64s, Nanos
from graphwiz_trader.domain.value import value

DAYS_A_YEAR = 365
LEAST_DAYS = 30
"""With fewer, nothing is annualised."""

_LEVELS = (Fraction("0.95"), Fraction("0.99"))


@value
class Annual:
    """
    Figures per year, from at least 30 days.

    `sharpe_lo` is corrected for first-order autocorrelation; `calmar` is None without a fall.
    """

    sharpe: float
    sharpe_lo: float
    volatility: float
    calmar: float | None


@value
class TailLoss:
    """Historical VaR and expected shortfall of one period: losses, as a fraction of equity."""

    level_pct: int
    var: float
    es: float


@value
class Performance:
    """
    Return and risk per period of a fixed grid; None where the returns do not define a figure.

    `track_record_needed` is in periods, infinite when the Sharpe ratio is not positive.
    """

    step_ns: Nanos
    periods: int
    total_return: float
    mean: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    skew: float | None
    kurtosis: float | None
    probabilistic_sharpe: float | None
    track_record_needed: float | None
    annual: Annual | None
    tail: tuple[TailLoss, ...]


def performance(equity: Float64s, step: Nanos, worst: float) -> Performance:
    """
    Return what *equity* earned, and at what risk.

    Args:
        equity: The value at the grid's start, then at the end of each period, shape (n + 1,).
        step: The grid's period.
        worst: The deepest fall from a peak, as a positive fraction; of this grid or a finer one.

    Raises:
        DomainError: the curve does not stay above zero, so that returns have no meaning.
    """
    if equity.size == 0 or equity.min() <= 0:
        raise DomainError("equity does not stay above 0: its returns have no meaning")
    returns = equity[1:] / equity[:-1] - 1.0
    sample = moments(returns)
    return Performance(
        step_ns=step,
        periods=int(returns.size),
        total_return=float(equity[-1] / equity[0]) - 1.0,
        mean=float(returns.mean()) if returns.size else None,
        volatility=sample.sd if sample else None,
        sharpe=sample.sharpe if sample else None,
        sortino=sortino(returns),
        skew=sample.skew if sample else None,
        kurtosis=sample.kurtosis if sample else None,
        probabilistic_sharpe=probabilistic_sharpe(sample) if sample else None,
        track_record_needed=track_record_needed(sample) if sample else None,
        annual=_annual(equity, sample, worst) if step == DAY else None,
        tail=_tail(returns),
    )


def sortino(returns: Float64s) -> float | None:
    """
    Return the mean of *returns* over their downside deviation, per period.

    The deviation averages min(r, 0)² over all returns, not only the negative ones; without any
    negative one there is no ratio.
    """
    downside = float(np.mean(np.minimum(returns, 0.0) ** 2)) if returns.size else 0.0
    return float(returns.mean()) / math.sqrt(downside) if downside else None


def growth_a_year(growth: float, days: float) -> float:
    """
    Return the compound annual growth rate of what became *growth* times itself in *days*.

    >>> round(growth_a_year(1.21, 730), 9)
    0.1
    """
    return math.expm1(math.log(growth) * DAYS_A_YEAR / days)


def calmar(growth: float, days: float, worst: float) -> float | None:
    """
    Return annual growth over the deepest fall *worst* (a positive fraction).

    Returns:
        None below 30 days, where annual growth is an extrapolation, and without a fall.
    """
    if days < LEAST_DAYS or worst == 0.0:
        return None
    return growth_a_year(growth, days) / worst


def _annual(equity: Float64s, sample: Moments | None, worst: float) -> Annual | None:
    if sample is None or sample.n < LEAST_DAYS:
        return None
    rho = autocorrelation(equity[1:] / equity[:-1] - 1.0, 1) or 0.0
    powers = [rho**lag for lag in range(1, DAYS_A_YEAR)]
    return Annual(
        sharpe=sample.sharpe * annual_factor(DAYS_A_YEAR),
        sharpe_lo=sample.sharpe * annual_factor(DAYS_A_YEAR, powers),
        volatility=sample.sd * math.sqrt(DAYS_A_YEAR),
        calmar=calmar(float(equity[-1] / equity[0]), sample.n, worst),
    )


def _tail(returns: Float64s) -> tuple[TailLoss, ...]:
    losses = [-float(change) for change in returns]
    if not losses:
        return ()
    return tuple(
        TailLoss(int(level * 100), historical_var(losses, level), historical_es(losses, level))
        for level in _LEVELS
    )
