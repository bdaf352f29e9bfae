"""Prints: what has traded at one instrument, and what its day looks like."""

from collections import deque
from collections.abc import Sequence
from itertools import count

from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value

KEPT = 1_000
"""How many trades a venue can be asked for."""


@value
class Print:
    """One public trade; `side` is the taker's, `number` counts the instrument's trades from 1."""

    number: int
    ts: Nanos
    instrument: InstrumentId
    side: Side
    price: Ticks
    qty: Lots


@value
class Aggregate:
    """What one taker traded at one price: `first` and `last` are the numbers of its prints."""

    number: int
    first: int
    last: int
    print: Print
    qty: Lots


@value
class Day:
    """An instrument since the exchange began; prices in ticks, quantities in lots."""

    began: Nanos
    first: Ticks = Ticks(0)
    high: Ticks = Ticks(0)
    low: Ticks = Ticks(0)
    last: Ticks = Ticks(0)
    last_qty: Lots = Lots(0)
    volume: int = 0
    notional: int = 0
    trades: int = 0
    first_number: int = 0


class Prints:
    """The trades of one instrument."""

    def __init__(self, instrument: InstrumentId, began: Nanos) -> None:
        self._instrument = instrument
        self._numbers = count(1)
        self._takes = count(1)
        self.recent: deque[Print] = deque(maxlen=KEPT)
        """The last trades, oldest first."""
        self.aggregates: deque[Aggregate] = deque(maxlen=KEPT)
        """The last trades as takers saw them, oldest first."""
        self.day = Day(began)
        """What the ticker shows."""

    def add(self, trade: Trade) -> Print:
        """Number *trade* and count it into the day."""
        made = Print(
            next(self._numbers),
            trade.ts_venue,
            self._instrument,
            trade.side,
            trade.price,
            trade.qty,
        )
        self.recent.append(made)
        day = self.day
        self.day = Day(
            day.began,
            day.first or made.price,
            max(day.high, made.price),
            min(day.low or made.price, made.price),
            made.price,
            made.qty,
            day.volume + made.qty,
            day.notional + made.price * made.qty,
            day.trades + 1,
            day.first_number or made.number,
        )
        return made

    def aggregated(self, prints: Sequence[Print]) -> tuple[Aggregate, ...]:
        """Return *prints* of one instant, those of one side and price in a row as one."""
        runs: list[list[Print]] = []
        for each in prints:
            if runs and (runs[-1][0].side, runs[-1][0].price) == (each.side, each.price):
                runs[-1].append(each)
            else:
                runs.append([each])
        made = tuple(
            Aggregate(
                next(self._takes),
                run[0].number,
                run[-1].number,
                run[0],
                Lots(sum(each.qty for each in run)),
            )
            for run in runs
        )
        self.aggregates.extend(made)
        return made

    def open(self, price: Ticks) -> None:
        """Let the day begin at *price*; until somebody trades it is the last one."""
        if not self.day.trades:
            self.day = Day(self.day.began, price, price, price, price)
