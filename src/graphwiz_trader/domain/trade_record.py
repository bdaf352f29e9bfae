"""TradeRecord: what a set of closed trades amounts to."""

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from statistics import NormalDist

from graphwiz_trader.domain.value import value


@value
class TradeRecord:
    """
    Counts and averages of closed trades, after fees.

    A win is above zero, a loss below; what ends at zero is neither and ends a streak.
    `average_loss` and `worst` keep their sign. None where nothing defines the figure:
    no trade, no win, no loss. `win_rate_low` and `win_rate_high` are Wilson's 95 % interval.
    """

    count: int
    wins: int
    losses: int
    net: Decimal
    win_rate: float | None
    win_rate_low: float | None
    win_rate_high: float | None
    profit_factor: float | None
    expectancy: Decimal | None
    average_win: Decimal | None
    average_loss: Decimal | None
    best: Decimal | None
    worst: Decimal | None
    longest_winning: int
    longest_losing: int


def trade_record(results: Sequence[Decimal]) -> TradeRecord:
    """Return the record of trades that ended with *results*, in the order they closed."""
    won = [result for result in results if result > 0]
    lost = [result for result in results if result < 0]
    n = len(results)
    net = sum(results, Decimal(0))
    low, high = wilson(len(won), n) if n else (None, None)
    return TradeRecord(
        count=n,
        wins=len(won),
        losses=len(lost),
        net=net,
        win_rate=len(won) / n if n else None,
        win_rate_low=low,
        win_rate_high=high,
        profit_factor=float(sum(won) / -sum(lost)) if lost else None,
        expectancy=net / n if n else None,
        average_win=sum(won, Decimal(0)) / len(won) if won else None,
        average_loss=sum(lost, Decimal(0)) / len(lost) if lost else None,
        best=max(results, default=None),
        worst=min(results, default=None),
        longest_winning=_longest(results, 1),
        longest_losing=_longest(results, -1),
    )


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """
    Return the interval that holds a success rate with *confidence*, after *n* ≥ 1 trials.

    Source: Wilson 1927.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    rate = successes / n
    centre = rate + z * z / (2 * n)
    half = z * math.sqrt(rate * (1.0 - rate) / n + z * z / (4 * n * n))
    scale = 1.0 + z * z / n
    return (centre - half) / scale, (centre + half) / scale


def _longest(results: Sequence[Decimal], sign: int) -> int:
    runs = groupby(results, key=lambda result: (result > 0) - (result < 0))
    return max((sum(1 for _ in run) for key, run in runs if key == sign), default=0)
