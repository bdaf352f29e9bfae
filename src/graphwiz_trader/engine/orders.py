"""Orders: every request of ours, what they may still fill, and how often we ask."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from graphwiz_trader.domain.errors import OffGrid
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order import TERMINAL, Order
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    ClOrdId,
    InstrumentId,
    Lots,
    StrategyId,
    Ticks,
)

CLOSED_KEPT = 16_384
"""Closed orders that a late report still finds: some minutes of a busy run."""

_SELL: Final = Side.SELL


class Orders:
    """Live orders by id and instrument; the last closed ones, so that late reports find them."""

    def __init__(self) -> None:
        self._live: dict[ClOrdId, Order] = {}
        self._closed: OrderedDict[ClOrdId, Order] = OrderedDict()
        self._by_instrument: defaultdict[InstrumentId, dict[ClOrdId, Order]] = defaultdict(dict)
        self._open: defaultdict[InstrumentId, list[int]] = defaultdict(_nothing)
        self.live = 0
        """How many may still fill."""
        self.submitted = 0
        self.fills = 0

    def __len__(self) -> int:
        return self.live

    def __iter__(self) -> Iterator[Order]:
        return iter(self._live.values())

    def find(self, cl_ord_id: ClOrdId) -> Order | None:
        """Return the order, live or closed, or None if it is not ours or long gone."""
        return self._live.get(cl_ord_id) or self._closed.get(cl_ord_id)

    def add(self, order: Order) -> None:
        """Take in a new order."""
        name, cl_ord_id = order.instrument, order.cl_ord_id
        self._live[cl_ord_id] = order
        self._by_instrument[name][cl_ord_id] = order
        self._open[name][order.side is _SELL] += order.order_qty
        self.live += 1
        self.submitted += 1

    def forget(self, order: Order) -> None:
        """Take back an order that was never sent."""
        del self._live[order.cl_ord_id]
        del self._by_instrument[order.instrument][order.cl_ord_id]
        self._move(order, -order.order_qty)
        self.live -= 1
        self.submitted -= 1

    def moved(self, order: Order, left_before: int) -> None:
        """Account for a report that changed what *order* may still fill."""
        self._move(order, order.leaves_qty - left_before)
        cl_ord_id = order.cl_ord_id
        if order.ord_status in TERMINAL and cl_ord_id in self._live:
            del self._live[cl_ord_id]
            del self._by_instrument[order.instrument][cl_ord_id]
            self.live -= 1
            self._closed[cl_ord_id] = order
            if len(self._closed) > CLOSED_KEPT:
                self._closed.popitem(last=False)

    def of(self, instrument: InstrumentId) -> tuple[Order, ...]:
        """Return the live orders in *instrument*, oldest first."""
        return tuple(self._by_instrument.get(instrument, {}).values())

    def working_in(self, instrument: InstrumentId) -> Mapping[ClOrdId, Order]:
        """Return the live orders in *instrument*, oldest first; the mapping follows them."""
        return self._by_instrument[instrument]

    def may_fill(self, instrument: InstrumentId) -> Sequence[int]:
        """Return what buys and what sells may still fill, lots; the pair follows them."""
        return self._open[instrument]

    def open_lots(self, instrument: InstrumentId, side: Side) -> Lots:
        """Return what orders on *side* may still fill, UNKNOWN ones included."""
        return Lots(self.may_fill(instrument)[side is _SELL])

    def working(self, strategy: StrategyId, instrument: InstrumentId) -> Lots:
        """Return what *strategy*'s orders may still fill, both sides."""
        live = self._by_instrument.get(instrument, {}).values()
        return Lots(sum(o.leaves_qty for o in live if o.strategy == strategy))

    def check_grid(self, old: Instrument, new: Instrument) -> None:
        """Raise `OffGrid` if a live order in *old* is not on the grid of *new*."""
        for order in self.of(old.id):
            _on_grid(order, old, new)

    def regrid(self, old: Instrument, new: Instrument) -> None:
        """Count orders in *old* in ticks and lots of *new*; forget closed ones that do not fit."""
        for order in self.of(old.id):
            self._move(order, -order.leaves_qty)
            order.price, order.order_qty, order.cum_qty = _on_grid(order, old, new)
            self._move(order, order.leaves_qty)
        for order in [o for o in self._closed.values() if o.instrument == old.id]:
            try:
                order.price, order.order_qty, order.cum_qty = _on_grid(order, old, new)
            except OffGrid:
                del self._closed[order.cl_ord_id]

    def _move(self, order: Order, lots: int) -> None:
        self._open[order.instrument][order.side is _SELL] += lots


def _nothing() -> list[int]:
    return [0, 0]


def _on_grid(order: Order, old: Instrument, new: Instrument) -> tuple[Ticks, Lots, Lots]:
    return (
        new.ticks(old.price(order.price)),
        new.lots(old.qty(order.order_qty)),
        new.lots(old.qty(order.cum_qty)),
    )
