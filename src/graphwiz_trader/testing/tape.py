"""Fake tape store: tapes in memory; and a builder of tapes from events."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

import attrs
import numpy as np

from graphwiz_trader.domain.errors import DataError, UnknownInstrument
from graphwiz_trader.domain.events import BookUpdate, LevelRows, MarketEvent
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.tape import (
    DIFF,
    SNAPSHOT,
    TRADE,
    VERSION,
    Tape,
    TapeHeader,
    computed_hash,
)
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.tape import Findings


def make_tape(
    name: str,
    instruments: Sequence[Instrument],
    events: Sequence[MarketEvent],
    source: str = "made",
) -> Tape:
    """Return a tape of *events*, which are in order of time."""
    tapes = MemoryTapes()
    with tapes.writer(name, tuple(instruments)) as writer:
        for event in events:
            writer.append(event)
        writer.seal(Findings(format=source, records=len(events)))
    return tapes.open(name)


class MemoryTapes:
    """A `TapeStore` that forgets with the test."""

    def __init__(self) -> None:
        self._kept: dict[str, Tape] = {}

    def open(self, name: str) -> Tape:
        """Return the tape sealed last under *name*."""
        if name not in self._kept:
            raise DataError(f"{name}: found nothing, expected one of {sorted(self._kept)}")
        return self._kept[name]

    def writer(self, name: str, instruments: tuple[Instrument, ...]) -> "MemoryTapeWriter":
        """Begin a tape."""
        return MemoryTapeWriter(self._kept, name, instruments)


class MemoryTapeWriter:
    """Keeps events as rows until they are sealed into *kept*."""

    def __init__(
        self, kept: dict[str, Tape], name: str, instruments: tuple[Instrument, ...]
    ) -> None:
        self._kept = kept
        self._name = name
        self._instruments = instruments
        self._ids = [instrument.id for instrument in instruments]
        self._rows: list[tuple[int, int, int]] = []
        self._messages: list[tuple[int, int, int, int, int]] = []
        self._orders: list[tuple[int, int]] | None = None

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget what was not sealed."""

    def append(self, event: MarketEvent, orders: OrderRows | None = None) -> None:
        """Keep *event* and the *orders* of its rows."""
        if not self._messages and orders is not None:
            self._orders = []
        if (self._orders is None) != (orders is None):
            raise DataError("found events with orders among others without")
        if event.instrument not in self._ids:
            raise UnknownInstrument(f"{event.instrument} is not one of {sorted(self._ids)}")
        if self._messages and event.ts < self._messages[-1][0]:
            raise DataError(f"found {event.ts}, expected at least {self._messages[-1][0]}")
        first, owner = len(self._rows), self._ids.index(event.instrument)
        if isinstance(event, BookUpdate):
            rows, span = event.rows, slice(event.first, event.last)
            columns = (rows.side[span], rows.ticks[span], rows.lots[span])
            self._rows += zip(*(column.tolist() for column in columns), strict=True)
            flags = SNAPSHOT if event.snapshot else DIFF
        else:
            self._rows.append((int(event.side), event.price, event.qty))
            flags = TRADE
        if self._orders is not None and orders is not None:
            self._orders += zip(orders.order.tolist(), orders.left.tolist(), strict=True)
        self._messages.append((event.ts, event.ts_venue, first, owner, flags))

    def seal(self, findings: Findings) -> TapeHeader:
        """Show the tape under its name."""
        rows = np.array(self._rows, np.int64).reshape(-1, 3)
        messages = np.array(self._messages, np.int64).reshape(-1, 5)
        ts, ts_venue, first_row, owner, flags = (column.copy() for column in messages.T)
        header = self._header(findings, ts.tolist(), ts_venue.tolist(), flags.tolist())
        tape = Tape(
            name=self._name,
            instruments=self._instruments,
            rows=LevelRows(rows[:, 0].astype(np.int8), rows[:, 1].copy(), rows[:, 2].copy()),
            ts=ts,
            ts_venue=ts_venue,
            first_row=first_row,
            instrument=owner.astype(np.int16),
            flags=flags.astype(np.int8),
            header=header,
            orders=self._told_orders(),
        )
        tape.header = attrs.evolve(header, content=computed_hash(tape))  # type: ignore[misc] # a value is an attrs class
        self._kept[self._name] = tape
        return tape.header

    def _told_orders(self) -> OrderRows | None:
        if self._orders is None:
            return None
        columns = np.array(self._orders, np.int64).reshape(-1, 2)
        return OrderRows(columns[:, 0].copy(), columns[:, 1].copy())

    def _header(
        self, findings: Findings, ts: list[int], ts_venue: list[int], flags: list[int]
    ) -> TapeHeader:
        delays = [Nanos(here - there) for here, there in zip(ts, ts_venue, strict=True)]
        return TapeHeader(
            version=VERSION,
            format=findings.format,
            files=findings.files,
            records=findings.records,
            messages=len(ts),
            rows=len(self._rows),
            level_changes=len(self._rows) - flags.count(TRADE),
            crossed=findings.crossed,
            locked=findings.locked,
            gaps=findings.gaps,
            rounded=findings.rounded,
            late=findings.late,
            first_ts=Nanos(ts[0]) if ts else None,
            last_ts=Nanos(ts[-1]) if ts else None,
            least_delay_ns=min(delays, default=None),
            content="",
            notes=findings.notes,
            by_order=self._orders is not None,
        )
