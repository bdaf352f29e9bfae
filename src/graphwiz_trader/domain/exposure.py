"""Exposure: what an intended order would add to it, worst case, in the reporting currency."""

from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.intent import Intent, RiskView
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Lots


def replaced(intent: Intent) -> int:
    """Return the lots that the order it replaces may still fill."""
    return intent.replaces.leaves_qty if intent.replaces is not None else 0


def reported(intent: Intent, view: RiskView) -> float | None:
    """Return the notional of the intent; None while nothing prices it."""
    instrument = view.instruments[intent.instrument]
    inverse = instrument.kind is Kind.INVERSE
    rate = view.rate(instrument.base if inverse else instrument.quote)
    if rate is None:
        return None
    return abs(float(instrument.notional(intent.price, intent.qty))) * rate


def added_exposure(intent: Intent, view: RiskView) -> float | None:
    """Return how much the worst case |position + orders| of the instrument grows."""
    notional = reported(intent, view)
    if notional is None or not intent.qty:
        return notional
    held = view.position(intent.instrument)
    buys = view.open_lots(intent.instrument, Side.BUY)
    sells = view.open_lots(intent.instrument, Side.SELL)
    before = max(abs(held + buys), abs(held - sells))
    more = intent.qty - replaced(intent)
    if intent.side is Side.BUY:
        buys = Lots(buys + more)
    else:
        sells = Lots(sells + more)
    after = max(abs(held + buys), abs(held - sells))
    return notional * (after - before) / intent.qty
