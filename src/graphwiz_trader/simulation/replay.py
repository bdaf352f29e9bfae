"""
Replay: a venue whose market is a recording, with our orders laid over it.

Its books move only when something of ours makes them: while nothing rests and nothing is under
way it has no next thing, and an arrival finds the book as the recording has it at that instant.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count
from typing import Final

from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.orders import ExecType, OrdStatus, OrdType
from graphwiz_trader.domain.units import Asset, ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.simulation.admission import refusal
from graphwiz_trader.simulation.answers import Answers
from graphwiz_trader.simulation.blotter import Blotter
from graphwiz_trader.simulation.fees import Fees, FeeSchedule
from graphwiz_trader.simulation.latency import LatencyModel
from graphwiz_trader.simulation.ledger import Ledger
from graphwiz_trader.simulation.line import Line
from graphwiz_trader.simulation.matching import SelfTrade, VenueOrder
from graphwiz_trader.simulation.order_lines import OrderLines
from graphwiz_trader.simulation.overlay import Overlay
from graphwiz_trader.simulation.queue import QueueModel
from graphwiz_trader.simulation.recorded_book import RecordedBook
from graphwiz_trader.simulation.recording import Recording
from graphwiz_trader.simulation.resting import RestingOrders

OWN: Final = "own"
POST_ONLY: Final = "POST_ONLY"
INSUFFICIENT_BALANCE: Final = "INSUFFICIENT_BALANCE"
VENUE_REFUSED: Final = "VENUE_REFUSED"
NOT_FOUND: Final = "NOT_FOUND"
NO_BOOK: Final = "NO_BOOK"

_WORKING: Final = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)
_NEW: Final = ExecType.NEW
_LIMIT_MAKER: Final = OrdType.LIMIT_MAKER


class ReplayVenue:
    """
    A `SimulatedVenue` over recordings.

    A replaced order's quantity is the new request's alone: what the old one had filled stays the
    old one's. Less at the same price keeps the place in the queue. A refused replace is told
    twice, as the end of the new request and as a `CancelReject` of the old one, which goes on.

    Args:
        recordings: What happened, by instrument; all of one venue.
        balances: What our account holds at the start.
        fees: What the venue charges.
        latency: Of requests and answers; neither overtakes another of its kind.
        queue: How places in queues are judged.
        self_trade: What happens when we would trade with ourselves.
        depletes: Whether what we take is gone; off only for comparisons with other simulators.
        first_number: Where the count of orders and of what is told of them begins.

    Raises:
        DomainError: the recordings are of several venues, or there is none.
    """

    def __init__(
        self,
        recordings: Mapping[InstrumentId, Recording],
        balances: Mapping[Asset, Decimal],
        fees: FeeSchedule,
        latency: LatencyModel,
        queue: QueueModel,
        *,
        self_trade: SelfTrade = SelfTrade.CANCEL_OLDEST,
        depletes: bool = True,
        first_number: int = 1,
    ) -> None:
        venues = sorted({recording.instrument.venue for recording in recordings.values()})
        if len(venues) != 1:
            raise DomainError(f"recordings are of {venues or 'no venue'}, expected one venue")
        self._venue = venues[0]
        self.ledger = Ledger(balances)
        self._latency = latency
        self._entry = Line(latency.entry)
        self._under_way: list[tuple[Nanos, int, bool, OrderCommand]] = []
        self._sent = count()
        self._orders = count(first_number)
        self._blotter = Blotter()
        numbers = count(first_number)
        self._answers = Answers(Line(latency.response), numbers)
        self._turned_away = Answers(Line(Nanos(0)), numbers)
        self._overlays: dict[InstrumentId, Overlay] = {}
        self._found: tuple[Nanos | None, Overlay | None] | None = None
        self._account, self._queue = Fees(fees), queue
        self._self_trade, self._depletes = self_trade, depletes
        for name, recording in recordings.items():
            self._overlays[name] = self._overlay(recording)

    @property
    def venue(self) -> Venue:
        """Its name."""
        return self._venue

    def next_ts(self) -> Nanos | None:
        """When the next thing happens here, or None while nothing can."""
        arrival = self._under_way[0][0] if self._under_way else None
        market, _ = self._next_market()
        if arrival is None or (market is not None and market <= arrival):
            return market
        return arrival

    def run_next(self) -> Sequence[Event]:
        """Let the next thing happen; return what the engine will hear of it."""
        market, overlay = self._next_market()
        self._found = None
        arrival = self._under_way[0][0] if self._under_way else None
        if overlay is not None and market is not None and (arrival is None or market <= arrival):
            overlay.run_next()
        elif self._under_way:
            now, _, is_refused, command = heappop(self._under_way)
            if is_refused:
                self._turn_away(command, now)
            else:
                self._take(command, now)
        if not (self._answers.told or self._turned_away.told):
            return ()
        self._close_ended()
        return [*self._answers.take(), *self._turned_away.take()]

    def order(self, cl_ord_id: ClOrdId) -> VenueOrder | None:
        """Return our order *cl_ord_id*, working or closed, None if it is not known."""
        return self._blotter.find(cl_ord_id)

    def working(self) -> tuple[VenueOrder, ...]:
        """Return our orders that may still fill, oldest first."""
        return self._blotter.working

    def send(self, command: OrderCommand, now: Nanos) -> None:
        """Take *command* at our side at *now*; it arrives after the entry latency."""
        refused_after = self._latency.refusal(now)
        if refused_after is None:
            item = (self._entry.arrival(now), next(self._sent), False, command)
        else:
            item = (Nanos(now + refused_after), next(self._sent), True, command)
        heappush(self._under_way, item)

    def _close_ended(self) -> None:
        for each in self._overlays.values():
            while each.closed:
                self._blotter.close(each.closed.pop())

    def _overlay(self, recording: Recording) -> Overlay:
        book = self._book(recording, depletes=self._depletes)
        lines = OrderLines(recording) if self._queue.by_order else None
        resting = RestingOrders(book, self._queue, lines)
        return Overlay(book, resting, self.ledger, self._account, self._answers, self._self_trade)

    def _book(self, recording: Recording, *, depletes: bool) -> RecordedBook:
        return RecordedBook(recording, depletes=depletes)

    def _next_market(self) -> tuple[Nanos | None, Overlay | None]:
        """Return which overlay's recording moves next, and when; the first of equals."""
        if self._found is not None:
            return self._found
        first: Nanos | None = None
        found = None
        for overlay in self._overlays.values():
            ts = overlay.resting.next_ts()
            if ts is not None and (first is None or ts < first):
                first, found = ts, overlay
        self._found = first, found
        return self._found

    def _take(self, command: OrderCommand, now: Nanos) -> None:
        if isinstance(command, CancelAll):
            for order in self._blotter.working:
                self._overlays[order.instrument].cancel(order, now)
        elif isinstance(command, CancelOrder):
            self._cancel(command, now)
        elif command.instrument not in self._overlays:
            text = f"unknown instrument {command.instrument}"
            self._answers.rejected(command.cl_ord_id, command.instrument, now, text)
        else:
            overlay = self._overlays[command.instrument]
            overlay.resting.catch_up(now)
            if isinstance(command, SubmitOrder):
                self._submit(command, overlay, now)
            else:
                self._replace(command, overlay, now)

    def _submit(self, command: SubmitOrder, overlay: Overlay, now: Nanos) -> None:
        order = VenueOrder(
            next(self._orders),
            command.instrument,
            OWN,
            command.side,
            command.ord_type,
            command.time_in_force,
            command.price,
            command.order_qty,
            cl_ord_id=command.cl_ord_id,
        )
        text = self._objection(order, overlay)
        if not text and not overlay.lock(order):
            text = INSUFFICIENT_BALANCE
        if text:
            self._answers.rejected(order.cl_ord_id, order.instrument, now, text)
            return
        self._blotter.open(order)
        self._answers.accepted(order, _NEW, now)
        overlay.enter(order, now)

    def _replace(self, command: ReplaceOrder, overlay: Overlay, now: Nanos) -> None:
        old, text = self._working(command.orig_cl_ord_id, command.instrument)
        if old is None:
            self._refuse_replace(self._answers, command, now, text)
            return
        order = VenueOrder(
            next(self._orders),
            command.instrument,
            OWN,
            old.side,
            old.ord_type,
            old.time_in_force,
            command.price,
            command.order_qty,
            cl_ord_id=command.cl_ord_id,
        )
        text = self._objection(order, overlay)
        if not text:
            overlay.release(old)
            if not overlay.lock(order):
                overlay.lock_again(old)
                text = INSUFFICIENT_BALANCE
        if text:
            self._refuse_replace(self._answers, command, now, text)
            return
        place = overlay.resting.leave(old)
        old.ord_status = OrdStatus.REPLACED
        self._blotter.close(old)
        self._blotter.open(order)
        self._answers.accepted(order, ExecType.REPLACED, now)
        if order.price == old.price and order.order_qty <= old.leaves_qty:
            overlay.resting.give_place(place, order)
        else:
            overlay.enter(order, now)

    def _cancel(self, command: CancelOrder, now: Nanos) -> None:
        order, text = self._working(command.cl_ord_id, command.instrument)
        if order is None:
            self._answers.refused(command.cl_ord_id, now, text)
        else:
            self._overlays[order.instrument].cancel(order, now)

    def _turn_away(self, command: OrderCommand, now: Nanos) -> None:
        """Tell, at *now* on our side, that the venue would not take *command*."""
        answers = self._turned_away
        if isinstance(command, SubmitOrder):
            answers.rejected(command.cl_ord_id, command.instrument, now, VENUE_REFUSED)
        elif isinstance(command, ReplaceOrder):
            self._refuse_replace(answers, command, now, VENUE_REFUSED)
        elif isinstance(command, CancelOrder):
            answers.refused(command.cl_ord_id, now, VENUE_REFUSED)

    def _refuse_replace(
        self, answers: Answers, command: ReplaceOrder, now: Nanos, text: str
    ) -> None:
        answers.rejected(command.cl_ord_id, command.instrument, now, text)
        answers.refused(command.orig_cl_ord_id, now, text)

    def _working(
        self, cl_ord_id: ClOrdId, instrument: InstrumentId
    ) -> tuple[VenueOrder | None, str]:
        """Return the order of that id if it works, or None and why not."""
        order = self._blotter.find(cl_ord_id)
        if order is None or order.instrument != instrument:
            return None, NOT_FOUND
        if order.ord_status not in _WORKING:
            return None, f"order is {order.ord_status.value}"
        return order, ""

    def _objection(self, order: VenueOrder, overlay: Overlay) -> str:
        if self._blotter.find(order.cl_ord_id) is not None:
            return f"duplicate cl_ord_id {order.cl_ord_id}"
        if not overlay.book.has_begun:
            return NO_BOOK
        text = refusal(overlay.book.instrument, order, overlay.reference(order))
        if not text and order.ord_type is _LIMIT_MAKER and overlay.would_take(order):
            return POST_ONLY
        return text
