"""Trades: a venue's decimal text of a trade as an event."""

from decimal import Decimal, InvalidOperation

from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Lots, Nanos, Ticks


def trade(
    instrument: Instrument, side: Side, price: str, qty: str, ts: Nanos, ts_venue: Nanos
) -> Trade:
    """
    Return the trade; quantities finer than a lot are rounded down, as in books.

    Raises:
        Garbled: *price* or *qty* is no number above 0, or the price is off the grid.
    """
    try:
        steps = Decimal(price) / instrument.tick_size
        lots = Decimal(qty) / instrument.lot_size
        ticks, whole = int(steps), int(lots)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise Garbled(f"{instrument.id}: trade of {qty!r} at {price!r}") from error
    if ticks != steps or ticks <= 0 or whole < 0:
        raise Garbled(f"{instrument.id}: trade of {qty} at {price} is off the grid")
    return Trade(ts, ts_venue, instrument.id, side, Ticks(ticks), Lots(whole))
