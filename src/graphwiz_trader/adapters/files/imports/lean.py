"""
Lean's quote ticks: `ms,bid,ask`, or `ms,bid,bid size,ask,ask size,…`.

A quote replaces the one before: it is all of the book that is known. A side whose price is 0 or
empty is not quoted. Crossed and locked quotes are kept; lines of one time stay in order.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from graphwiz_trader.adapters.files.imports.lean_rows import CLOCK, LeanRow, rows
from graphwiz_trader.adapters.files.imports.raw import Levels, Raw, RawBook, ReadOptions

SIZES = "sizes are not recorded: every quote shows a size of 1"
_WITH_SIZES = 4


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield a book of one level a side for each quote.

    Raises:
        DataError: a file or line is of another form; says which.
    """
    options.tally.note(CLOCK)
    for path in paths:
        for row in rows(path):
            options.tally.records += 1
            bids, asks = _quote(row, options)
            yield RawBook(row.ts, row.ts, row.symbol, bids, asks, row.place, snapshot=True)


def _quote(row: LeanRow, options: ReadOptions) -> tuple[Levels, Levels]:
    if len(row.cells) >= _WITH_SIZES:
        bid, bid_size, ask, ask_size = row.cells[:_WITH_SIZES]
        return _level(row, bid, bid_size), _level(row, ask, ask_size)
    options.tally.note(SIZES)
    bid, ask = row.cells[:2]
    return _level(row, bid, "1"), _level(row, ask, "1")


def _level(row: LeanRow, price: str, size: str) -> Levels:
    return [] if price in ("", "0") else [(row.price(price), size)]
