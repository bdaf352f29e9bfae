"""Desk: where a venue takes our requests and reports on our orders."""

from itertools import count

from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.events import CancelReject, Event
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
)
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Nanos
from graphwiz_trader.simulation.admission import refusal
from graphwiz_trader.simulation.blotter import Blotter
from graphwiz_trader.simulation.floor import Dealt, Floor
from graphwiz_trader.simulation.line import Line
from graphwiz_trader.simulation.matching import Fill, Rest, VenueOrder

OWN = "own"
"""The name of our account on the floor."""

_PREVENTED = "self-trade prevention"
_NO_LOTS = Lots(0)


class Desk:
    """
    Our orders at one venue.

    Requests are checked as strictly as a venue would, or more so. What replaces an order is an
    order of its own, whose quantity does not count what the old one filled; a refused replace is
    told twice, as the end of the new and as a `CancelReject` of the old, which goes on.
    Answers gather in `told`, stamped with when we receive them; whoever delivers them empties it.
    """

    def __init__(self, floor: Floor, numbers: "count[int]", response: Line) -> None:
        self._floor = floor
        self._numbers = numbers
        self._response = response
        self._execs = count(1)
        self.blotter = Blotter()
        self.told: list[Event] = []

    def take(self, command: OrderCommand, now: Nanos) -> Dealt | None:
        """Answer *command*, which has arrived; return what it did on the floor, if anything."""
        if isinstance(command, SubmitOrder):
            return self._submit(command, now)
        if isinstance(command, ReplaceOrder):
            return self._replace(command, now)
        if isinstance(command, CancelOrder):
            self._cancel(command, now)
        elif isinstance(command, CancelAll):
            for order in self.blotter.working:
                self._withdraw(order, now)
        return None

    def hear(self, dealt: Dealt, now: Nanos) -> None:
        """Report whatever of *dealt* concerns us."""
        for fill, (maker_fee, taker_fee) in zip(dealt.match.fills, dealt.commissions, strict=True):
            if fill.maker.account == OWN:
                self._filled(fill.maker, fill, Liquidity.MAKER, maker_fee, now)
            if fill.taker.account == OWN:
                self._filled(fill.taker, fill, Liquidity.TAKER, taker_fee, now)
        for order in dealt.match.withdrawn:
            if order.account == OWN:
                self._ended(order, ExecType.CANCELED, _PREVENTED, now)

    def status(self, cl_ord_id: ClOrdId, now: Nanos) -> ExecutionReport | None:
        """Return what is known of the request *cl_ord_id* as a STATUS report, None if nothing."""
        order = self.blotter.find(cl_ord_id)
        if order is None:
            return None
        return ExecutionReport(
            now,
            now,
            cl_ord_id,
            str(order.number),
            "",
            ExecType.STATUS,
            order.ord_status,
            order.instrument,
            cum_qty=order.cum_qty,
        )

    def _submit(self, command: SubmitOrder, now: Nanos) -> Dealt | None:
        order = VenueOrder(
            next(self._numbers),
            command.instrument,
            OWN,
            command.side,
            command.ord_type,
            command.time_in_force,
            command.price,
            command.order_qty,
            cl_ord_id=command.cl_ord_id,
        )
        text = self._objection(order)
        dealt = None if text else self._floor.place(order)
        if dealt is None or dealt.match.rest is Rest.WOULD_TAKE:
            text = text or _why_not(dealt)
            self._say(order, ExecType.REJECTED, OrdStatus.REJECTED, now, text)
            return None
        self.blotter.open(order)
        self._say(order, ExecType.NEW, OrdStatus.NEW, now)
        self._tell(dealt, order, now)
        return dealt

    def _replace(self, command: ReplaceOrder, now: Nanos) -> Dealt | None:
        old, text = self._working(command.orig_cl_ord_id, command.instrument)
        if old is None:
            self._refuse_replace(command, text, now)
            return None
        new = old.successor(command.cl_ord_id, command.price, command.order_qty)
        text = self._objection(new)
        dealt = None if text else self._floor.replace(old, new)
        if dealt is None or dealt.match.rest is Rest.WOULD_TAKE:
            self._refuse_replace(command, text or _why_not(dealt), now)
            return None
        self.blotter.close(old)
        self.blotter.open(new)
        self._say(new, ExecType.REPLACED, OrdStatus.NEW, now)
        self._tell(dealt, new, now)
        return dealt

    def _tell(self, dealt: Dealt, order: VenueOrder, now: Nanos) -> None:
        """Report what an accepted arrival did, then how it ended, unless it works or is filled."""
        self.hear(dealt, now)
        if dealt.match.rest is Rest.EXPIRED:
            self._ended(order, ExecType.EXPIRED, "", now)
        elif dealt.match.rest is Rest.SELF_TRADE:
            self._ended(order, ExecType.CANCELED, _PREVENTED, now)

    def _cancel(self, command: CancelOrder, now: Nanos) -> None:
        order, text = self._working(command.cl_ord_id, command.instrument)
        if order is None:
            self._refuse(command.cl_ord_id, text, now)
        else:
            self._withdraw(order, now)

    def _withdraw(self, order: VenueOrder, now: Nanos) -> None:
        self._floor.cancel(order)
        self._ended(order, ExecType.CANCELED, "", now)

    def _working(
        self, cl_ord_id: ClOrdId, instrument: InstrumentId
    ) -> tuple[VenueOrder | None, str]:
        """Return the working order of that id, or None and why not."""
        order = self.blotter.find(cl_ord_id)
        if order is None:
            return None, f"unknown order {cl_ord_id}"
        if order.instrument != instrument:
            return None, f"order is in {order.instrument}"
        if order.ord_status not in (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED):
            return None, f"order {cl_ord_id} is {order.ord_status.value}"
        return order, ""

    def _objection(self, order: VenueOrder) -> str:
        instrument = self._floor.instruments.get(order.instrument)
        if instrument is None:
            return f"unknown instrument {order.instrument}"
        if self.blotter.find(order.cl_ord_id) is not None:
            return f"duplicate cl_ord_id {order.cl_ord_id}"
        best = self._floor.books[order.instrument].best(order.side.opposite)
        return refusal(instrument, order, best)

    def _filled(
        self, order: VenueOrder, fill: Fill, liquidity: Liquidity, fee: Money, now: Nanos
    ) -> None:
        maker = liquidity is Liquidity.MAKER
        cum = fill.maker_cum_qty if maker else fill.taker_cum_qty
        full = cum == order.order_qty
        report = ExecutionReport(
            self._response.arrival(now),
            now,
            order.cl_ord_id,
            str(order.number),
            str(next(self._execs)),
            ExecType.TRADE,
            OrdStatus.FILLED if full else OrdStatus.PARTIALLY_FILLED,
            order.instrument,
            fill.price,
            fill.qty,
            cum,
            liquidity,
            fee,
        )
        self.told.append(report)
        self.blotter.fill(report)
        if full:
            self.blotter.close(order)

    def _ended(self, order: VenueOrder, exec_type: ExecType, text: str, now: Nanos) -> None:
        self.blotter.close(order)
        self._say(order, exec_type, order.ord_status, now, text, cum_qty=order.cum_qty)

    def _refuse_replace(self, command: ReplaceOrder, text: str, now: Nanos) -> None:
        """Tell that the new request has ended, and that the old order goes on."""
        self.told.append(
            ExecutionReport(
                self._response.arrival(now),
                now,
                command.cl_ord_id,
                "",
                str(next(self._execs)),
                ExecType.REJECTED,
                OrdStatus.REJECTED,
                command.instrument,
                cum_qty=_NO_LOTS,
                text=text,
            )
        )
        self._refuse(command.orig_cl_ord_id, text, now)

    def _refuse(self, cl_ord_id: ClOrdId, text: str, now: Nanos) -> None:
        self.told.append(CancelReject(self._response.arrival(now), cl_ord_id, text))

    def _say(
        self,
        order: VenueOrder,
        exec_type: ExecType,
        ord_status: OrdStatus,
        now: Nanos,
        text: str = "",
        *,
        cum_qty: Lots = _NO_LOTS,
    ) -> None:
        self.told.append(
            ExecutionReport(
                self._response.arrival(now),
                now,
                order.cl_ord_id,
                str(order.number),
                str(next(self._execs)),
                exec_type,
                ord_status,
                order.instrument,
                cum_qty=cum_qty,
                text=text,
            )
        )


def _why_not(dealt: Dealt | None) -> str:
    return "insufficient balance" if dealt is None else "order would take"
