"""Order events: a market told order by order, in the form of hftbacktest's rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.adapters.files.imports import hft_event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.testing.order_flow import Act

KINDS = {
    "add": hft_event.ADD,
    "cancel": hft_event.CANCEL,
    "change": hft_event.MODIFY,
    "fill": hft_event.FILL,
    "clear": hft_event.CLEAR,
}
_SIDES = {1: hft_event.BUY, -1: hft_event.SELL, 0: 0}


def order_events(instrument: Instrument, acts: Sequence[Act], feed: int = 0) -> NDArray[np.void]:
    """Return *acts* in *instrument* as hftbacktest's rows, heard *feed* ns after they happened."""
    events = np.zeros(len(acts), hft_event.DTYPE)
    both = hft_event.AT_EXCHANGE | hft_event.AT_US
    for i, act in enumerate(acts):
        ev = KINDS[act.kind] | _SIDES[act.side] | both
        price = float(instrument.price(act.tick)) if act.tick else 0.0
        qty = float(instrument.qty(act.lots)) if act.lots else 0.0
        events[i] = (ev, act.ts, act.ts + feed, price, qty, act.order, 0, 0.0)
    return events
