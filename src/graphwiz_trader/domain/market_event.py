"""Market event: what a venue says of a book or of a trade, which is most of what ever happens."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from graphwiz_trader.domain.level_rows import LevelRows
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import exact_value

_BUY: Final = Side.BUY
_SELL: Final = Side.SELL


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
