"""Trades: a venue's decimal text of a trade as an event."""

from decimal import Decimal

from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MAX_TICKS, Lots, Nanos, Ticks

MOST_LOTS = 10**18


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
        is_sound = 0 < steps <= MAX_TICKS and 0 <= lots < MOST_LOTS and steps == int(steps)
    except ArithmeticError as error:
        raise Garbled(f"{instrument.id}: trade of {qty!r} at {price!r}") from error
    if not is_sound:
        raise Garbled(f"{instrument.id}: trade of {qty} at {price} is not on the grid")
    return Trade(ts, ts_venue, instrument.id, side, Ticks(int(steps)), Lots(int(lots)))
