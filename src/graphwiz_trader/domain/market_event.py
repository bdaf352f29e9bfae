"""Market event: what a venue says of a book or of a trade, which is most of what ever happens."""

from typing import TypeAlias

from graphwiz_trader.domain.level_rows import LevelRows
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import exact_value


@exact_value
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
    snapshot: bool = False
    more: bool = False
    first_seq: int = -1
    last_seq: int = -1
    prev_seq: int = -1
    checksum: int | None = None


@exact_value
class Trade:
    """Somebody traded: `side` is the aggressor's."""

    ts: Nanos
    ts_venue: Nanos
    instrument: InstrumentId
    side: Side
    price: Ticks
    qty: Lots
    more: bool = False


MarketEvent: TypeAlias = BookUpdate | Trade
