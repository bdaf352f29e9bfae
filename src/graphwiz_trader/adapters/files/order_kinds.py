"""OrderKinds: rows of a tape that tells orders, as hftbacktest's order events."""

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.adapters.files.imports import hft_event
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.tape import SNAPSHOT, TRADE, Tape
from graphwiz_trader.domain.units import Int64s


class OrderKinds:
    """
    Tells adds from changes, stretch by stretch.

    An order that comes from another price is canceled and added, which gives it the same place.

    Args:
        tape: Where the rows are.
        orders: Of its rows.
    """

    def __init__(self, tape: Tape, orders: OrderRows) -> None:
        self._tape = tape
        self._orders = orders
        self._standing: set[int] = set()
        self._last = -1

    def put(self, events: NDArray[np.void], messages: Int64s, rows: slice) -> None:
        """Say of *events*, which are *rows* of *messages*, what became of which order."""
        flags, side = self._tape.flags[messages], self._tape.rows.side[rows]
        order, left = self._orders.order[rows], self._orders.left[rows]
        columns = (order.tolist(), left.tolist(), flags.tolist(), messages.tolist())
        kinds = [self._kind(*row) for row in zip(*columns, strict=True)]
        is_trade = flags == TRADE
        # A fill is told of the side that rested.
        whose = np.where((side > 0) != is_trade, hft_event.BUY, hft_event.SELL)
        both = hft_event.AT_EXCHANGE | hft_event.AT_US
        events["ev"] = np.array(kinds, np.int64) | whose | both
        events["order_id"] = order.view(np.uint64)

    def _kind(self, order: int, left: int, flag: int, message: int) -> int:
        if flag == TRADE:
            return hft_event.FILL
        if flag == SNAPSHOT and message != self._last:
            self._standing.clear()
        self._last = message
        if not left:
            self._standing.discard(order)
            return hft_event.CANCEL
        if order in self._standing:
            return hft_event.MODIFY
        self._standing.add(order)
        return hft_event.ADD
