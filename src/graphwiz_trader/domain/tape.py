"""
Tape: recorded market data in columns, an event for every message.

A message is one update of one book, or one trade; its rows are the level changes, or the one
price and quantity traded. Columns are never copied: a tape larger than memory works.
"""

import hashlib
from collections.abc import Mapping
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.level_rows import LevelRows
from graphwiz_trader.domain.market_event import BookUpdate, Trade
from graphwiz_trader.domain.order_rows import ORDER_DTYPES, OrderRows
from graphwiz_trader.domain.stretch import Stretch
from graphwiz_trader.domain.units import InstrumentId, Int8s, Int64s, Nanos
from graphwiz_trader.domain.value import value

Int16s: TypeAlias = NDArray[np.int16]

VERSION = 1
"""Version of the columns and the header; a tape of another one is refused."""

DIFF, SNAPSHOT, TRADE = 0, 1, 2
"""What the column `flags` holds: level changes, a whole book, or a trade."""

DTYPES: Mapping[str, str] = {
    "side": "<i1",
    "ticks": "<i8",
    "lots": "<i8",
    "ts": "<i8",
    "ts_venue": "<i8",
    "first_row": "<i8",
    "instrument": "<i2",
    "flags": "<i1",
}
"""Columns in the order in which they are hashed: first those of rows, then those of messages."""

ROW_COLUMNS = ("side", "ticks", "lots")
MESSAGE_COLUMNS = ("ts", "ts_venue", "first_row", "instrument", "flags")

_PAGE = 1 << 12


@value
class SourceFile:
    """A file a tape was made from; `sha256` is of its bytes as they lie on disk."""

    name: str
    size: int
    sha256: str


@value
class TapeHeader:
    """
    What is known of a tape without reading it.

    `records` counts the source's own records; `crossed` and `locked` those after which the book
    they belong to has bid > ask, bid = ask; `gaps` the breaks in a sequence; `rounded` the
    quantities that were cut to 8 decimals; `late` the messages received before the one in front
    of them, which were moved up to it.
    `least_delay_ns` is the least `ts − ts_venue`: negative when the receiving clock ran behind.
    `content` is `content_hash` of the tape. `by_order`: its rows tell their orders.
    """

    version: int
    format: str
    files: tuple[SourceFile, ...]
    records: int
    messages: int
    rows: int
    level_changes: int
    crossed: int
    locked: int
    gaps: int
    rounded: int
    late: int
    first_ts: Nanos | None
    last_ts: Nanos | None
    least_delay_ns: Nanos | None
    content: str
    notes: tuple[str, ...] = ()
    by_order: bool = False


@attrs.define(eq=False)
class Tape:
    """
    A recording.

    Attributes:
        name: What the store opened it by.
        instruments: Instruments, which the column `instrument` indexes.
        rows: Level changes and trades of all messages.
        ts, ts_venue: Receipt and venue time of each message, ns; `ts` never decreases.
        first_row: First row of each message; its rows end where the next one's begin.
        flags: `DIFF`, `SNAPSHOT` or `TRADE`.
        header: Where it comes from, and counts.
        orders: The order of each row, None where the source tells levels only.
    """

    name: str
    instruments: tuple[Instrument, ...]
    rows: LevelRows
    ts: Int64s
    ts_venue: Int64s
    first_row: Int64s
    instrument: Int16s
    flags: Int8s
    header: TapeHeader
    orders: OrderRows | None = None
    _ids: tuple[InstrumentId, ...] = attrs.field(init=False)
    _page: Stretch = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._ids = tuple(instrument.id for instrument in self.instruments)
        self._page = self.stretch(0, 0)

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.ts)

    @property
    def hash(self) -> str:
        """What its content hashed to when it was made; see `content_hash`."""
        return self.header.content

    def event(self, message: int, more: bool = False) -> BookUpdate | Trade:  # noqa: FBT001, FBT002 # a field of the event
        """
        Return message number *message* as an event that carries *more*.

        A `BookUpdate` shares the tape's rows. Messages in order are quickest.

        Raises:
            IndexError: there is no such message.
        """
        page = self._page
        if not page.start <= message < page.stop:
            page = self._turn_to(message)
        return page.event(message, more)

    def stretch(self, start: int, stop: int) -> Stretch:
        """Return messages *start* to *stop* (exclusive), to make events of in any order."""
        first_row = self.first_row[start : stop + 1].tolist()
        if stop == len(self.ts):
            first_row.append(len(self.rows.side))
        flags = self.flags[start:stop]
        return Stretch(
            start,
            stop,
            self.rows,
            self._ids,
            (self.ts[start:stop].tolist(), self.ts_venue[start:stop].tolist()),
            first_row,
            (
                self.instrument[start:stop].tolist(),
                (flags == TRADE).tolist(),
                (flags == SNAPSHOT).tolist(),
            ),
        )

    def columns(self) -> Mapping[str, NDArray[np.generic]]:
        """Return every column by name, in the order of `DTYPES` and `ORDER_DTYPES`."""
        rows, orders = self.rows, self.orders
        return {
            "side": rows.side,
            "ticks": rows.ticks,
            "lots": rows.lots,
            **{name: getattr(self, name) for name in MESSAGE_COLUMNS},
            **({} if orders is None else {"order": orders.order, "left": orders.left}),
        }

    def _turn_to(self, message: int) -> Stretch:
        if not 0 <= message < len(self.ts):
            raise IndexError(f"message {message} of a tape of {len(self.ts)}")
        start = message - message % _PAGE
        self._page = self.stretch(start, min(start + _PAGE, len(self.ts)))
        return self._page


def content_hash(digests: Mapping[str, bytes], instruments: tuple[Instrument, ...]) -> str:
    """
    Return the identity of a tape's content as 64 hexadecimal digits.

    Args:
        digests: `column_digest` of every column that the tape has, by name.
        instruments: The tape's instruments in their order.
    """
    whole = hashlib.blake2b(digest_size=32)
    for name in (*DTYPES, *ORDER_DTYPES):
        if name in digests:
            whole.update(name.encode() + digests[name])
    for instrument in instruments:
        fields = (
            instrument.id, instrument.base, instrument.quote, instrument.tick_size,
            instrument.lot_size, instrument.kind.value, instrument.multiplier, instrument.min_qty,
            instrument.max_qty, instrument.min_notional, instrument.wire_price_decimals,
            instrument.wire_qty_decimals,
        )  # fmt: skip
        whole.update(repr(tuple(map(str, fields))).encode())
    return whole.hexdigest()


def column_digest(column: NDArray[np.generic]) -> bytes:
    """Return the hash of one column's little-endian bytes."""
    digest = new_column_digest()
    for start in range(0, len(column), 1 << 20):
        digest.update(np.ascontiguousarray(column[start : start + (1 << 20)]).data)
    return digest.digest()


def new_column_digest() -> "hashlib.blake2b":
    """Return a column's hash before its first byte, for those who write columns in pieces."""
    return hashlib.blake2b(digest_size=32)


def computed_hash(tape: Tape) -> str:
    """Return what *tape*'s content hashes to now; differs from `Tape.hash` if it was altered."""
    digests = {name: column_digest(column) for name, column in tape.columns().items()}
    return content_hash(digests, tape.instruments)
