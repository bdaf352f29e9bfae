"""Account: our balances at one venue, and what open orders have reserved of them."""

from decimal import Decimal
from typing import Final

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, Venue

ZERO: Final = Decimal(0)

# Looking a member up in its enumeration costs as much as the comparison.
_SELL: Final = Side.SELL
_SPOT: Final = Kind.SPOT
_INVERSE: Final = Kind.INVERSE


class Account:
    """
    Balances by asset.

    An order holds its worst case from the moment it is decided until the venue ends it;
    an UNKNOWN order goes on holding.
    `taker_bps` is what the venue charges for taking, None while that is not known; `fee_factor`
    what a notional becomes with it, as a float.
    """

    def __init__(
        self, venue: Venue, taker_bps: Decimal | None, total: dict[Asset, Decimal] | None = None
    ) -> None:
        self.venue = venue
        self.taker_bps = taker_bps
        self.total: dict[Asset, Decimal] = {} if total is None else total
        self.held: dict[Asset, Decimal] = {}
        self._with_fee = 1 + max(taker_bps or ZERO, ZERO) / 10_000
        self.fee_factor = float(self._with_fee)

    def free(self, asset: Asset) -> Decimal:
        """Return what of *asset* is not reserved."""
        return self.total.get(asset, ZERO) - self.held.get(asset, ZERO)

    def need(self, instrument: Instrument, side: Side, price: int, qty: int) -> Money:
        """Return the worst that *qty* at *price* can take: quote with fee, or base."""
        asset, amount = self._worst(instrument, side, price, qty)
        return Money(amount, asset)

    def reserve(self, order: Order, instrument: Instrument, qty: int) -> None:
        """Hold (or with a negative *qty* let go of) the worst case of *qty* lots of *order*."""
        if not qty:
            return
        asset, amount = self._worst(instrument, order.side, order.price, qty)
        self.held[asset] = self.held.get(asset, ZERO) + amount

    def settle(self, instrument: Instrument, side: Side, moved: Decimal, qty: int) -> None:
        """Move the money and, on spot, the asset of one fill."""
        asset = instrument.base if instrument.kind is _INVERSE else instrument.quote
        self.add(asset, moved)
        if instrument.kind is _SPOT:
            self.add(instrument.base, instrument.qty(qty) * side)

    def add(self, asset: Asset, amount: Decimal) -> None:
        """Change a total."""
        self.total[asset] = self.total.get(asset, ZERO) + amount

    def _worst(
        self, instrument: Instrument, side: Side, price: int, qty: int
    ) -> tuple[Asset, Decimal]:
        kind = instrument.kind
        if side is _SELL and kind is _SPOT:
            return instrument.base, instrument.qty(qty)
        asset = instrument.base if kind is _INVERSE else instrument.quote
        return asset, instrument.notional(price, qty) * self._with_fee
