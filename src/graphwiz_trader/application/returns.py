"""Returns: performance and the deepest fall of a curve of profits on a starting value."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from graphwiz_trader.domain.drawdown import longest_under_water, max_drawdown
from graphwiz_trader.domain.equity import EquityCurve, EquityPoint
from graphwiz_trader.domain.performance import Performance, performance
from graphwiz_trader.domain.report import WorstFall
from graphwiz_trader.domain.units import SECOND, Float64s, Nanos


def returns(
    curve: EquityCurve, end: Nanos, profit: Decimal, start: Decimal, fall: WorstFall | None
) -> Performance | None:
    """
    Return what *start* earned, on the coarsest grid that gives 30 periods.

    Args:
        curve: The profits.
        end: When the run ended.
        profit: What had been earned by then.
        start: The value at the start.
        fall: The deepest, from the curve's own grid.

    Returns:
        None when equity does not stay above zero: there are no returns then.
    """
    step = curve.fitting_step(end)
    equity = _equity(curve.points(end, profit, step), start)
    if equity.min() <= 0:
        return None
    return performance(equity, step, fall.fraction if fall else 0.0)


def worst_fall(points: Sequence[EquityPoint], start: Decimal) -> WorstFall | None:
    """Return the deepest fall of *start* and the profits of *points*, at least two of them."""
    equity = _equity(points, start)
    if equity[0] <= 0 or (found := max_drawdown(equity)) is None:
        return None
    peak, trough = points[found.peak], points[found.trough]
    recovery = points[found.recovery].ts if found.recovery is not None else None
    until = recovery if recovery is not None else points[-1].ts
    step = points[1].ts - points[0].ts
    return WorstFall(
        amount=peak.profit - trough.profit,
        fraction=found.fraction,
        peak=peak.ts,
        trough=trough.ts,
        recovery=recovery,
        length_s=(until - peak.ts) / SECOND,
        longest_s=longest_under_water(equity) * step / SECOND,
    )


def _equity(points: Sequence[EquityPoint], start: Decimal) -> Float64s:
    return np.array([float(start + point.profit) for point in points], dtype=np.float64)
