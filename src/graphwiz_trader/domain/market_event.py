"""
Market event: what a venue says of a book or of a trade, which is most of what ever happens.

Values like the others, but for `__init__`, which is written out: compiled, such a class is made in
a sixth of the time, and its fields are where the code that reads them knows them to be.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

import attr

from graphwiz_trader.domain.level_rows import LevelRows
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks

_BUY: Final = Side.BUY
_SELL: Final = Side.SELL


@attr.s(auto_attribs=True, init=False, order=False)
class BookUpdate:
    """
    One message about one book: rows `first` (inclusive) to `last` (exclusive) of `rows`.

    `snapshot`: the rows are the whole book from here on, and a new epoch begins.
    `first_seq`, `last_seq`, `prev_seq`: the venue's sequence numbers, −1 where it has none.
    `checksum`: the venue's own CRC32 of the book after this message, None where it sends none.
    `more`: another market event of the same instant follows; strategies are asked after the last.
    """

    ts: Nanos
    ts_venue: Nanos
    instrument: InstrumentId
    rows: LevelRows
    first: int
    last: int
    snapshot: bool
    more: bool
    first_seq: int
    last_seq: int
    prev_seq: int
    checksum: int | None

    def __init__(
        self,
        ts: Nanos,
        ts_venue: Nanos,
        instrument: InstrumentId,
        rows: LevelRows,
        first: int,
        last: int,
        snapshot: bool = False,  # noqa: FBT001, FBT002 # a field
        more: bool = False,  # noqa: FBT001, FBT002 # a field
        first_seq: int = -1,
        last_seq: int = -1,
        prev_seq: int = -1,
        checksum: int | None = None,
    ) -> None:
        self.ts = ts
        self.ts_venue = ts_venue
        self.instrument = instrument
        self.rows = rows
        self.first = first
        self.last = last
        self.snapshot = snapshot
        self.more = more
        self.first_seq = first_seq
        self.last_seq = last_seq
        self.prev_seq = prev_seq
        self.checksum = checksum


@attr.s(auto_attribs=True, init=False, order=False)
class Trade:
    """Somebody traded: `side` is the aggressor's."""

    ts: Nanos
    ts_venue: Nanos
    instrument: InstrumentId
    side: Side
    price: Ticks
    qty: Lots
    more: bool

    def __init__(
        self,
        ts: Nanos,
        ts_venue: Nanos,
        instrument: InstrumentId,
        side: Side,
        price: Ticks,
        qty: Lots,
        more: bool = False,  # noqa: FBT001, FBT002 # a field
    ) -> None:
        self.ts = ts
        self.ts_venue = ts_venue
        self.instrument = instrument
        self.side = side
        self.price = price
        self.qty = qty
        self.more = more


MarketEvent: TypeAlias = BookUpdate | Trade


def market_events(
    rows: LevelRows,
    names: Sequence[InstrumentId],
    stamps: tuple[list[Nanos], list[Nanos]],
    spans: tuple[list[int], list[int]],
    kinds: tuple[list[int], list[bool], list[bool], list[bool]],
) -> list[MarketEvent]:
    """
    Return recorded messages as events, which share *rows*.

    Args:
        rows: Of all messages.
        names: Instruments, as the messages number them.
        stamps: When each message was received, and its venue's time.
        spans: The first row of each, and the one after its last.
        kinds: The instrument of each, whether it is a trade or a snapshot, and its `more`.
    """
    sides, ticks, lots = rows.side.data, rows.ticks.data, rows.lots.data
    found: list[MarketEvent] = []
    for ts, venue, first, last, at, is_trade, snapshot, more in zip(
        *stamps, *spans, *kinds, strict=True
    ):
        name = names[at]
        if is_trade:
            side = _BUY if sides[first] > 0 else _SELL
            price, qty = Ticks(ticks[first]), Lots(lots[first])
            found.append(Trade(ts, venue, name, side, price, qty, more))
        else:
            found.append(BookUpdate(ts, venue, name, rows, first, last, snapshot, more))
    return found
