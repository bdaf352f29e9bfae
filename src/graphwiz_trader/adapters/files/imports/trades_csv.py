"""
Trades as CSV with a header: `date,last`, or date, price, qty and side.

Without a quantity each trade counts 1; without a side the tick rule guesses.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from graphwiz_trader.adapters.files.imports.csv_lines import column, csv_lines
from graphwiz_trader.adapters.files.imports.raw import Place, Raw, RawTrade, ReadOptions
from graphwiz_trader.adapters.files.imports.tick_rule import NOTE, TickRule
from graphwiz_trader.adapters.files.imports.times import nanos
from graphwiz_trader.domain.value import value

_SIDES = {"buy": 1, "b": 1, "bid": 1, "1": 1, "sell": -1, "s": -1, "ask": -1, "-1": -1}


@value
class _Columns:
    """Where things stand in a row."""

    width: int
    time: int
    price: int
    qty: int | None
    side: int | None
    symbol: int | None


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield a trade a row.

    Raises:
        DataError: the header or a row is of another form; says file and line.
    """
    rule = TickRule()
    for path in paths:
        columns: _Columns | None = None
        for place, cells in csv_lines(path):
            if columns is None:
                columns = _columns(place, cells)
                if columns.side is None:
                    options.tally.note(NOTE)
                if columns.qty is None:
                    options.tally.note("the source names no quantity: every trade counts 1")
                continue
            options.tally.records += 1
            yield _trade(place, cells, columns, rule)


def _columns(place: Place, header: Sequence[str]) -> _Columns:
    time = column(header, ("date", "timestamp", "time", "ts"))
    price = column(header, ("last", "price"))
    if time is None or price is None:
        raise place.error(f"{','.join(header)[:60]!r}", "a header date,last or date,price,qty,side")
    qty = column(header, ("qty", "quantity", "amount", "volume", "size"))
    side, symbol = column(header, ("side",)), column(header, ("symbol",))
    return _Columns(len(header), time, price, qty, side, symbol)


def _trade(place: Place, cells: Sequence[str], columns: _Columns, rule: TickRule) -> RawTrade:
    if len(cells) != columns.width:
        raise place.error(f"{len(cells)} columns", f"{columns.width} as in the header")
    time, price = cells[columns.time], cells[columns.price]
    symbol = "" if columns.symbol is None else cells[columns.symbol]
    try:
        ts = nanos(time)
    except ValueError:
        raise place.error(f"time {time!r}", "a time in ISO 8601, or an epoch") from None
    try:
        guess = rule.side(symbol, price)
    except ValueError:
        raise place.error(f"price {price!r}", "a decimal number") from None
    side = guess
    if columns.side is not None:
        said = cells[columns.side]
        if said.lower() not in _SIDES:
            raise place.error(f"side {said!r}", "buy or sell")
        side = _SIDES[said.lower()]
    qty = "1" if columns.qty is None else cells[columns.qty]
    return RawTrade(ts, ts, symbol, side, price, qty, place)
