"""Symbol: an instrument as one venue spells it, and its numbers as that venue writes them."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from graphwiz_trader.adapters.loopback.wire.text import (
    NumberText,
    fixed_text,
    shortest_text,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId
from graphwiz_trader.domain.value import value

BINANCE_DECIMALS = 8


@value
class Symbol:
    """`price` and `qty` write ticks and lots; `notional` writes ticks times lots."""

    name: str
    instrument: Instrument
    price: NumberText
    qty: NumberText
    notional: NumberText


@value
class Symbols:
    """A venue's symbols, by its own names and by ours."""

    by_name: dict[str, Symbol]
    by_id: dict[InstrumentId, Symbol]

    def put(self, symbol: Symbol) -> None:
        """Let *symbol* take the place of the one with its names."""
        self.by_name[symbol.name] = self.by_id[symbol.instrument.id] = symbol


def binance_symbols(instruments: Iterable[Instrument]) -> Symbols:
    """Return `BTCUSDT` and so on, every number with eight decimals."""
    return _symbols(
        Symbol(
            f"{each.base}{each.quote}",
            each,
            fixed_text(each.tick_size, BINANCE_DECIMALS),
            fixed_text(each.lot_size, BINANCE_DECIMALS),
            _notional(each),
        )
        for each in instruments
    )


def okx_symbols(instruments: Iterable[Instrument]) -> Symbols:
    """Return `BTC-USDT` and so on, every number without trailing zeros."""
    return _symbols(
        Symbol(
            f"{each.base}-{each.quote}",
            each,
            shortest_text(each.tick_size),
            shortest_text(each.lot_size),
            shortest_text(each.tick_size * each.lot_size),
        )
        for each in instruments
    )


def _symbols(found: Iterable[Symbol]) -> Symbols:
    symbols = tuple(found)
    return Symbols(
        {symbol.name: symbol for symbol in symbols},
        {symbol.instrument.id: symbol for symbol in symbols},
    )


def _notional(instrument: Instrument) -> Callable[[int], str]:
    """Return how a count of tick times lot reads with eight decimals, cut off."""
    exact = shortest_text(instrument.tick_size * instrument.lot_size)

    def text(count: int) -> str:
        whole, _, part = exact(count).partition(".")
        return f"{whole}.{part[:BINANCE_DECIMALS]:0<{BINANCE_DECIMALS}}"

    return text


def on_grid(size: Decimal, text: str) -> int | None:
    """
    Return how many times *size* goes into the number *text*, None if not a whole number of times.

    >>> on_grid(Decimal("0.01"), "1.230"), on_grid(Decimal("0.01"), "1.234")
    (123, None)
    """
    count = Decimal(text) / size
    whole = int(count)
    return whole if whole == count else None
