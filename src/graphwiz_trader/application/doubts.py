"""Doubts: orders whose fate is not known, ended by evidence only."""

from graphwiz_trader.application.turn import Turn
from graphwiz_trader.domain.events import CancelReject
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.units import SECOND, ClOrdId, InstrumentId, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import OrderRef, VenueSnapshot
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.ports.venue import ExecutionVenue

NOT_FOUND = "NOT_FOUND"
CLOCKS = Nanos(60 * SECOND)
"""How far a venue's clock may be behind ours without hiding a fill from us."""

_PENDING = (OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE)
_AWAITING = (OrdStatus.PENDING_NEW, *_PENDING)


class Doubts:
    """
    Asks for orders that are UNKNOWN, wait too long, or that the venue does not list.

    The evidence, in this order: the stream (which needs no asking), the venue's word on the
    order, its fills, and balances that leave no room for any. Absence counts only after the
    settle window, and is proven by all of them together.
    """

    def __init__(
        self,
        venue: ExecutionVenue,
        state: EngineState,
        turn: Turn,
        clock: Clock,
        deliver: Deliver,
    ) -> None:
        self._venue = venue
        self._state = state
        self._turn = turn
        self._clock = clock
        self._deliver = deliver
        self._since: dict[ClOrdId, tuple[OrdStatus, Nanos]] = {}
        self._caught_up = Nanos(0)

    async def settle(self, snapshot: VenueSnapshot, *, balanced: bool) -> bool:
        """
        Ask for each order in doubt, *balanced* if balances agree; return whether none is left.

        What only waits for its answer is left too, and is asked for once it waited too long.

        Raises:
            Transient: no answer.
        """
        listed = {order.cl_ord_id: order.cum_qty for order in snapshot.orders}
        ours = self._ours()
        self._note(ours)
        left = 0
        for order in ours:
            is_listed = listed.get(order.cl_ord_id) == order.cum_qty
            if order.is_live and self._is_doubtful(order, is_listed=is_listed):
                left += not await self._ask(order, balanced=balanced)
            else:
                left += order.ord_status in _AWAITING
        return not left

    async def catch_up(self) -> None:
        """
        Tell every fill that was not told yet, of whatever order of ours.

        Raises:
            Transient: no answer.
        """
        since = Nanos(max(0, self._caught_up - CLOCKS))
        began = self._clock.now()
        for name, instrument in self._state.instruments.items():
            if instrument.venue == self._venue.venue:
                await self._tell_fills(name, since)
        self._caught_up = began

    def _ours(self) -> list[Order]:
        venue, instruments = self._venue.venue, self._state.instruments
        return [o for o in self._state.orders if instruments[o.instrument].venue == venue]

    def _note(self, ours: list[Order]) -> None:
        """Remember since when each order is what it is."""
        now, before = self._clock.now(), self._since
        self._since = {}
        for order in ours:
            status, since = before.get(order.cl_ord_id, (order.ord_status, now))
            is_same = status is order.ord_status
            self._since[order.cl_ord_id] = (order.ord_status, since if is_same else now)

    def _waited(self, order: Order) -> bool:
        """Whether it has been what it is for the settle window."""
        _, since = self._since[order.cl_ord_id]
        return self._clock.now() - since >= self._venue.terms.settle

    def _is_doubtful(self, order: Order, *, is_listed: bool) -> bool:
        if order.ord_status is OrdStatus.UNKNOWN:
            return True
        if order.ord_status in _AWAITING:
            return self._waited(order)
        return not is_listed

    async def _ask(self, order: Order, *, balanced: bool) -> bool:
        """Ask for *order*; return whether its fate is known now."""
        since = Nanos(max(0, order.decided - CLOCKS))
        await self._turn.wait(self._venue.terms.query)
        ref = OrderRef(order.instrument, order.cl_ord_id, order.order_id or None)
        answer = await self._venue.query(ref)
        if answer is None or answer.cum_qty != order.cum_qty:
            await self._tell_fills(order.instrument, since)
        if not order.is_live:
            return True
        if answer is not None:
            return self._told(order, answer)
        if order.cum_qty or not (balanced and self._waited(order)):
            return False
        self._prove_absent(order)
        return not order.is_live

    def _told(self, order: Order, answer: ExecutionReport) -> bool:
        self._deliver(evolve(answer, ts=self._clock.now()))
        if order.ord_status in _PENDING and self._waited(order):
            text = "the venue does not say that it was carried out"
            self._deliver(CancelReject(self._clock.now(), order.cl_ord_id, text))
        return not order.is_live or not self._is_doubtful(order, is_listed=True)

    def _prove_absent(self, order: Order) -> None:
        now = self._clock.now()
        report = ExecutionReport(
            now,
            now,
            order.cl_ord_id,
            "",
            f"absent-{order.cl_ord_id}",
            ExecType.REJECTED,
            OrdStatus.REJECTED,
            order.instrument,
            text=NOT_FOUND,
        )
        self._deliver(report)
        if order.replaces is not None:
            text = f"the replacement {order.cl_ord_id} never arrived"
            self._deliver(CancelReject(now, order.replaces, text))

    async def _tell_fills(self, instrument: InstrumentId, since: Nanos) -> None:
        """Tell the engine of fills it has not heard of."""
        await self._turn.wait(self._venue.terms.query)
        for fill in await self._venue.fills(instrument, since):
            order = self._state.orders.find(fill.cl_ord_id)
            if order is not None and fill.exec_id not in order.exec_ids:
                self._deliver(evolve(fill, ts=self._clock.now()))
