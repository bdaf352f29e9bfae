"""
Blotter: the orders we sent, what was told of each so far, and the reports that follow.

News of one order comes from its answer, from the stream and from questions, in any order and
more than once; each is told once, and an end only after all fills before it.
"""

import asyncio
from collections.abc import Callable
from itertools import islice

import attrs

from graphwiz_trader.adapters.ccxt.private_translate import (
    FillTold,
    OrderTold,
    fill_report,
)
from graphwiz_trader.domain.errors import OffGrid
from graphwiz_trader.domain.events import CancelReject, Event, SubmitUnknown
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Nanos

KEPT = 8_192
"""How many orders are remembered; those that ended go first."""

HELD = 256
"""How many fills of orders that are not known yet wait for them."""

_ENDS = {
    OrdStatus.CANCELED: ExecType.CANCELED,
    OrdStatus.EXPIRED: ExecType.EXPIRED,
    OrdStatus.REJECTED: ExecType.REJECTED,
}


@attrs.define(eq=False)
class Ticket:
    """
    One order of ours; `accepts` is how its acceptance is reported.

    `since`: no fill of it is older. `over` is set once it ended.
    `is_asked`: somebody asks for it at this moment, as news of it is missing.
    """

    cl_ord_id: ClOrdId
    instrument: Instrument
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: Lots
    since: Nanos
    accepts: ExecType = ExecType.NEW
    order_id: str = ""
    cum_qty: Lots = Lots(0)
    is_accepted: bool = False
    is_asked: bool = False
    over: asyncio.Event = attrs.field(factory=asyncio.Event)
    exec_ids: dict[str, None] = attrs.field(factory=dict)

    @property
    def is_ended(self) -> bool:
        """Whether nothing more can come of it but what came late."""
        return self.over.is_set()


