"""
Order flow: a market told order by order, made by hand or by chance.

The chance is a small matching engine: orders join, shrink, grow, move, leave and are met by
takers, first come first served.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import attrs
import numpy as np

from graphwiz_trader.domain.events import BookUpdate, LevelRows, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import DIFF, SNAPSHOT, TRADE, Tape
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.tape import Findings, TapeStore
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.recording import Recording


@value
class Act:
    """
    What became of an order at *ts*.

    `side` is the order's, +1 or −1; `lots` is what it has from then on, or what a fill traded:
    what a fill leaves is told by the change or cancel that follows. A clear has no order: it
    empties the book for the adds of the same time.
    """

    ts: int
    kind: Literal["add", "cancel", "change", "fill", "clear"]
    order: int = 0
    side: int = 0
    tick: int = 0
    lots: int = 0


@attrs.define
class _Order:
    number: int
    side: int
    tick: int
    lots: int


class OrderFlow:
    """
    A market of strangers, an act of theirs every *step* ns.

    Args:
        seed: Of its chance.
        step: Between acts; what one taker does happens at one instant.
        middle: Where the first orders stand around, in ticks.
    """

    def __init__(self, seed: int, step: int = 1_000_000, middle: int = 1000) -> None:
        self._chance = Chance(seed)
        self._step = step
        self._middle = middle
        self._now = step
        self._last = 0
        self._books: dict[int, list[_Order]] = {1: [], -1: []}

    def acts(self, count: int) -> Iterator[Act]:
        """Yield the book as it stands at first, then what happens in *count* steps."""
        yield Act(self._now, "clear")
        for side in (1, -1):
            for _ in range(12):
                tick = self._middle - side * (1 + self._chance.below(5))
                yield self._join(side, tick, 1 + self._chance.below(5))
        for _ in range(count):
            self._now += self._step
            side = 1 - 2 * self._chance.below(2)
            yield from self._act(side, self._chance.below(10))

    def _act(self, side: int, what: int) -> Iterator[Act]:
        book = self._books[side]
        if what < 3 or len(book) < 8:
            yield self._join(side, self._price(side), 1 + self._chance.below(5))
        elif what < 6:
            yield self._leave(book[self._chance.below(len(book))])
        elif what < 8:
            yield self._change(book[self._chance.below(len(book))])
        else:
            yield from self._taken(side, 1 + self._chance.below(8))

    def _price(self, side: int) -> int:
        """Return a price up to five ticks behind the touch, or one before it if that is free."""
        tick = self._best(side) + side * (1 - self._chance.below(6))
        limit = self._best(-side) - side
        return min(tick, limit) if side > 0 else max(tick, limit)

    def _best(self, side: int) -> int:
        return side * max(side * order.tick for order in self._books[side])

    def _join(self, side: int, tick: int, lots: int) -> Act:
        self._last += 1
        self._books[side].append(_Order(self._last, side, tick, lots))
        return Act(self._now, "add", self._last, side, tick, lots)

    def _leave(self, order: _Order) -> Act:
        self._books[order.side].remove(order)
        return Act(self._now, "cancel", order.number, order.side, order.tick)

    def _change(self, order: _Order) -> Act:
        tick, lots = order.tick, 1 + self._chance.below(6)
        if self._chance.below(3) == 0:
            tick = self._price(order.side)
        if tick != order.tick or lots > order.lots:
            book = self._books[order.side]
            book.remove(order)
            book.append(order)
        order.tick, order.lots = tick, lots
        return Act(self._now, "change", order.number, order.side, tick, lots)

    def _taken(self, side: int, lots: int) -> Iterator[Act]:
        """Meet the orders of *side*: all fills first, then what they leave, as venues tell it."""
        met: list[_Order] = []
        for order in sorted(self._books[side], key=lambda each: -side * each.tick):
            if lots == 0 or len(self._books[side]) - len(met) < 5:
                break
            traded = min(lots, order.lots)
            lots -= traded
            order.lots -= traded
            met.append(order)
            yield Act(self._now, "fill", order.number, side, order.tick, traded)
        for order in met:
            if order.lots:
                yield Act(self._now, "change", order.number, side, order.tick, order.lots)
            else:
                yield self._leave(order)


def record_orders(store: TapeStore, name: str, instrument: Instrument, acts: Sequence[Act]) -> Tape:
    """Return *acts* in *instrument*, heard as they happen, as the tape *name* of *store*."""
    told = told_by_order(instrument, acts)
    with store.writer(name, (instrument,)) as writer:
        for message, (first, last) in enumerate(zip(told.first, told.last, strict=True)):
            ts, row = Nanos(told.ts.item(message)), told.rows
            orders = None if told.orders is None else told.orders.part(slice(first, last))
            if told.flags[message] == TRADE:
                side, price = Side(row.side.item(first)), Ticks(row.ticks.item(first))
                trade = Trade(ts, ts, instrument.id, side, price, Lots(row.lots.item(first)))
                writer.append(trade, orders)
            else:
                is_whole = bool(told.flags[message] == SNAPSHOT)
                span = (row, int(first), int(last), is_whole)
                writer.append(BookUpdate(ts, ts, instrument.id, *span), orders)
        writer.seal(Findings("made", records=len(acts)))
    return store.open(name)


def told_by_order(instrument: Instrument, acts: Sequence[Act]) -> Recording:
    """Return *acts*, in order of time, as a recording of *instrument*, a message each."""
    rows: list[tuple[int, int, int, int, int]] = []
    messages: list[tuple[int, int, int]] = []
    standing: dict[int, Act] = {}

    def note(side: int, tick: int, order: int, left: int) -> None:
        others = (act for act in standing.values() if (act.side, act.tick) == (side, tick))
        total = sum(act.lots for act in others if act.order != order)
        rows.append((side, tick, total + left, order, left))

    for act in acts:
        # The orders of a whole book are told in the message that clears the old one.
        if not (act.kind == "add" and messages and messages[-1][1:] == (SNAPSHOT, act.ts)):
            flag = {"fill": TRADE, "clear": SNAPSHOT}.get(act.kind, DIFF)
            messages.append((len(rows), flag, act.ts))
        if act.kind == "fill":
            rows.append((-act.side, act.tick, act.lots, act.order, 0))
        elif act.kind == "clear":
            standing.clear()
        else:
            old = standing.pop(act.order, None)
            if old is not None and (act.kind == "cancel" or act.tick != old.tick):
                note(old.side, old.tick, act.order, 0)
            if act.kind != "cancel":
                note(act.side, act.tick, act.order, act.lots)
                standing[act.order] = act
    columns = np.array(rows, np.int64).reshape(-1, 5)
    side, ticks, lots, order, left = (column.copy() for column in columns.T)
    first, flags, ts = (column.copy() for column in np.array(messages, np.int64).T)
    return Recording(
        instrument,
        LevelRows(side.astype(np.int8), ticks, lots),
        first,
        np.append(first[1:], len(rows)),
        flags.astype(np.int8),
        ts,
        OrderRows(order, left),
    )
