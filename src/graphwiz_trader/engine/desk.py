"""Desk: the only place where orders are made, changed and canceled, and their reports booked."""

from collections.abc import Sequence
from typing import Final

from graphwiz_trader.domain.commands import (
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    Severity,
    SubmitOrder,
)
from graphwiz_trader.domain.errors import IllegalTransition
from graphwiz_trader.domain.facts import FillBooked, OrderChanged, ReportIgnored
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.intent import Admitted, Intent
from graphwiz_trader.domain.order import Applied, Order
from graphwiz_trader.domain.orders import (
    ExecutionReport,
    Liquidity,
    OrdStatus,
)
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.signal import Refused
from graphwiz_trader.domain.units import ClOrdId, StrategyId
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.kernels.levels import NO_ASK, NO_BID

NAN: Final = float("nan")
_ABSORBED: Final = Applied.ABSORBED
_FILLED: Final = Applied.FILLED
_REJECTED: Final = OrdStatus.REJECTED
_UNKNOWN: Final = OrdStatus.UNKNOWN
_PENDING_CANCEL: Final = OrdStatus.PENDING_CANCEL
PENDING: Final = (OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE)


class Desk:
    """Sends what the risk policy admits, and books what venues report."""

    def __init__(
        self, state: EngineState, draft: Draft, ids: ClOrdIds, strategies: Sequence[StrategyId]
    ) -> None:
        self._state = state
        self._draft = draft
        self._ids = ids
        self._indices = {name: index for index, name in enumerate(strategies)}

    def begin(self, installation: str, incarnation: int) -> None:
        """Count ids anew, unless it is what they are counted for already."""
        if (installation, incarnation) != (self._ids.installation, self._ids.incarnation):
            self._ids = ClOrdIds(installation, incarnation)

    def send(self, intent: Intent) -> Order | Refused:
        """
        Send *intent* if it is admitted.

        An order that it replaces holds its worst case until the venue has answered.
        """
        state = self._state
        admitted = state.policy.admit(intent, state)
        if isinstance(admitted, Refused):
            return admitted
        order, command = self._made(admitted)
        state.hold(order)
        self._draft.commands.append(command)
        return order

    def send_all(self, intents: Sequence[Intent]) -> tuple[Order, ...] | Refused:
        """Send all of *intents*, each admitted against what those before it hold, or none."""
        orders: list[Order] = []
        for intent in intents:
            sent = self.send(intent)
            if isinstance(sent, Refused):
                for order in reversed(orders):
                    self._state.unhold(order)
                    self._draft.commands.pop()
                return sent
            orders.append(sent)
        return tuple(orders)

    def cancel(self, order: Order) -> None:
        """Ask for *order* to be withdrawn; never blocked."""
        if order.ord_status is _PENDING_CANCEL:
            return
        if order.ord_status is not _UNKNOWN:
            order.ord_status = _PENDING_CANCEL
        self._state.note_canceled()
        self._draft.commands.append(CancelOrder(order.cl_ord_id, order.instrument))

    def on_report(self, report: ExecutionReport) -> Order | None:
        """Book *report*; return the order if that changed anything."""
        order = self._state.orders.find(report.cl_ord_id)
        if order is None:
            self._ignore(report, "no such order of ours")
            self._draft.alert(
                Severity.CRITICAL, "UNKNOWN_ORDER", f"{report.cl_ord_id} is not known here"
            )
            return None
        before = order.leaves_qty
        try:
            applied = order.apply(report)
        except IllegalTransition as error:
            self._ignore(report, str(error))
            self._draft.alert(Severity.CRITICAL, "ILLEGAL_REPORT", str(error))
            return None
        if order.replaces is not None and order.ord_status is not _REJECTED:
            # Whatever was said of it, the venue took it in the old one's place.
            self._retire(order.replaces)
        if applied is _ABSORBED:
            self._ignore(report, f"already {order.ord_status.value}")
            return None
        self._state.moved(order, before)
        self._note(order)
        if applied is _FILLED:
            self._book(order, report)
        return order

    def on_unknown(self, cl_ord_id: ClOrdId, text: str) -> None:
        """A request went out and no answer came: it goes on holding its worst case."""
        order = self._state.orders.find(cl_ord_id)
        if order is not None and order.lose_sight(text):
            self._note(order)
            self._draft.alert(Severity.WARNING, "ORDER_UNKNOWN", f"{cl_ord_id}: {text}")

    def on_cancel_reject(self, cl_ord_id: ClOrdId, text: str) -> None:
        """The cancel or replacement was refused; the order goes on as its fills say."""
        order = self._state.orders.find(cl_ord_id)
        if order is None or order.ord_status not in PENDING:
            return
        order.ord_status = OrdStatus.PARTIALLY_FILLED if order.cum_qty else OrdStatus.NEW
        order.text = text
        self._note(order)

    def _made(self, admitted: Admitted) -> tuple[Order, OrderCommand]:
        intent, state = admitted.intent, self._state
        old, (bid, ask) = intent.replaces, state.books.touches[intent.instrument]
        order = Order(
            self._ids.next(self._indices.get(intent.strategy, 0)),
            intent.strategy,
            intent.instrument,
            intent.side,
            intent.ord_type,
            intent.time_in_force,
            intent.price,
            intent.qty,
            state.now,
            NAN if bid == NO_BID or ask == NO_ASK else (bid + ask) / 2,
            intent.group,
            intent.leg,
            intent.reducing,
            None if old is None else old.cl_ord_id,
        )
        if old is not None:
            old.ord_status = OrdStatus.PENDING_REPLACE
            replacement = ReplaceOrder(
                order.cl_ord_id, old.cl_ord_id, intent.instrument, intent.price, intent.qty
            )
            return order, replacement
        return order, SubmitOrder(
            order.cl_ord_id,
            intent.strategy,
            intent.instrument,
            intent.side,
            intent.ord_type,
            intent.time_in_force,
            intent.price,
            intent.qty,
        )

    def _retire(self, cl_ord_id: ClOrdId) -> None:
        old = self._state.orders.find(cl_ord_id)
        if old is not None and old.is_live:
            before = old.leaves_qty
            old.ord_status = OrdStatus.REPLACED
            self._state.moved(old, before)
            self._note(old)

    def _book(self, order: Order, report: ExecutionReport) -> None:
        state = self._state
        state.orders.fills += 1
        fee, earned = state.holdings.fill(
            order, report.last_px, report.last_qty, report.commission, state.now
        )
        fill = FillBooked(
            order.cl_ord_id,
            report.exec_id,
            order.strategy,
            order.instrument,
            order.side,
            report.last_px,
            report.last_qty,
            fee or ZERO,
            earned,
            report.liquidity or Liquidity.TAKER,
            report.ts_venue,
            order.group,
        )
        self._draft.facts.append(fill)

    def _note(self, order: Order) -> None:
        self._draft.facts.append(
            OrderChanged(order.cl_ord_id, order.ord_status, order.cum_qty, order.text)
        )

    def _ignore(self, report: ExecutionReport, why: str) -> None:
        self._draft.facts.append(ReportIgnored(report.cl_ord_id, report.exec_id, why))
