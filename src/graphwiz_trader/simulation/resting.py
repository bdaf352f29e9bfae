"""
Resting: our working orders of one instrument, and how recorded messages fill them.

A trade or an opposite level through our price, or an opposite level at it, fills us at our price;
a trade at our price must first get through the queue, or through the orders that stand before us.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Int64s, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import exact_value
from graphwiz_trader.simulation.matching import VenueOrder
from graphwiz_trader.simulation.order_lines import OrderLines
from graphwiz_trader.simulation.queue import Place, QueueModel
from graphwiz_trader.simulation.recorded_book import RecordedBook
from graphwiz_trader.simulation.scan import (
    AGGRESSOR,
    FOREVER,
    HEAD,
    LOTS,
    NEXT,
    NEXT_TS,
    PRICE,
    REACHED,
)

_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
_NO_BUY: Final = -(1 << 62)
_NO_SELL: Final = 1 << 62
_NOWHERE: Final = np.empty(0, np.int64)
_ANYBODY: Final = 1 << 62
"""A number higher than any drawn: without lines, lots alone tell whom a trade reaches."""


class Resting:
    """An order that rests, and its place in the queue; `rank` rises with the time of joining."""

    def __init__(self, order: VenueOrder, place: Place, rank: int) -> None:
        self.order = order
        self.place = place
        self.rank = rank


@exact_value
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
        self._levels: list[tuple[Side, Ticks]] = []
        self._room: Int64s = np.empty(8, np.int64)
        self._own = _NOWHERE
        self._edges = (_NO_BUY, _NO_SELL)
        self._is_stale = False
        """Whether we rest elsewhere than the three above say."""
        self._next: int | None = None
        self._next_ts: Nanos | None = None

    def next_ts(self) -> Nanos | None:
        """Return when the next message happens that may fill us, None if there is none."""
        if self._is_stale:
            self._look_around()
        if not self._levels:
            return None
        if self._next is None:
            book, (bid, ask) = self._book, self._edges
            # What only moves a queue can wait, unless others stand at our prices already.
            is_reached = book.is_within(_SELL, bid) or book.is_within(_BUY, ask)
            own = self._own if is_reached else _NOWHERE
            self._next = book.next_that_matters(own, bid, ask)
            self._next_ts = book.ts(self._next)
        return self._next_ts

    def catch_up(self, now: Nanos) -> None:
        """Bring book and queues to *now*, before which nothing fills us that was not run."""
        if self._is_stale:
            self._look_around()
        if self._levels:
            self._wait(FOREVER, now)
        self._book.catch_up(now)

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
        book = self._book
        message = book.message if self._next is None else self._next
        ts = book.ts(message)
        self._next = None
        if ts is None:
            return Nanos(0), []
        self._wait(message, ts)
        met = self._meet(message, ts)
        if met[AGGRESSOR]:
            side, price, lots = _BUY if met[AGGRESSOR] < 0 else _SELL, met[PRICE], met[LOTS]
            return ts, self._after_trade(side, Ticks(price), Lots(lots), ts)
        if not met[REACHED]:
            return ts, []
        return ts, [*self._after_change(_BUY), *self._after_change(_SELL)]

    def _wait(self, stop: int, until: Nanos) -> None:
        """Move our queues as the messages before *stop* do that happened by *until*."""
        book = self._book
        message = book.next_that_matters(self._own, *self._edges)
        ts = book.ts(message)
        while ts is not None and message < stop and ts <= until:
            met = self._meet(message, ts)
            message, ts = met[NEXT], None if met[NEXT_TS] < 0 else Nanos(met[NEXT_TS])

    def _meet(self, message: int, ts: Nanos) -> Sequence[int]:
        """Apply *message*, which happened at *ts*, to book and queues; return what it meant."""
        met = self._book.meet(message, self._own, *self._edges)
        if met[AGGRESSOR]:
            return met
        at = HEAD
        for side, tick in self._levels:
            if met[at + 2]:
                for resting in self._orders[side]:
                    if resting.order.price == tick:
                        resting.place.change(met[at], met[at + 1], ts)
            at += 3
        return met

    def _after_trade(self, side: Side, price: Ticks, qty: Lots, ts: Nanos) -> list[MakerFill]:
        """Return what a trade fills of *side*: all it went through, the excess at its price."""
        left, fills = float(qty), []
        met = _ANYBODY
        if self._lines is not None:
            met = self._lines.traded(side, price, self._book.message - 1)
        for resting in self._orders[side]:
            order = resting.order
            if side * (order.price - price) > 0:
                fills.append(MakerFill(order, Lots(order.leaves_qty)))
            elif order.price == price and resting.place.number < met:
                resting.place.trade(left, ts)
                filled = min(resting.place.excess(), order.leaves_qty)
                if filled > 0:
                    resting.place.settle()
                    # What we got did not reach those behind us.
                    left -= filled
                    fills.append(MakerFill(order, Lots(filled)))
        return fills

    def _after_change(self, side: Side) -> list[MakerFill]:
        """Return what opposite levels at or through our prices fill, up to what they show."""
        book, opposite = self._book, side.opposite
        fills: list[MakerFill] = []
        if not book.is_within(opposite, self._edges[0 if side is _BUY else 1]):
            return fills
        for resting in self._orders[side]:
            order, wanted = resting.order, resting.order.leaves_qty
            for tick, lots in book.offers(opposite):
                if side * (order.price - tick) < 0 or wanted == 0:
                    break
                taken = min(wanted, lots)
                book.take(opposite, tick, Lots(taken))
                wanted -= taken
            if wanted < order.leaves_qty:
                fills.append(MakerFill(order, Lots(order.leaves_qty - wanted)))
        return fills

    def _look_around(self) -> None:
        """Note where we rest now."""
        buys, sells = self._orders[_BUY], self._orders[_SELL]
        levels: list[tuple[Side, Ticks]] = []
        for resting in (*buys, *sells):
            level = resting.order.side, resting.order.price
            if not levels or levels[-1] != level:
                levels.append(level)
        if 2 * len(levels) > len(self._room):
            self._room = np.empty(4 * len(levels), np.int64)
        room, at = self._room.data, 0
        for side, tick in levels:
            room[at], room[at + 1] = side, tick
            at += 2
        self._levels, self._own = levels, self._room[:at]
        self._edges = (
            buys[0].order.price if buys else _NO_BUY,
            sells[0].order.price if sells else _NO_SELL,
        )
        self._is_stale = False


def _priority(resting: Resting) -> tuple[int, int]:
    return -resting.order.side * resting.order.price, resting.rank
