"""Grids: a venue's decimal text of our orders as ticks, lots and money."""

from decimal import Decimal, InvalidOperation

from graphwiz_trader.domain.errors import Garbled, OffGrid
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.units import Asset, Lots, Ticks


def ticks_of(instrument: Instrument, text: str) -> Ticks:
    """Return a price, or raise `Garbled`."""
    try:
        return instrument.ticks(text)
    except (OffGrid, InvalidOperation) as error:
        raise Garbled(f"{instrument.id}: price {text!r}: {error}") from error


def lots_of(instrument: Instrument, text: str) -> Lots:
    """Return a quantity, or raise `Garbled`."""
    try:
        return instrument.lots(text)
    except (OffGrid, InvalidOperation) as error:
        raise Garbled(f"{instrument.id}: quantity {text!r}: {error}") from error


def amount_of(text: str) -> Decimal:
    """Return an amount, or raise `Garbled`."""
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise Garbled(f"{text!r} where an amount belongs") from error
    if not amount.is_finite():
        raise Garbled(f"{text!r} where an amount belongs")
    return amount


def fee_of(instrument: Instrument, text: str, asset: str) -> Money:
    """Return a commission, of the quote asset where the venue names none."""
    return Money(amount_of(text), Asset(asset) if asset else instrument.quote)
