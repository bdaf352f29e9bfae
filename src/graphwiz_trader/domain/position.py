"""Position: what we hold of one instrument, and what it has earned."""

from decimal import Decimal
from typing import Final

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Lots, Ticks

ZERO: Final = Decimal(0)
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
_INVERSE: Final = Kind.INVERSE


def flow(instrument: Instrument, side: Side, price: int | Decimal, qty: int) -> Decimal:
    """
    Return the cash that a trade moves to us, in the settlement asset, before fees.

    Buying a linear contract costs its notional. An inverse one settles in the base asset, where
    the signs are the other way round: what was bought at p is worth N/p less N/mark.
    """
    notional = instrument.notional(price, qty)
    return notional * side if instrument.kind is _INVERSE else -notional * side


class Position:
    """
    Signed lots, from unique fills only.

    `cash` is the sum of flows without fees, `fees` what was charged, `realised` what closing
    earned at the average price of the open part: all in the settlement asset, exact.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.lots = Lots(0)
        self.cash = ZERO
        self.fees = ZERO
        self.realised = ZERO
        self.cost = ZERO

    def fill(self, side: Side, price: Ticks, qty: Lots, fee: Decimal) -> Decimal:
        """Book one fill; return what it realised, before its fee."""
        moved = flow(self.instrument, side, price, qty)
        self.cash += moved
        self.fees += fee
        held = abs(self.lots)
        adds = self.lots * side >= 0
        closing = 0 if adds else min(qty, held)
        earned = ZERO
        if closing:
            released = self.cost * closing / held if closing < held else self.cost
            earned = moved * closing / qty if closing < qty else moved
            earned += released
            self.cost -= released
            self.realised += earned
        if closing < qty:
            self.cost += moved * (qty - closing) / qty if closing else moved
        self.lots = Lots(self.lots + side * qty)
        return earned

    def worth(self, price: int | Decimal) -> Decimal:
        """What closing all of it at *price* would bring, before fees."""
        if not self.lots:
            return ZERO
        side = _SELL if self.lots > 0 else _BUY
        return flow(self.instrument, side, price, abs(self.lots))

    def pnl(self, price: int | Decimal) -> Decimal:
        """Return the net P&L with the open part valued at *price*."""
        return self.cash + self.worth(price) - self.fees
