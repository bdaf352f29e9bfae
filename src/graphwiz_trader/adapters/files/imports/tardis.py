"""
Tardis: its CSV datasets incremental_book_L2, book_snapshot_N, trades, quotes and book_ticker.

The header says which; files of several kinds are merged by receipt time (`local_timestamp`).
Source: Tardis documentation, "Downloadable CSV files: data types".
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import attrs

from graphwiz_trader.adapters.files.imports.csv_lines import column, csv_lines
from graphwiz_trader.adapters.files.imports.raw import (
    Place,
    Raw,
    RawBook,
    RawTrade,
    ReadOptions,
)
from graphwiz_trader.adapters.files.imports.tick_rule import NOTE, TickRule
from graphwiz_trader.domain.value import value

_US = 1_000
_EXPECTED = "a header of Tardis: exchange,symbol,timestamp,local_timestamp,..."
_SIDES = {"bid": 1, "ask": -1}
_AGGRESSORS = {"buy": 1, "sell": -1}


@value
class _Row:
    """A row of any dataset: what all have, and all its cells."""

    place: Place
    ts: int
    ts_venue: int
    symbol: str
    cells: Sequence[str]


@value
class _Header:
    """The names of the columns, and where they stand in the file."""

    place: Place
    names: Sequence[str]

    def has(self, name: str) -> bool:
        """Whether there is a column *name*."""
        return column(self.names, (name,)) is not None

    def at(self, *names: str) -> tuple[int, ...]:
        """Return where *names* stand; raises DataError if one of them does not."""
        found = [column(self.names, (name,)) for name in names]
        if None in found:
            raise self.place.error(f"{','.join(self.names)[:60]!r}", _EXPECTED)
        return tuple(at for at in found if at is not None)


_Rows: TypeAlias = Iterator[_Row]
_Dataset: TypeAlias = Callable[[_Rows, _Header, ReadOptions], Iterator[Raw]]


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield what the files hold, merged by receipt time; at one time books come before trades.

    Raises:
        DataError: a header or row is of another form; says file and line.
    """
    files = (_raws(path, options) for path in paths)
    yield from heapq.merge(*files, key=lambda raw: (raw.ts, isinstance(raw, RawTrade)))


def _raws(path: Path, options: ReadOptions) -> Iterator[Raw]:
    lines = csv_lines(path)
    header = _Header(*next(lines, (Place(str(path), 1), [])))
    local, venue, symbol = header.at("local_timestamp", "timestamp", "symbol")
    dataset = next((told for name, told in _DATASETS.items() if header.has(name)), None)
    if dataset is None:
        raise header.place.error(f"{','.join(header.names)[:60]!r}", _EXPECTED)

    def rows() -> _Rows:
        for where, cells in lines:
            if len(cells) != len(header.names):
                raise where.error(f"{len(cells)} columns", f"{len(header.names)} as in the header")
            options.tally.records += 1
            ts, ts_venue = (_time(where, cells[at]) for at in (local, venue))
            yield _Row(where, ts, ts_venue, cells[symbol], cells)

    yield from dataset(rows(), header, options)


def _changes(rows: _Rows, header: _Header, options: ReadOptions) -> Iterator[Raw]:
    """
    Yield a message for the rows of one receipt time; a snapshot in several goes on in the next.

    Changes of a symbol before its first snapshot are passed over.
    """
    flag, side, price, amount = header.at("is_snapshot", "side", "price", "amount")
    pending: dict[str, _Pending] = {}
    latest = -1
    for row in rows:
        if row.ts != latest:
            yield from _told(pending, options)
            latest = row.ts
        known = pending.setdefault(row.symbol, _Pending())
        snapshot = row.cells[flag] == "true"
        if snapshot != known.is_snapshot:
            yield from _told({row.symbol: known}, options)
        known.add(row, snapshot, row.cells[side], (row.cells[price], row.cells[amount]))
    yield from _told(pending, options)


@attrs.define
class _Pending:
    """The message of one symbol that is being read, and what came before it."""

    head: _Row | None = None
    is_snapshot: bool = False
    was_snapshot: bool = False
    is_begun: bool = False
    levels: dict[int, list[tuple[str, str]]] = attrs.field(factory=lambda: {1: [], -1: []})

    def add(self, row: _Row, snapshot: bool, side: str, level: tuple[str, str]) -> None:  # noqa: FBT001 # a column
        if side not in _SIDES:
            raise row.place.error(f"side {side!r}", "bid or ask")
        if self.head is None:
            self.head, self.is_snapshot = row, snapshot
        self.levels[_SIDES[side]].append(level)

    def taken(self) -> RawBook | None:
        """Return the message, None where nothing was read; wait for the next."""
        head = self.head
        if head is None:
            return None
        begins = self.is_snapshot and not self.was_snapshot
        bids, asks = self.levels[1], self.levels[-1]
        self.was_snapshot, self.is_begun = self.is_snapshot, self.is_begun or begins
        self.head, self.levels = None, {1: [], -1: []}
        return RawBook(head.ts, head.ts_venue, head.symbol, bids, asks, head.place, snapshot=begins)


def _told(pending: Mapping[str, _Pending], options: ReadOptions) -> Iterator[RawBook]:
    for known in pending.values():
        book = known.taken()
        if book is not None and known.is_begun:
            yield book
        elif book is not None:
            options.tally.passed += 1


def _windows(rows: _Rows, header: _Header, _: ReadOptions) -> Iterator[Raw]:
    depth = sum(header.has(f"bids[{n}].price") for n in range(len(header.names)))
    named = [
        [(f"{side}[{n}].price", f"{side}[{n}].amount") for n in range(depth)]
        or [(f"{side.rstrip('s')}_price", f"{side.rstrip('s')}_amount")]
        for side in ("bids", "asks")
    ]
    shown = [[header.at(*names) for names in side] for side in named]
    for row in rows:
        levels = [
            [(row.cells[price], row.cells[amount]) for price, amount in side if row.cells[price]]
            for side in shown
        ]
        yield RawBook(
            row.ts, row.ts_venue, row.symbol, levels[0], levels[1], row.place, window=True
        )


def _trades(rows: _Rows, header: _Header, options: ReadOptions) -> Iterator[Raw]:
    side, price, amount = header.at("side", "price", "amount")
    rule = TickRule()
    for row in rows:
        try:
            guess = rule.side(row.symbol, row.cells[price])
        except ValueError:
            raise row.place.error(f"price {row.cells[price]!r}", "a decimal number") from None
        said = row.cells[side]
        if said == "unknown":
            options.tally.note(NOTE)
        elif said not in _AGGRESSORS:
            raise row.place.error(f"side {said!r}", "buy, sell or unknown")
        yield RawTrade(
            row.ts,
            row.ts_venue,
            row.symbol,
            _AGGRESSORS.get(said, guess),
            row.cells[price],
            row.cells[amount],
            row.place,
        )


_DATASETS: Mapping[str, _Dataset] = {
    "is_snapshot": _changes,
    "bids[0].price": _windows,
    "bid_price": _windows,
    "side": _trades,
}
"""Datasets by a column that only they have, in this order."""


def _time(place: Place, text: str) -> int:
    if not text.isdigit():
        raise place.error(f"time {text!r}", "microseconds since the epoch")
    return int(text) * _US
