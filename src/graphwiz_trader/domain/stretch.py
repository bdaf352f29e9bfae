"""Stretch: messages of a tape that follow each other, of which events are made one by one."""

from collections.abc import Sequence
from typing import Final

from graphwiz_trader.domain.level_rows import LevelRows
from graphwiz_trader.domain.market_event import BookUpdate, MarketEvent, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks

_BUY: Final = Side.BUY
_SELL: Final = Side.SELL


class Stretch:
    """
    Messages *start* to *stop* (exclusive) as Python's numbers, four times as quick to read.

    Args:
        start, stop: Their numbers on the tape.
        rows: Of the whole tape, which the events share.
        names: Instruments, as the messages number them.
        stamps: When each message was received, and its venue's time.
        first_row: The first row of each, and where the rows of the last one end.
        kinds: The instrument of each, and whether it is a trade or a snapshot.
    """

    def __init__(
        self,
        start: int,
        stop: int,
        rows: LevelRows,
        names: Sequence[InstrumentId],
        stamps: tuple[list[Nanos], list[Nanos]],
        first_row: list[int],
        kinds: tuple[list[int], list[bool], list[bool]],
    ) -> None:
        self.start = start
        self.stop = stop
        self._rows = rows
        self._names = tuple(names)
        self._ts, self._ts_venue = stamps
        self._first_row = first_row
        self._instrument, self._is_trade, self._is_snapshot = kinds

    def event(self, message: int, more: bool) -> MarketEvent:  # noqa: FBT001 # a field
        """Return number *message* of the tape, which is one of these, carrying *more*."""
        i = message - self.start
        name, first = self._names[self._instrument[i]], self._first_row[i]
        if self._is_trade[i]:
            rows = self._rows
            side = _BUY if rows.side.item(first) > 0 else _SELL
            price, qty = Ticks(rows.ticks.item(first)), Lots(rows.lots.item(first))
            return Trade(self._ts[i], self._ts_venue[i], name, side, price, qty, more)
        last, is_snapshot = self._first_row[i + 1], self._is_snapshot[i]
        return BookUpdate(
            self._ts[i], self._ts_venue[i], name, self._rows, first, last, is_snapshot, more
        )
