"""FileTapeWriter: a tape being written to a hidden folder, which is renamed when it is whole."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np

from graphwiz_trader.adapters.files.columns import ColumnWriter
from graphwiz_trader.adapters.files.page import Listed, Page
from graphwiz_trader.domain.errors import DataError, UnknownInstrument
from graphwiz_trader.domain.events import BookUpdate, LevelRows, MarketEvent
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order_rows import ORDER_DTYPES, OrderRows
from graphwiz_trader.domain.tape import (
    DIFF,
    DTYPES,
    MESSAGE_COLUMNS,
    SNAPSHOT,
    TRADE,
    VERSION,
    TapeHeader,
    content_hash,
)
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.ports.tape import Findings

HEADER = "header.json"

_MESSAGES = 1 << 13
_ROWS = 1 << 16
"""Messages and rows kept in memory before they are written."""


class FileTapeWriter:
    """Writes columns to a hidden folder, which takes the tape's name when it is sealed."""

    def __init__(self, folder: Path, instruments: tuple[Instrument, ...]) -> None:
        self._folder = folder
        self._instruments = instruments
        self._index: dict[InstrumentId, int] = {}
        for i, instrument in enumerate(instruments):
            self._index[instrument.id] = i
        with _storage(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            self._draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            self._columns: dict[str, ColumnWriter] = {}
            self._begin(DTYPES)
        self._pending: dict[str, list[int]] = {name: [] for name in MESSAGE_COLUMNS}
        self._kept_rows, self._kept_orders = _room(_ROWS), _orders_room(_ROWS)
        self._kept = 0
        self._rows = self._level_changes = 0
        self._first_ts: Nanos | None = None
        self._last_ts: Nanos | None = None
        self._least_delay: Nanos | None = None

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Delete the hidden folder if it is still there."""
        for column in self._columns.values():
            column.close()
        shutil.rmtree(self._draft, ignore_errors=True)

    def append(self, event: MarketEvent, orders: OrderRows | None = None) -> None:
        """Take down *event* and the *orders* of its rows."""
        self._check_orders(orders)
        self._note_time(event)
        instrument = self._index.get(event.instrument)
        if instrument is None:
            raise UnknownInstrument(f"{event.instrument} is not one of {sorted(self._index)}")
        pending = self._pending
        pending["ts"].append(event.ts)
        pending["ts_venue"].append(event.ts_venue)
        pending["first_row"].append(self._rows)
        pending["instrument"].append(instrument)
        if isinstance(event, BookUpdate):
            pending["flags"].append(SNAPSHOT if event.snapshot else DIFF)
            self._level_changes += event.last - event.first
            self._copy(event.rows, event.first, event.last, orders)
        else:
            pending["flags"].append(TRADE)
            self._copy(_row(int(event.side), event.price, event.qty), 0, 1, orders)
        if len(pending["ts"]) >= _MESSAGES:
            self._write_messages()

    def seal(self, findings: Findings) -> TapeHeader:
        """Write headers, sync, and move the folder to its name."""
        with _storage(self._folder):
            self._write_messages()
            self._write_rows()
            messages = len(self._columns["ts"])
            digests = {name: column.seal() for name, column in self._columns.items()}
            header = TapeHeader(
                version=VERSION,
                messages=messages,
                rows=self._rows,
                level_changes=self._level_changes,
                first_ts=self._first_ts,
                last_ts=self._last_ts,
                least_delay_ns=self._least_delay,
                content=content_hash(digests, self._instruments),
                format=findings.format,
                files=findings.files,
                records=findings.records,
                crossed=findings.crossed,
                locked=findings.locked,
                gaps=findings.gaps,
                rounded=findings.rounded,
                late=findings.late,
                notes=findings.notes,
                by_order="order" in self._columns,
            )
            text = msgspec.json.encode(Page(header, tuple(map(Listed.of, self._instruments))))
            _write(self._draft / HEADER, msgspec.json.format(text, indent=2) + b"\n")
            _replace(self._draft, self._folder)
        return header

    def _begin(self, dtypes: Mapping[str, str]) -> None:
        for name, dtype in dtypes.items():
            self._columns[name] = ColumnWriter(self._draft / f"{name}.npy", dtype)

    def _check_orders(self, orders: OrderRows | None) -> None:
        """Begin the columns of orders with the first event, which all others must be like."""
        if orders is not None and self._last_ts is None:
            with _storage(self._folder):
                self._begin(ORDER_DTYPES)
        if ("order" in self._columns) != (orders is not None):
            which = "with orders" if orders is not None else "without orders"
            raise DataError(f"{self._folder}: found an event {which} among others")

    def _note_time(self, event: MarketEvent) -> None:
        if self._last_ts is not None and event.ts < self._last_ts:
            raise DataError(
                f"{self._folder}: found a message at {event.ts}, expected at least {self._last_ts}"
            )
        if self._first_ts is None:
            self._first_ts = event.ts
        self._last_ts = event.ts
        delay = Nanos(event.ts - event.ts_venue)
        if self._least_delay is None or delay < self._least_delay:
            self._least_delay = delay

    def _copy(self, rows: LevelRows, first: int, last: int, orders: OrderRows | None) -> None:
        """Copy rows, since their owner may overwrite them with the next message."""
        self._rows += last - first
        if self._kept + last - first > len(self._kept_rows.side):
            self._write_rows()
            if last - first > len(self._kept_rows.side):
                self._kept_rows, self._kept_orders = _room(last - first), _orders_room(last - first)
        start, kept = self._kept, self._kept_rows
        stop = self._kept = start + last - first
        kept.side[start:stop] = rows.side[first:last]
        kept.ticks[start:stop] = rows.ticks[first:last]
        kept.lots[start:stop] = rows.lots[first:last]
        if orders is not None:
            self._kept_orders.order[start:stop] = orders.order
            self._kept_orders.left[start:stop] = orders.left

    def _write_rows(self) -> None:
        kept = self._kept_rows
        with _storage(self._folder):
            self._columns["side"].append(kept.side[: self._kept])
            self._columns["ticks"].append(kept.ticks[: self._kept])
            self._columns["lots"].append(kept.lots[: self._kept])
            if "order" in self._columns:
                self._columns["order"].append(self._kept_orders.order[: self._kept])
                self._columns["left"].append(self._kept_orders.left[: self._kept])
        self._kept = 0

    def _write_messages(self) -> None:
        with _storage(self._folder):
            for name, numbers in self._pending.items():
                self._columns[name].append(numbers)
                numbers.clear()


def _room(rows: int) -> LevelRows:
    return LevelRows(np.empty(rows, np.int8), np.empty(rows, np.int64), np.empty(rows, np.int64))


def _orders_room(rows: int) -> OrderRows:
    return OrderRows(np.empty(rows, np.int64), np.empty(rows, np.int64))


def _row(side: int, ticks: int, lots: int) -> LevelRows:
    return LevelRows(np.array([side], np.int8), np.array([ticks]), np.array([lots]))


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    """Turn what the file system says into a `DataError` that names the tape."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{folder}: found {error.strerror}, expected room for a tape") from error


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace(draft: Path, folder: Path) -> None:
    """Give *draft* the name *folder*; a tape that has it now is deleted afterwards."""
    draft.chmod(0o755)
    if not folder.exists():
        draft.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    folder.rename(old / folder.name)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
