"""
Events of hftbacktest, as .npz (array `data`) or .npy, read a stretch at a time.

Rows seen by us (the flag of local time) count, in their order; depth rows of one pair of times are
one message. Like there, a feed without a snapshot starts from an empty book. Files of order events
are read by `hft_orders`.
"""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.adapters.files.imports import hft_event
from graphwiz_trader.adapters.files.imports.hft_orders import OrderEvent, OrderReader
from graphwiz_trader.adapters.files.imports.raw import (
    Levels,
    Place,
    Raw,
    RawBook,
    RawTrade,
    ReadOptions,
)
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.value import value

_STRETCH = 1 << 15
_EXPECTED = "hftbacktest's events"


@value
class _Row:
    """
    One event; `kind` is CLEAR for the rows of a snapshot too, which a clearing begins.

    `side` is 0 for the clearing of both.
    """

    line: int
    kind: int
    ts: int
    ts_venue: int
    side: int
    price: str
    qty: str
    is_clear: bool


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield books and trades.

    Raises:
        DataError: a file is of another form, or clears a side without showing the book anew; says
            file and row.
    """
    if any(map(_tells_orders, paths)):
        reader = OrderReader(options.tally.note)
        for path in paths:
            yield from reader.read(path, _order_events(path, options))
        reader.finish()
        return
    is_first = True
    for path in paths:
        grouped = groupby(_rows(path, options), lambda row: (row.kind, row.ts, row.ts_venue))
        for (kind, _, _), group in grouped:
            if kind == hft_event.TRADE:
                yield from (_trade(path, row) for row in group)
                continue
            book = _book(path, list(group), is_first)
            is_first = False
            yield book


def _rows(path: Path, options: ReadOptions) -> Iterator[_Row]:
    line = 0
    for events in _stretches(path):
        columns = (events[name].tolist() for name in ("ev", "exch_ts", "local_ts", "px", "qty"))
        for ev, exch_ts, local_ts, px, qty in zip(*columns, strict=True):
            line += 1
            options.tally.records += 1
            if ev & hft_event.AT_EXCHANGE and not ev & hft_event.AT_US:
                continue
            kind = ev & hft_event.KIND
            is_clear = kind == hft_event.CLEAR
            if kind == hft_event.SNAPSHOT:
                kind = hft_event.CLEAR
            elif kind not in (hft_event.DEPTH, hft_event.TRADE, hft_event.CLEAR):
                raise Place(str(path), line).error(f"an event of kind {kind}", "kind 1 to 4")
            side = bool(ev & hft_event.BUY) - bool(ev & hft_event.SELL)
            yield _Row(line, kind, local_ts, exch_ts, side, repr(px), repr(qty), is_clear)


def _tells_orders(path: Path) -> bool:
    """Return whether the first row of a book in *path* is of an order."""
    for events in _stretches(path):
        kinds = events["ev"] & hft_event.KIND
        told = kinds[~np.isin(kinds, (hft_event.TRADE, hft_event.CLEAR))]
        if len(told):
            return int(told[0]) >= hft_event.ADD
    return False


def _order_events(path: Path, options: ReadOptions) -> Iterator[OrderEvent]:
    line = 0
    names = ("ev", "exch_ts", "local_ts", "px", "qty", "order_id")
    for events in _stretches(path):
        columns = (events[name].tolist() for name in names)
        for ev, exch_ts, local_ts, px, qty, order in zip(*columns, strict=True):
            line += 1
            options.tally.records += 1
            if ev & hft_event.AT_EXCHANGE and not ev & hft_event.AT_US:
                continue
            side = bool(ev & hft_event.BUY) - bool(ev & hft_event.SELL)
            kind = ev & hft_event.KIND
            yield OrderEvent(line, kind, local_ts, exch_ts, side, repr(px), repr(qty), order)


def _trade(path: Path, row: _Row) -> RawTrade:
    place = Place(str(path), row.line)
    return RawTrade(row.ts, row.ts_venue, "", row.side, row.price, row.qty, place)


def _book(path: Path, rows: Sequence[_Row], is_first: bool) -> RawBook:  # noqa: FBT001 # a book's field
    head = rows[0]
    place = Place(str(path), head.line)
    is_snapshot = head.kind == hft_event.CLEAR
    sides = {row.side for row in rows}
    if is_snapshot and not is_first and not {1, -1} <= sides and 0 not in sides:
        raise place.error("a snapshot of one side", "a snapshot of both")
    levels = [row for row in rows if not row.is_clear]
    return RawBook(
        head.ts,
        head.ts_venue,
        "",
        _side(levels, 1),
        _side(levels, -1),
        place,
        snapshot=is_snapshot or is_first,
    )


def _side(rows: Sequence[_Row], side: int) -> Levels:
    return [(row.price, row.qty) for row in rows if row.side == side]


def _stretches(path: Path) -> Iterator[NDArray[np.void]]:
    try:
        with _array(path) as file:
            version = np.lib.format.read_magic(file)
            read_header = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            shape, _, dtype = read_header(file)
            if dtype != hft_event.DTYPE or len(shape) != 1:
                raise DataError(f"{path}: found an array of {dtype}, expected {_EXPECTED}")
            yield from _chunks(path, file, shape[0])
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: found {error}, expected {_EXPECTED}") from error
    except OSError as error:
        raise DataError(f"{path}: found {error.strerror}, expected {_EXPECTED}") from error


def _chunks(path: Path, file: IO[bytes], length: int) -> Iterator[NDArray[np.void]]:
    size = hft_event.DTYPE.itemsize
    for start in range(0, length, _STRETCH):
        count = min(_STRETCH, length - start)
        chunk = file.read(count * size)
        if len(chunk) != count * size:
            found = f"{start + len(chunk) // size} rows"
            raise DataError(f"{path}: found {found}, expected {length}")
        yield np.frombuffer(chunk, hft_event.DTYPE)


@contextmanager
def _array(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix != ".npz":
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive, archive.open("data.npy") as file:
        yield file
