"""Instrument: the grid a venue trades on, and exact conversion to and from it."""

from decimal import ROUND_FLOOR, Decimal
from enum import Enum

import attrs

from graphwiz_trader.domain.errors import OffGrid
from graphwiz_trader.domain.units import (
    MAX_TICKS,
    Asset,
    InstrumentId,
    Lots,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import value


class Kind(Enum):
    """What a contract is."""

    SPOT = "spot"
    LINEAR = "linear"
    INVERSE = "inverse"


# Looking a member up in its enumeration costs as much as the comparison.
_INVERSE = Kind.INVERSE


@value
class Instrument:
    """
    One symbol at one venue: its grid, its minimums, what a contract is worth.

    `symbol` and `venue` are the halves of `id`, `tick` and `lot` the sizes
    as floats, `contract` a lot times the multiplier, `least` the least notional, `worth` what one
    lot at one tick is worth (of a contract that is not inverse).
    """

    id: InstrumentId
    base: Asset
    quote: Asset
    tick_size: Decimal
    lot_size: Decimal
    kind: Kind = Kind.SPOT
    multiplier: Decimal = Decimal(1)
    min_qty: Lots = Lots(1)
    max_qty: Lots | None = None
    min_notional: Decimal = Decimal(0)
    wire_price_decimals: int | None = None
    wire_qty_decimals: int | None = None
    symbol: str = attrs.field(init=False, eq=False, repr=False)
    venue: Venue = attrs.field(init=False, eq=False, repr=False)
    tick: float = attrs.field(init=False, eq=False, repr=False)
    lot: float = attrs.field(init=False, eq=False, repr=False)
    contract: float = attrs.field(init=False, eq=False, repr=False)
    least: float = attrs.field(init=False, eq=False, repr=False)
    worth: Decimal = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        symbol, _, venue = self.id.rpartition("@")
        if not symbol or not venue:
            raise OffGrid(f"instrument id {self.id!r} is not of the form SYMBOL@venue")
        for name in ("tick_size", "lot_size", "multiplier"):
            size: Decimal = getattr(self, name)
            if not (size.is_finite() and size > 0):
                raise OffGrid(f"{self.id}: {name} {size} is not a positive number")
        object.__setattr__(self, "symbol", symbol)
        object.__setattr__(self, "venue", Venue(venue))
        object.__setattr__(self, "tick", float(self.tick_size))
        object.__setattr__(self, "lot", float(self.lot_size))
        object.__setattr__(self, "contract", float(self.lot_size * self.multiplier))
        object.__setattr__(self, "least", float(self.min_notional))
        object.__setattr__(self, "worth", self.tick_size * self.lot_size * self.multiplier)

    def ticks(self, price: Decimal | str) -> Ticks:
        """Return *price* in ticks; raise `OffGrid` unless it is a whole number of them."""
        whole = _whole(self.id, "price", price, self.tick_size)
        if abs(whole) > MAX_TICKS:
            raise OffGrid(
                f"{self.id}: price {price} is above {MAX_TICKS} ticks of {self.tick_size}"
            )
        return Ticks(whole)

    def lots(self, qty: Decimal | str) -> Lots:
        """Return *qty* in lots; raise `OffGrid` unless it is a whole number of them."""
        return Lots(_whole(self.id, "quantity", qty, self.lot_size))

    def lots_within(self, qty: Decimal) -> Lots:
        """Return the most lots that do not exceed *qty*, rounded toward zero."""
        return Lots(int(qty / self.lot_size))

    def ticks_below(self, price: Decimal) -> Ticks:
        """Return the highest tick that is not above *price*."""
        return Ticks(int((price / self.tick_size).to_integral_value(ROUND_FLOOR)))

    def price(self, ticks: int | Decimal) -> Decimal:
        """Return *ticks* as a price in the quote asset."""
        return ticks * self.tick_size

    def qty(self, lots: int) -> Decimal:
        """Return *lots* as a quantity of the base asset (contracts, for derivatives)."""
        return lots * self.lot_size

    def units(self, lots: int, ticks: int | Decimal) -> Decimal:
        """Return how much of the base asset *lots* stand for; of an inverse contract at *ticks*."""
        if self.kind is _INVERSE:
            return self.notional(ticks, lots)
        return self.qty(lots) * self.multiplier

    def lots_worth(self, units: Decimal, ticks: int | Decimal) -> Lots:
        """Return the most lots that stand for no more than *units*, rounded toward zero."""
        one = self.units(1, ticks)
        return Lots(int(units / one)) if one else Lots(0)

    def notional(self, ticks: int | Decimal, lots: int) -> Decimal:
        """
        Return what *lots* at *ticks* are worth, exactly.

        In the quote asset, or in the base asset for an inverse contract. This is the only
        function that knows what a contract is worth.
        """
        if self.kind is _INVERSE:
            return self.qty(lots) * self.multiplier / self.price(ticks)
        return (ticks * lots) * self.worth


def _whole(name: str, what: str, number: Decimal | str, size: Decimal) -> int:
    exact = Decimal(number)
    if not exact.is_finite():
        raise OffGrid(f"{name}: {what} {number} is not a finite number")
    count = exact / size
    whole = int(count)
    if whole * size != exact:
        raise OffGrid(f"{name}: {what} {number} is not a multiple of {size}")
    return whole
