"""EquityCurve: what a run earned over time, in points that stay few."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.units import SECOND, Nanos, StrategyId
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.holdings import settlement
from graphwiz_trader.engine.state import EngineState

MOST = 600
"""Points that are kept; when there would be more, every second one goes."""


@value
class Point:
    """P&L after fees at `ts`, in the reporting currency: all of it, and each strategy's at mids."""

    number: int
    ts: Nanos
    total: float
    by_strategy: Mapping[StrategyId, float]


class EquityCurve:
    """Takes a point a second at first, and rarer ones the longer a run lasts."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.fills: dict[StrategyId, int] = {}
        """Fills by strategy."""
        self._every = Nanos(SECOND)
        self._due = Nanos(0)
        self._number = 0

    def book(self, fill: FillBooked) -> None:
        """Count *fill*."""
        self.fills[fill.strategy] = self.fills.get(fill.strategy, 0) + 1

    def feed(self, ts: Nanos, state: EngineState) -> None:
        """Take a point at *ts* if one is due."""
        if ts < self._due:
            return
        self._number += 1
        earned = dict(earned_by(state))
        self.points.append(Point(self._number, ts, state.holdings.pnl, earned))
        if len(self.points) > MOST:
            self.points = self.points[::2]
            self._every = Nanos(2 * self._every)
        self._due = Nanos(ts + self._every)


def earned_by(state: EngineState) -> Iterator[tuple[StrategyId, float]]:
    """Yield what every strategy has earned, after fees, its positions valued at the mids."""
    earned: dict[StrategyId, float] = {}
    for (strategy, name), position in state.holdings.by_strategy.items():
        book = state.books[name]
        net = position.cash - position.fees
        if position.lots and book.is_two_sided:
            net += position.worth(Decimal(book.half_mid) / 2)
        rate = state.rate(settlement(position.instrument)) or 0.0
        earned[strategy] = earned.get(strategy, 0.0) + float(net) * rate
    yield from earned.items()
