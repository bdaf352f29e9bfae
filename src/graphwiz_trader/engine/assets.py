"""Assets: what instruments trade, and how much of it their lots stand for."""

from collections.abc import Iterable
from decimal import Decimal

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.units import Asset

_INVERSE = Kind.INVERSE


def by_base(instruments: Iterable[Instrument]) -> dict[Asset, tuple[Instrument, ...]]:
    """Group *instruments* by what is bought and sold, in their order."""
    found: dict[Asset, tuple[Instrument, ...]] = {}
    for instrument in instruments:
        found[instrument.base] = (*found.get(instrument.base, ()), instrument)
    return found


def units_of(instrument: Instrument, lots: int, book: OrderBook) -> Decimal:
    """Return what *lots* stand for; inverse contracts at the mid, without one at their face."""
    ticks: Decimal | int = 0
    if instrument.kind is _INVERSE:
        priced = book.is_two_sided and book.half_mid > 0
        ticks = Decimal(book.half_mid) / 2 if priced else 1 / instrument.tick_size
    return instrument.units(lots, ticks)
