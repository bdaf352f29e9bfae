"""
Books as CSV: `timestamp,symbol,b1..bN,bv1..bvN,a1..aN,av1..avN`, a row for each sight of a book.

The header says N and the order of the columns. Each row shows a window of the book; the tape tells
what changed since the row before.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from graphwiz_trader.adapters.files.imports.csv_lines import column, csv_lines
from graphwiz_trader.adapters.files.imports.raw import Levels, Place, Raw, RawBook, ReadOptions
from graphwiz_trader.adapters.files.imports.times import nanos
from graphwiz_trader.domain.value import value

_EXPECTED = "timestamp,symbol,b1..bN,bv1..bvN,a1..aN,av1..avN"


@value
class _Columns:
    """Where things stand in a row; `bids` and `asks` hold (price, quantity) from the best down."""

    width: int
    time: int
    symbol: int | None
    bids: tuple[tuple[int, int], ...]
    asks: tuple[tuple[int, int], ...]


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield a window a row; an empty cell is a level that is not there.

    Raises:
        DataError: the header or a row is of another form; says file and line.
    """
    for path in paths:
        columns: _Columns | None = None
        for place, cells in csv_lines(path):
            if columns is None:
                columns = _columns(place, cells)
                continue
            options.tally.records += 1
            yield _book(place, cells, columns)


def _columns(place: Place, header: Sequence[str]) -> _Columns:
    time = column(header, ("timestamp", "time", "ts", "date"))
    bids, asks = (_levels(header, side) for side in ("b", "a"))
    if time is None or not bids or not asks:
        raise place.error(f"{','.join(header)[:60]!r}", _EXPECTED)
    return _Columns(len(header), time, column(header, ("symbol",)), bids, asks)


def _levels(header: Sequence[str], side: str) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    while True:
        n = len(found) + 1
        price, qty = column(header, (f"{side}{n}",)), column(header, (f"{side}v{n}",))
        if price is None or qty is None:
            return tuple(found)
        found.append((price, qty))


def _book(place: Place, cells: Sequence[str], columns: _Columns) -> Raw:
    if len(cells) != columns.width:
        raise place.error(f"{len(cells)} columns", f"{columns.width} as in the header")
    try:
        ts = nanos(cells[columns.time])
    except ValueError:
        raise place.error(
            f"time {cells[columns.time]!r}", "a time in ISO 8601, or an epoch"
        ) from None
    symbol = "" if columns.symbol is None else cells[columns.symbol]
    bids, asks = _shown(cells, columns.bids), _shown(cells, columns.asks)
    return RawBook(ts, ts, symbol, bids, asks, place, window=True)


def _shown(cells: Sequence[str], levels: tuple[tuple[int, int], ...]) -> Levels:
    return [(cells[price], cells[qty]) for price, qty in levels if cells[price]]
