"""
Resting: our working orders of one instrument, and how recorded messages fill them.

A trade or an opposite level through our price, or an opposite level at it, fills us at our price;
a trade at our price must first get through the queue, or through the orders that stand before us.
"""

from collections.abc import Iterator
from itertools import chain

import attrs
import numpy as np

from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Int64s, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.matching import VenueOrder
from graphwiz_trader.simulation.order_lines import OrderLines
from graphwiz_trader.simulation.queue import Place, QueueModel
from graphwiz_trader.simulation.recorded_book import RecordedBook
from graphwiz_trader.simulation.scan import AGGRESSOR, HEAD, LOTS, NEXT, NEXT_TS, PRICE, REACHED

_BUY, _SELL = Side.BUY, Side.SELL
_NO_BUY, _NO_SELL = -(1 << 62), 1 << 62
_ANYBODY = 1 << 62
"""A number higher than any drawn: without lines, lots alone tell whom a trade reaches."""


@attrs.define(eq=False)
class Resting:
    """An order that rests, and its place in the queue; `rank` rises with the time of joining."""

    order: VenueOrder
    place: Place
    rank: int


@value
class MakerFill:
    """*qty* of a resting order traded, at its price."""

    order: VenueOrder
    qty: Lots


class RestingOrders:
    """
    The orders that rest at one instrument's recorded book.

    Args:
        book: The recorded book, which it moves from message to message.
        queue: How queues are judged.
        lines: Who stands in them, for a model by order.
    """

    def __init__(
        self, book: RecordedBook, queue: QueueModel, lines: OrderLines | None = None
    ) -> None:
        self._book = book
        self._queue = queue
        self._lines = lines
        self._orders: dict[Side, list[Resting]] = {_BUY: [], _SELL: []}
        self._joined = 0
        self._levels: tuple[tuple[Side, Ticks], ...] = ()
        self._own: Int64s = np.empty(0, np.int64)
        self._edges = (_NO_BUY, _NO_SELL)
        self._is_stale = False
        """Whether we rest elsewhere than the three above say."""
        self._next: int | None = None
        self._next_ts: Nanos | None = None

    def next_ts(self) -> Nanos | None:
        """Return when the next message that may matter happens, None if there is none."""
        if self._is_stale:
            self._look_around()
        if not self._levels:
            return None
        if self._next is None:
            self._next = self._book.next_that_matters(self._own, *self._edges)
            self._next_ts = self._book.ts(self._next)
        return self._next_ts

    def join(self, order: VenueOrder) -> None:
        """Let *order* rest behind everybody at its price."""
        self._joined += 1
        front = self._queue.ahead
        if front is None:
            front = float(self._book.available(order.side, order.price))
        place = Place(self._queue, front)
        if self._lines is not None:
            place.number = self._lines.join(order.side, order.price, self._book.message)
        self._orders[order.side].append(Resting(order, place, self._joined))
        self._orders[order.side].sort(key=_priority)
        self._is_stale, self._next = True, None

    def leave(self, order: VenueOrder) -> Resting:
        """Take *order* out, and return where it stood."""
        resting = next(r for r in self._orders[order.side] if r.order is order)
        self._orders[order.side].remove(resting)
        # What may matter to more orders than are left is soon enough to look at: `_next` stays.
        self._is_stale = True
        return resting

    def give_place(self, place: Resting, order: VenueOrder) -> None:
        """Let *order* rest where another one of the same side and price did."""
        self._orders[order.side].append(Resting(order, place.place, place.rank))
        self._orders[order.side].sort(key=_priority)
        self._is_stale, self._next = True, None

    def within(self, side: Side, limit: Ticks) -> tuple[VenueOrder, ...]:
        """Return our orders of *side* at *limit* or better, in the order they would trade."""
        return tuple(r.order for r in self._orders[side] if side * (r.order.price - limit) >= 0)

    def run_next(self) -> tuple[Nanos, list[MakerFill]]:
        """Let the message that `next_ts` spoke of happen; return when, and what it filled."""
        if self._is_stale:
            self._look_around()
        book, is_awaited = self._book, self._next is not None
        message = book.message if self._next is None else self._next
        ts = self._next_ts if is_awaited else book.ts(message)
        self._next = None
        if ts is None:
            return Nanos(0), []
        met = book.meet(message, self._own, *self._edges)
        if is_awaited:
            self._next = met[NEXT]
            self._next_ts = None if met[NEXT_TS] < 0 else Nanos(met[NEXT_TS])
        if met[AGGRESSOR]:
            side, price, lots = _BUY if met[AGGRESSOR] < 0 else _SELL, met[PRICE], met[LOTS]
            return ts, list(self._after_trade(side, Ticks(price), Lots(lots), ts))
        at = HEAD
        for side, tick in self._levels:
            before, after, is_told = met[at : at + 3]
            at += 3
            if is_told:
                for resting in self._orders[side]:
                    if resting.order.price == tick:
                        resting.place.change(before, after, ts)
        if not met[REACHED]:
            return ts, []
        return ts, [*self._after_change(_BUY), *self._after_change(_SELL)]

    def _after_trade(self, side: Side, price: Ticks, qty: Lots, ts: Nanos) -> Iterator[MakerFill]:
        """Yield what a trade fills of *side*: all it went through, the excess at its price."""
        left = float(qty)
        met = _ANYBODY
        if self._lines is not None:
            met = self._lines.traded(side, price, self._book.message - 1)
        for resting in self._orders[side]:
            order = resting.order
            if side * (order.price - price) > 0:
                yield MakerFill(order, Lots(order.leaves_qty))
            elif order.price == price and resting.place.number < met:
                resting.place.trade(left, ts)
                filled = min(resting.place.excess(), order.leaves_qty)
                if filled > 0:
                    resting.place.settle()
                    # What we got did not reach those behind us.
                    left -= filled
                    yield MakerFill(order, Lots(filled))

    def _after_change(self, side: Side) -> Iterator[MakerFill]:
        """Yield what opposite levels at or through our prices fill, up to what they show."""
        book, opposite = self._book, side.opposite
        if not book.is_within(opposite, self._edges[0 if side is _BUY else 1]):
            return
        for resting in self._orders[side]:
            order, wanted = resting.order, resting.order.leaves_qty
            for tick, lots in book.offers(opposite):
                if side * (order.price - tick) < 0 or wanted == 0:
                    break
                taken = min(wanted, lots)
                book.take(opposite, tick, Lots(taken))
                wanted -= taken
            if wanted < order.leaves_qty:
                yield MakerFill(order, Lots(order.leaves_qty - wanted))

    def _look_around(self) -> None:
        """Note where we rest now."""
        buys, sells = self._orders[_BUY], self._orders[_SELL]
        levels: dict[tuple[Side, Ticks], None] = {}
        for resting in (*buys, *sells):
            levels[resting.order.side, resting.order.price] = None
        self._levels = tuple(levels)
        self._own = np.fromiter(chain.from_iterable(levels), np.int64, 2 * len(levels))
        self._edges = (
            buys[0].order.price if buys else _NO_BUY,
            sells[0].order.price if sells else _NO_SELL,
        )
        self._is_stale = False


def _priority(resting: Resting) -> tuple[int, int]:
    return -resting.order.side * resting.order.price, resting.rank
