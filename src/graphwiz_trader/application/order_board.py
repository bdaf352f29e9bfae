"""OrderBoard: the orders that ended last, and how long venues took to answer."""

from collections import deque
from collections.abc import Mapping
from typing import TypeVar

from graphwiz_trader.application.latencies import UNDER_WAY, Histogram
from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.facts import Entry, OrderChanged
from graphwiz_trader.domain.order import TERMINAL, Order
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.units import ClOrdId, Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.state import EngineState

ENDED = 100
"""Orders that have ended and are still shown."""

V = TypeVar("V")


@value
class EndedOrder:
    """An order as it ended at `ts`."""

    order: Order
    ts: Nanos


class OrderBoard:
    """
    Remembers what an engine forgets.

    `ack` and `first_fill` run from the decision to the venue's word, over all processes of a run.
    """

    def __init__(self) -> None:
        self.ended: deque[EndedOrder] = deque(maxlen=ENDED)
        self.unknown: dict[ClOrdId, Nanos] = {}
        """When each order that was ever UNKNOWN became so, the latest of them."""
        self._stages = {"ack": Histogram(), "first_fill": Histogram()}
        self._waiting: dict[str, dict[ClOrdId, Nanos]] = {stage: {} for stage in self._stages}

    def feed(self, entry: Entry, state: EngineState) -> None:
        """Take in one step, after which the engine's state is *state*."""
        event = entry.event
        if isinstance(event, ExecutionReport):
            self._took("ack", event.cl_ord_id, event.ts)
            if event.exec_type is ExecType.TRADE:
                self._took("first_fill", event.cl_ord_id, event.ts)
        for command in entry.outcome.commands:
            if isinstance(command, SubmitOrder | ReplaceOrder):
                for waiting in self._waiting.values():
                    _keep(waiting, command.cl_ord_id, state.now)
        for fact in entry.outcome.facts:
            if isinstance(fact, OrderChanged):
                self._change(fact, state)

    def latencies(self) -> Mapping[str, Mapping[str, float]]:
        """Return percentiles in microseconds, of stages that have any."""
        return {name: stage.us() for name, stage in self._stages.items() if stage.count}

    def _change(self, change: OrderChanged, state: EngineState) -> None:
        if change.ord_status is OrdStatus.UNKNOWN:
            _keep(self.unknown, change.cl_ord_id, state.now)
        if change.ord_status in TERMINAL:
            order = state.orders.find(change.cl_ord_id)
            if order is not None:
                self.ended.append(EndedOrder(order, state.now))

    def _took(self, stage: str, name: ClOrdId, now: Nanos) -> None:
        since = self._waiting[stage].pop(name, None)
        if since is not None:
            self._stages[stage].add(now - since)


def _keep(kept: dict[ClOrdId, V], name: ClOrdId, item: V) -> None:
    """Remember *item*, and of too many the later ones."""
    kept[name] = item
    if len(kept) > UNDER_WAY:
        del kept[next(iter(kept))]
