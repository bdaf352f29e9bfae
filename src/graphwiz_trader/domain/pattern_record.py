"""Pattern record: how often patterns were seen and what came of them, as known at an instant."""

import json
from collections.abc import Iterable
from math import sqrt

from graphwiz_trader.domain.graph_watch import Occurrence
from graphwiz_trader.domain.trade_record import wilson
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import value

FEWEST = 20
"""Outcomes below which no rate is told."""

COST_MODEL = "taker fee twice and the spread when seen"


@value
class PatternLine:
    """
    A kind of pattern in a symbol, in every run.

    `judged` of `occurrence_count` have an outcome in money; their success rate, with Wilson's 95 %
    interval, is None below twenty. `average_profit_bps` and `sd_bps` are after `cost_model`.
    `average_lasted_s` is of those without a side. `indicators` are the latest.
    """

    kind: str
    symbol: str
    occurrence_count: int
    judged: int
    successes: int
    success_rate: float | None
    success_low: float | None
    success_high: float | None
    average_profit_bps: float | None
    sd_bps: float | None
    average_lasted_s: float | None
    first_seen: Nanos
    last_seen: Nanos
    cost_model: str
    indicators: dict[str, float]


def pattern_lines(seen: Iterable[Occurrence], now: Nanos) -> tuple[PatternLine, ...]:
    """
    Return a line a kind and symbol, the most profitable first, of what was known at *now*.

    What was seen later is not counted, nor an outcome before it was known.
    """
    groups: dict[tuple[str, str], list[Occurrence]] = {}
    for each in seen:
        if each.ts <= now:
            groups.setdefault((each.kind, each.symbol), []).append(each)
    lines = [_line(found, now) for _, found in sorted(groups.items())]
    return tuple(
        sorted(
            lines,
            key=lambda line: -(line.average_profit_bps or 0.0) if line.judged else float("inf"),
        )
    )


def _line(found: list[Occurrence], now: Nanos) -> PatternLine:
    found.sort(key=lambda each: (each.ts, each.key))
    known = [each for each in found if each.known is not None and each.known <= now]
    profits = [each.profit_bps for each in known if each.profit_bps is not None]
    lasted = [each.lasted / SECOND for each in known if each.lasted is not None]
    n, successes = len(profits), sum(profit > 0 for profit in profits)
    mean = sum(profits) / n if n else None
    low, high = wilson(successes, n) if n >= FEWEST else (None, None)
    return PatternLine(
        kind=found[0].kind,
        symbol=found[0].symbol,
        occurrence_count=len(found),
        judged=n,
        successes=successes,
        success_rate=successes / n if n >= FEWEST else None,
        success_low=low,
        success_high=high,
        average_profit_bps=mean,
        sd_bps=_deviation(profits, mean) if mean is not None and n > 1 else None,
        average_lasted_s=sum(lasted) / len(lasted) if lasted else None,
        first_seen=found[0].ts,
        last_seen=found[-1].ts,
        cost_model=COST_MODEL if any(each.side for each in found) else "",
        indicators=json.loads(found[-1].indicators),
    )


def _deviation(numbers: list[float], mean: float) -> float:
    return sqrt(sum((each - mean) ** 2 for each in numbers) / (len(numbers) - 1))
