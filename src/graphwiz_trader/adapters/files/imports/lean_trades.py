"""Lean's trade ticks: `ms,price,size,…`; the side is guessed by the tick rule."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from graphwiz_trader.adapters.files.imports.lean_rows import CLOCK, rows
from graphwiz_trader.adapters.files.imports.raw import Raw, RawTrade, ReadOptions
from graphwiz_trader.adapters.files.imports.tick_rule import NOTE, TickRule


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield a trade a line.

    Raises:
        DataError: a file or line is of another form; says which.
    """
    rule = TickRule()
    options.tally.note(CLOCK)
    options.tally.note(NOTE)
    for path in paths:
        for row in rows(path):
            options.tally.records += 1
            price, size = row.price(row.cells[0]), row.cells[1]
            try:
                side = rule.side(row.symbol, price)
            except ValueError:
                raise row.place.error(f"price {price!r}", "a decimal number") from None
            yield RawTrade(row.ts, row.ts, row.symbol, side, price, size, row.place)
