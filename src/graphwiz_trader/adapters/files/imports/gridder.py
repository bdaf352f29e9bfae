"""
Gridder: a source's text as events of whole ticks and lots, converted many messages at a time.

A float tells exactly which tick a decimal text means up to 2⁴⁴ ticks; quantities that a float
cannot tell apart go through Decimal (docs/architecture.md, Numbers).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import attrs
import numpy as np

from graphwiz_trader.adapters.files.imports.exact import BadNumber, Converter
from graphwiz_trader.adapters.files.imports.order_totals import OrderTotals
from graphwiz_trader.adapters.files.imports.raw import (
    Place,
    Raw,
    RawBook,
    RawGap,
    RawTop,
    RawTrade,
)
from graphwiz_trader.adapters.files.imports.window import Windows
from graphwiz_trader.domain.events import BookGap, BookUpdate, LevelRows, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.archive import ByOrder, RecordedEvent, TopSeen

_BATCH_ROWS = 1 << 13


@attrs.define
class _Batch:
    """Raw messages that are converted together, and their numbers side by side."""

    raws: list[Raw] = attrs.field(factory=list)
    counts: list[int] = attrs.field(factory=list)
    owners: list[int] = attrs.field(factory=list)
    sides: list[int] = attrs.field(factory=list)
    prices: list[str] = attrs.field(factory=list)
    qtys: list[str] = attrs.field(factory=list)

    def add(self, raw: Raw, owner: int) -> None:
        """Take in *raw*, whose instrument has index *owner*."""
        before = len(self.prices)
        if isinstance(raw, RawBook):
            self.prices += [level[0] for level in chain(raw.bids, raw.asks)]
            self.qtys += [level[1] for level in chain(raw.bids, raw.asks)]
            self.sides += [1] * len(raw.bids) + [-1] * len(raw.asks)
        elif isinstance(raw, RawTrade):
            self.prices.append(raw.price)
            self.qtys.append(raw.qty)
            self.sides.append(raw.side)
        elif isinstance(raw, RawTop):
            self.prices += (raw.bid[0], raw.ask[0])
            self.qtys += (raw.bid[1], raw.ask[1])
            self.sides += (1, -1)
        self.raws.append(raw)
        self.owners.append(owner)
        self.counts.append(len(self.prices) - before)

    def place(self, row: int) -> Place:
        """Return where the text of *row* stands."""
        message = int(np.searchsorted(np.cumsum(self.counts), row, side="right"))
        return self.raws[message].place


class Gridder:
    """
    Converts raw messages.

    Args:
        instruments: Instruments of the archive.
        index: Which of them a source's symbol means; others are passed over.
        cut: Which of them have quantities finer than a lot rounded down to it.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        index: Mapping[str, int],
        cut: Sequence[bool],
    ) -> None:
        self._instruments = instruments
        self._index = index
        self._converter = Converter(instruments, cut)
        self._windows = Windows()
        self._totals = OrderTotals()
        self._now = Nanos(-(1 << 62))
        self._file = ""
        self.late = 0

    @property
    def rounded(self) -> int:
        """Quantities cut so far."""
        return self._converter.rounded

    def events(self, raws: Iterable[Raw]) -> Iterator[RecordedEvent]:
        """
        Yield *raws* as events, in their order; a time before its predecessor's is moved up to it.

        Raises:
            DataError: a number is none, off the grid or too large; or a file begins before the
                one in front of it ended. Says file and line.
        """
        batch = _Batch()
        for raw in raws:
            owner = self._index.get(raw.symbol)
            if owner is None:
                continue
            batch.add(raw, owner)
            if len(batch.prices) >= _BATCH_ROWS or len(batch.raws) >= _BATCH_ROWS:
                yield from self._converted(batch)
                batch = _Batch()
        yield from self._converted(batch)

    def _converted(self, batch: _Batch) -> Iterator[RecordedEvent]:
        owners = np.repeat(np.array(batch.owners, np.intp), batch.counts)
        try:
            ticks = self._converter.ticks(batch.prices, owners)
            lots = self._converter.lots(batch.qtys, owners)
        except BadNumber as bad:
            raise batch.place(bad.row).error(bad.found, bad.expected) from None
        rows = LevelRows(np.array(batch.sides, np.int8), ticks, lots)
        snapshots = [isinstance(raw, RawBook) and raw.snapshot for raw in batch.raws]
        counts, orders = batch.counts, None
        if any(map(_tells_orders, batch.raws)):
            rows, orders = self._totals.as_levels(batch.raws, batch.owners, rows)
        if any(isinstance(raw, RawBook) and raw.window for raw in batch.raws):
            rows, counts, snapshots = self._windows.as_changes(
                batch.raws, batch.owners, batch.counts, rows
            )
        last = 0
        for raw, owner, count, snapshot in zip(
            batch.raws, batch.owners, counts, snapshots, strict=True
        ):
            first, last = last, last + count
            span = _Span(self._in_order(raw), self._instruments[owner].id, first, last, snapshot)
            event = _event(raw, rows, span)
            if orders is not None and isinstance(event, BookUpdate | Trade):
                yield ByOrder(event, orders.part(slice(first, last)))
            else:
                yield event

    def _in_order(self, raw: Raw) -> Nanos:
        """Return when *raw* counts as received: not before the one in front of it."""
        if raw.ts >= self._now:
            self._now, self._file = Nanos(raw.ts), raw.place.file
        elif raw.place.file != self._file:
            raise raw.place.error(
                f"a time of {raw.ts} ns", f"{self._now} ns or later, where {self._file} ended"
            )
        else:
            self.late += 1
        return self._now


def _tells_orders(raw: Raw) -> bool:
    if isinstance(raw, RawBook):
        return raw.orders is not None
    return isinstance(raw, RawTrade) and raw.order is not None


@value
class _Span:
    ts: Nanos
    instrument: InstrumentId
    first: int
    last: int
    snapshot: bool


def _event(raw: Raw, rows: LevelRows, span: _Span) -> RecordedEvent:
    ts, instrument, first = span.ts, span.instrument, span.first
    if isinstance(raw, RawBook):
        return BookUpdate(
            ts,
            Nanos(raw.ts_venue),
            instrument,
            rows,
            first,
            span.last,
            span.snapshot,
            first_seq=raw.first_seq,
            last_seq=raw.last_seq,
            prev_seq=raw.prev_seq,
            checksum=raw.checksum,
        )
    if isinstance(raw, RawGap):
        return BookGap(ts, instrument, raw.reason)
    price, qty = Ticks(rows.ticks.item(first)), Lots(rows.lots.item(first))
    if isinstance(raw, RawTrade):
        return Trade(ts, Nanos(raw.ts_venue), instrument, Side(raw.side), price, qty)
    ask, ask_qty = Ticks(rows.ticks.item(first + 1)), Lots(rows.lots.item(first + 1))
    return TopSeen(ts, instrument, raw.seq, price, qty, ask, ask_qty)
