"""
Binance's public files: trades, aggTrades and bookTicker by day or month, and futures' T_DEPTH.

A file's name says symbol and kind, and is kept when it is unzipped: `BTCUSDT-trades-2024-01-01`.
Spot files have no header, those of futures mostly have. Times are in ms; in µs in spot's from 2025.
Depth comes as `BTCUSDT_T_DEPTH_2022-11-02_depth_snap` beside `..._depth_update`.
Source: Binance, "Binance Public Data" and "Futures Orderbook Download".
"""

import heapq
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from graphwiz_trader.adapters.files.imports.bridge import Bridge
from graphwiz_trader.adapters.files.imports.csv_lines import csv_lines
from graphwiz_trader.adapters.files.imports.raw import (
    Levels,
    Place,
    Raw,
    RawBook,
    RawTrade,
    ReadOptions,
)
from graphwiz_trader.adapters.files.imports.times import nanos
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.value import value

_NAME = re.compile(r"(?P<symbol>[A-Z0-9_]+?)[-_](?P<kind>[A-Za-z]+|T_DEPTH)[-_]\d{4}-\d\d")
_EXPECTED = "SYMBOL-trades|aggTrades|bookTicker-DATE or SYMBOL_T_DEPTH_DATE"
_MAKER = {"true": -1, "false": 1}
"""Whose side a trade is, by whether the buyer was the maker."""

_SIDES = {"a": -1, "b": 1}
_DEPTH = ("symbol", "timestamp", "first_update_id", "last_update_id", "side", "update_type")


@value
class _Row:
    """One line: where, of what symbol, and its cells."""

    place: Place
    symbol: str
    cells: Sequence[str]


_Rows: TypeAlias = Iterator[_Row]
_Kind: TypeAlias = Callable[[_Rows], Iterator[Raw]]


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield what the files hold, merged by time; depth begins with its snapshot.

    Raises:
        DataError: a name or row is of another form, or changes have no snapshot; says file and
            line.
    """
    bridge = Bridge(options.tally)
    files = (_raws(path, options) for path in paths)
    for raw in heapq.merge(*files, key=_order):
        if isinstance(raw, RawBook) and not raw.window:
            yield from bridge.take(raw)
        else:
            yield raw
    if waiting := bridge.without_snapshot:
        raise DataError(
            f"{paths[0]}: found changes of {', '.join(waiting)} without a snapshot, "
            "expected its _depth_snap file too"
        )


def _order(raw: Raw) -> tuple[int, bool, bool]:
    return raw.ts, isinstance(raw, RawTrade), not getattr(raw, "snapshot", False)


def _raws(path: Path, options: ReadOptions) -> Iterator[Raw]:
    name = _NAME.match(path.name)
    kind = _KINDS.get(name["kind"]) if name else None
    if name is None or kind is None:
        raise DataError(f"{path}: found a file of that name, expected {_EXPECTED}")
    symbol = name["symbol"]

    def rows() -> _Rows:
        for place, cells in csv_lines(path):
            if not cells[-1][:1].isalpha() or cells[-1].lower() in _MAKER:
                options.tally.records += 1
                yield _Row(place, symbol, cells)
            elif place.line > 1:
                raise place.error(f"{','.join(cells)[:60]!r}", "numbers below the header")

    yield from kind(rows())


def _trades(rows: _Rows) -> Iterator[Raw]:
    """Yield trades from id, price, qty, quote qty, time, buyer is maker[, best match]."""
    for row in rows:
        yield _trade(row, 4, 5)


def _aggregates(rows: _Rows) -> Iterator[Raw]:
    """Yield trades from id, price, qty, first id, last id, time, buyer is maker[, best match]."""
    for row in rows:
        yield _trade(row, 5, 6)


def _trade(row: _Row, time: int, maker: int) -> RawTrade:
    cells = row.cells
    if len(cells) not in (maker + 1, maker + 2):
        raise row.place.error(f"{len(cells)} columns", f"{maker + 1} or {maker + 2}")
    if cells[maker].lower() not in _MAKER:
        raise row.place.error(f"buyer is maker {cells[maker]!r}", "true or false")
    ts = _time(row.place, cells[time])
    side = _MAKER[cells[maker].lower()]
    return RawTrade(ts, ts, row.symbol, side, cells[1], cells[2], row.place)


def _tickers(rows: _Rows) -> Iterator[Raw]:
    """
    Yield windows of one level from update id, bid, its qty, ask, its qty, match and event time.

    Rows of one millisecond may stand in any order; an older one than was told says nothing.
    """
    width = 7
    latest = -1
    for row in rows:
        cells = row.cells
        if len(cells) != width or not cells[0].isdigit():
            raise row.place.error(f"{','.join(cells)[:60]!r}", f"{width} columns, an id first")
        if int(cells[0]) <= latest:
            continue
        latest = int(cells[0])
        bids, asks = [(cells[1], cells[2])], [(cells[3], cells[4])]
        ts, ts_venue = _time(row.place, cells[6]), _time(row.place, cells[5])
        yield RawBook(ts, ts_venue, row.symbol, bids, asks, row.place, window=True)


def _depth(rows: _Rows) -> Iterator[Raw]:
    """Yield messages: symbol, time, first and last id, side, type, price, qty, id before."""
    width = len(_DEPTH) + 3
    for _, group in groupby(rows, key=lambda row: tuple(row.cells[:4])):
        message = list(group)
        head = message[0]
        if any(len(row.cells) != width for row in message):
            raise head.place.error(f"{len(head.cells)} columns", f"{width}, the last of them pu")
        ts = _time(head.place, head.cells[1])
        first, last, before = (_id(head, at) for at in (2, 3, 8))
        yield RawBook(
            ts,
            ts,
            head.cells[0],
            _side(message, 1),
            _side(message, -1),
            head.place,
            snapshot=head.cells[5] == "snap",
            first_seq=first,
            last_seq=last,
            prev_seq=before,
        )


def _side(rows: Sequence[_Row], side: int) -> Levels:
    levels: list[tuple[str, str]] = []
    for row in rows:
        whose, how, price, qty = row.cells[4:8]
        if whose not in _SIDES or how not in ("set", "snap"):
            raise row.place.error(f"side {whose!r}, type {how!r}", "a or b, set or snap")
        if _SIDES[whose] == side:
            levels.append((price, qty))
    return levels


def _id(row: _Row, at: int) -> int:
    text = row.cells[at]
    if not text.removeprefix("-").isdigit():
        raise row.place.error(f"update id {text!r}", "a whole number")
    return int(text)


def _time(place: Place, text: str) -> int:
    try:
        return nanos(text)
    except ValueError:
        raise place.error(f"time {text!r}", "an epoch in ms or µs") from None


_KINDS: Mapping[str, _Kind] = {
    "trades": _trades,
    "aggTrades": _aggregates,
    "bookTicker": _tickers,
    "T_DEPTH": _depth,
}