class Blotter:
    """
    Turns news of orders into reports, which go to *say*.

    *now* tells receipt time; *missing* hears of an order whose fills were not all told;
    *own* begins our ids.
    """

    def __init__(
        self,
        say: Callable[[Event], None],
        now: Callable[[], Nanos],
        missing: Callable[[Ticket], None],
        own: str,
    ) -> None:
        self._say = say
        self._now = now
        self._missing = missing
        self._own = own
        self._by_id: dict[ClOrdId, Ticket] = {}
        self._by_number: dict[tuple[str, str], Ticket] = {}
        self._held: dict[tuple[str, str], list[FillTold]] = {}

    @property
    def working(self) -> tuple[Ticket, ...]:
        """Those with an id of ours that may still fill, as far as is known."""
        return tuple(
            ticket
            for name, ticket in self._by_id.items()
            if name.startswith(self._own) and not ticket.is_ended
        )

    def find(self, cl_ord_id: ClOrdId) -> Ticket | None:
        """Return the order of an id, None if it is not remembered."""
        return self._by_id.get(cl_ord_id)

    def named(self, instrument: Instrument, order_id: str) -> Ticket | None:
        """Return the order of a venue's id, None if it is not remembered."""
        return self._by_number.get((instrument.id, order_id))

    def open(self, ticket: Ticket) -> None:
        """Remember an order that is about to be sent."""
        self._by_id[ticket.cl_ord_id] = ticket
        if len(self._by_id) > KEPT:
            ended = (t for t in islice(self._by_id.values(), KEPT // 8) if t.is_ended)
            self._forget(next(ended, next(iter(self._by_id.values()))))

    def regrid(self, instrument: Instrument) -> None:
        """Count orders in *instrument*, which have ended, in its new lots, or forget them."""
        for ticket in [t for t in self._by_id.values() if t.instrument.id == instrument.id]:
            old = ticket.instrument
            try:
                qtys = [instrument.lots(old.qty(q)) for q in (ticket.order_qty, ticket.cum_qty)]
            except OffGrid:
                self._forget(ticket)
                continue
            ticket.instrument, (ticket.order_qty, ticket.cum_qty) = instrument, qtys
        for key in [key for key in self._held if key[0] == instrument.id]:
            del self._held[key]

    def accepted(self, ticket: Ticket, order_id: str, ts_venue: Nanos) -> None:
        """Hear that the venue took an order."""
        if order_id and not ticket.order_id:
            ticket.order_id = order_id
            self._by_number[ticket.instrument.id, order_id] = ticket
        if not (ticket.is_accepted or ticket.is_ended):
            ticket.is_accepted = True
            status = OrdStatus.NEW
            self._report(ticket, ticket.accepts, status, ticket.accepts.value, "", ts_venue)
        for fill in self._held.pop((ticket.instrument.id, ticket.order_id), ()):
            self.filled(ticket.instrument, fill)

    def heard(self, instrument: Instrument, told: OrderTold) -> Ticket | None:
        """Take in the venue's word on an order; return ours, None if it is not."""
        key = (instrument.id, told.order_id)
        ticket = self._by_id.get(told.cl_ord_id) or self._by_number.get(key)
        if ticket is None:
            ticket = self._adopted(instrument, told)
        if ticket is None:
            self._held.pop(key, None)
            return None
        if told.status is not OrdStatus.REJECTED or told.cum_qty:
            self.accepted(ticket, told.order_id, told.ts_venue)
        if ticket.is_ended:
            return ticket
        if told.cum_qty is not None and told.cum_qty > ticket.cum_qty:
            self._missing(ticket)
        elif told.status in _ENDS:
            self.ended(ticket, told.status, "", told.ts_venue)
        return ticket

    def filled(self, instrument: Instrument, fill: FillTold) -> None:
        """Take in one fill; one of an order that is not known yet waits for it."""
        ticket = self._by_number.get((instrument.id, fill.order_id))
        if ticket is None:
            self._hold(instrument, fill)
            return
        if fill.exec_id in ticket.exec_ids:
            return
        self.accepted(ticket, fill.order_id, fill.ts_venue)
        ticket.exec_ids[fill.exec_id] = None
        ticket.cum_qty = Lots(ticket.cum_qty + fill.qty)
        if ticket.cum_qty >= ticket.order_qty:
            ticket.over.set()
        self._say(
            fill_report(
                fill, instrument, ticket.cl_ord_id, self._now(), ticket.cum_qty, ticket.order_qty
            )
        )

    def ended(self, ticket: Ticket, status: OrdStatus, text: str, ts_venue: Nanos) -> None:
        """Hear that an order ended other than by filling; the first word counts."""
        if not ticket.is_ended:
            ticket.over.set()
            self._report(ticket, _ENDS[status], status, _ENDS[status].value, text, ts_venue)

    def refused(self, ticket: Ticket, text: str) -> None:
        """Hear that the venue did not take an order."""
        self.ended(ticket, OrdStatus.REJECTED, text, self._now())

    def turned_away(self, cl_ord_id: ClOrdId, instrument: InstrumentId, text: str) -> None:
        """Report that an order was not sent, or not a second time; the first is what it was."""
        now, status = self._now(), OrdStatus.REJECTED
        report = ExecutionReport(
            now,
            now,
            cl_ord_id,
            "",
            f"{cl_ord_id}-AWAY",
            ExecType.REJECTED,
            status,
            instrument,
            text=text,
        )
        self._say(report)

    def not_canceled(self, cl_ord_id: ClOrdId, text: str) -> None:
        """Report that a cancel or a replacement was refused."""
        self._say(CancelReject(self._now(), cl_ord_id, text))

    def unknown(self, cl_ord_id: ClOrdId, text: str) -> None:
        """Report that no answer came."""
        self._say(SubmitUnknown(self._now(), cl_ord_id, text))

    def _adopted(self, instrument: Instrument, told: OrderTold) -> Ticket | None:
        """Take up an order of ours that was sent before we began; what it filled is history."""
        if not told.cl_ord_id.startswith(self._own) or not told.order_qty or told.side is None:
            return None
        held = self._held.get((instrument.id, told.order_id), ())
        before = max(0, (told.cum_qty or 0) - sum(fill.qty for fill in held))
        ticket = Ticket(
            told.cl_ord_id,
            instrument,
            told.side,
            OrdType.LIMIT_MAKER if told.is_maker else OrdType.LIMIT,
            TimeInForce.GTC,
            told.order_qty,
            Nanos(0),
            cum_qty=Lots(before),
            is_accepted=True,
        )
        self.open(ticket)
        return ticket

    def _hold(self, instrument: Instrument, fill: FillTold) -> None:
        self._held.setdefault((instrument.id, fill.order_id), []).append(fill)
        while len(self._held) > HELD:
            del self._held[next(iter(self._held))]

    def _forget(self, ticket: Ticket) -> None:
        del self._by_id[ticket.cl_ord_id]
        self._by_number.pop((ticket.instrument.id, ticket.order_id), None)

    def _report(
        self,
        ticket: Ticket,
        exec_type: ExecType,
        status: OrdStatus,
        name: str,
        text: str,
        ts_venue: Nanos,
    ) -> None:
        self._say(
            ExecutionReport(
                self._now(),
                ts_venue,
                ticket.cl_ord_id,
                ticket.order_id,
                f"{ticket.cl_ord_id}-{name}",
                exec_type,
                status,
                ticket.instrument.id,
                cum_qty=ticket.cum_qty,
                text=text,
            )
        )
