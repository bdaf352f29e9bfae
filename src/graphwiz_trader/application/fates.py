"""Fates: every order of a run and what became of it, gathered step by step."""

from collections.abc import Mapping

from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.facts import FillBooked, OrderChanged, Outcome
from graphwiz_trader.domain.fate import Fate
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.units import ClOrdId, Nanos


class Fates:
    """Grows by `feed`; `orders` are in the order in which they were decided."""

    def __init__(self) -> None:
        self._orders: dict[ClOrdId, Fate] = {}

    @property
    def orders(self) -> Mapping[ClOrdId, Fate]:
        """Every order, by its id."""
        return self._orders

    def feed(self, outcome: Outcome, now: Nanos) -> None:
        """Take in what a step at *now* led to."""
        for fact in outcome.facts:
            if isinstance(fact, FillBooked):
                self._book(fact)
            elif isinstance(fact, OrderChanged):
                self._change(fact, now)
        for command in outcome.commands:
            if isinstance(command, SubmitOrder | ReplaceOrder):
                self._decide(command, now)

    def _decide(self, command: SubmitOrder | ReplaceOrder, now: Nanos) -> None:
        if isinstance(command, SubmitOrder):
            strategy, side = command.strategy, command.side
        else:
            replaced = self._orders.get(command.orig_cl_ord_id)
            if replaced is None:
                return
            strategy, side = replaced.strategy, replaced.side
        self._orders[command.cl_ord_id] = Fate(
            command.cl_ord_id,
            now,
            strategy,
            command.instrument,
            side,
            command.price,
            command.order_qty,
        )

    def _change(self, change: OrderChanged, now: Nanos) -> None:
        fate = self._orders.get(change.cl_ord_id)
        if fate is None:
            return
        if change.ord_status is OrdStatus.UNKNOWN:
            fate.was_unknown = True
        fate.ord_status = change.ord_status
        fate.heard.append((now, change.ord_status, change.cum_qty))

    def _book(self, fill: FillBooked) -> None:
        fate = self._orders.get(fill.cl_ord_id)
        if fate is None:
            return
        fate.cum_qty += fill.qty
        fate.cash += fill.price * fill.qty
        fate.fee += fill.fee
        fate.trades.append((fill.ts_venue, fill.price, fill.qty))
