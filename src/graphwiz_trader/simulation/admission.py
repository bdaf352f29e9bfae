"""Admission: why a venue would refuse an order by its rules, in words."""

from typing import Final

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.units import MAX_TICKS, Ticks
from graphwiz_trader.simulation.matching import VenueOrder

_LIMIT_MAKER: Final = OrdType.LIMIT_MAKER
_GTC: Final = TimeInForce.GTC
_MARKET: Final = OrdType.MARKET


def refusal(instrument: Instrument, order: VenueOrder, reference: Ticks | None) -> str:
    """
    Return the first rule of *instrument* that *order* breaks, `""` if it breaks none.

    *reference* is what values a MARKET order: the opposite best price, None where there is none.
    """
    if order.ord_type is _LIMIT_MAKER and order.time_in_force is not _GTC:
        return f"LIMIT_MAKER is {order.time_in_force.value}, expected GTC"
    return _bad_quantity(instrument, order) or _bad_price(instrument, order, reference)


def _bad_quantity(instrument: Instrument, order: VenueOrder) -> str:
    if order.order_qty < instrument.min_qty:
        return f"quantity {order.order_qty} is below the minimum {instrument.min_qty} lots"
    if instrument.max_qty is not None and order.order_qty > instrument.max_qty:
        return f"quantity {order.order_qty} is above the maximum {instrument.max_qty} lots"
    return ""


def _bad_price(instrument: Instrument, order: VenueOrder, reference: Ticks | None) -> str:
    worth_at: Ticks | None = order.price
    if order.ord_type is _MARKET:
        worth_at = reference
    elif not 0 < order.price <= MAX_TICKS:
        return f"price {order.price} is not between 1 and {MAX_TICKS} ticks"
    if worth_at is None:
        return ""
    notional = instrument.notional(worth_at, order.order_qty)
    if notional < instrument.min_notional:
        return f"notional {notional} is below the minimum {instrument.min_notional}"
    return ""
