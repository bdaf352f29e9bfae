"""
Clerk: our requests at one venue and what comes of each, told exactly once.

It knows no socket and no clock's passing: whoever has them tells it of replies, reports, silence
and loss. A request ends by its report, by a refusal, or by `SubmitUnknown`; it is never repeated.
"""

from collections.abc import Callable
from typing import TypeAlias

import attrs

from graphwiz_trader.adapters.direct.own_reports import accepted, rejected
from graphwiz_trader.adapters.direct.private_said import Meaning, Refusal, Reply, Terms
from graphwiz_trader.adapters.direct.told import Line, Told
from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import CancelReject, Event, SubmitUnknown
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.units import ClOrdId, Nanos, StrategyId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.clock import Clock

NO_ANSWER = "no answer came"
NO_REPORT = "taken, but no report of it came"
ADAPTER = StrategyId("")
"""Whose the second half of a replacement is; venues are not told strategies."""

OrderRequest: TypeAlias = SubmitOrder | CancelOrder | ReplaceOrder

# CPython 3.11 looks an enumeration's member up in 0.27 µs, a module's name in 0.02.
_TRADE, _NEW, _CANCELED = ExecType.TRADE, ExecType.NEW, ExecType.CANCELED
_REPLACED = ExecType.REPLACED
_FILLED = OrdStatus.FILLED


@attrs.define(eq=False)
class Request:
    """
    A request whose answer is awaited until `until`.

    `is_wired`: it left on the socket, and is lost with it. `is_taken`: the venue said yes, and
    the report is awaited. `awaits_end`: only the end of the old order was asked for; the new one
    is sent after it, unless the old one `has_filled` meanwhile. `held`: the end of the old order,
    told only if the replacement fails.
    """

    number: int
    command: OrderRequest
    until: Nanos
    is_wired: bool = True
    is_taken: bool = False
    awaits_end: bool = False
    has_filled: bool = False
    held: ExecutionReport | None = None


class Clerk:
    """
    Keeps the requests of one account.

    Args:
        clock: Stamps what is told.
        answer: How long an answer may take.
        say: Takes the events.
        place: Sends the second half of a replacement that takes two requests, as a request.
    """

    def __init__(
        self,
        clock: Clock,
        answer: Nanos,
        say: Callable[[Event], None],
        place: Callable[[Request, SubmitOrder], None],
    ) -> None:
        self.told = Told()
        self._clock, self._answer, self._say, self._place = clock, answer, say, place
        self.upcoming = 1
        """The number of the request that is opened next."""
        self._asked: dict[int, Request] = {}
        self._by_new: dict[ClOrdId, Request] = {}
        self._by_old: dict[ClOrdId, Request] = {}

    def __len__(self) -> int:
        return len(self._asked)

    def open(self, command: OrderRequest, now: Nanos) -> Request:
        """Note that *command* leaves, as number `upcoming`, before anything can be heard of it."""
        number = self.upcoming
        self.upcoming = number + 1
        request = Request(number, command, Nanos(now + self._answer))
        self._asked[number] = request
        if isinstance(command, SubmitOrder):
            terms = Terms(command.side, command.ord_type, command.time_in_force)
            self.told.open(command.cl_ord_id, command.instrument, terms)
        elif isinstance(command, ReplaceOrder):
            self.told.open(
                command.cl_ord_id, command.instrument, self.terms(command.orig_cl_ord_id)
            )
            self._by_new[command.cl_ord_id] = self._by_old[command.orig_cl_ord_id] = request
        else:
            self._by_old.setdefault(command.cl_ord_id, request)
        return request

    def terms(self, cl_ord_id: ClOrdId) -> Terms | None:
        """Return side and kind of an order, None if another process sent it, or nobody."""
        line = self.told.find(cl_ord_id)
        return None if line is None else line.terms

    def is_leaving(self, cl_ord_id: ClOrdId) -> bool:
        """Whether the end of an order is asked for already."""
        return cl_ord_id in self._by_old

    def replied(self, reply: Reply) -> None:
        """Take the answer to a request; one that nobody waits for changes nothing."""
        request = self._asked.get(reply.number)
        if request is None:
            return
        if reply.refusal is not None:
            self._refused(request, reply.refusal)
        elif isinstance(request.command, CancelOrder) or request.awaits_end:
            request.is_taken = True
        else:
            self._taken(request, request.command, reply)

    def reported(self, report: ExecutionReport) -> None:
        """Take a report of the stream, and tell it unless it was told."""
        line = self.told.line(report.cl_ord_id, report.instrument)
        self.told.number(line, report.order_id)
        kind = report.exec_type
        if kind is _TRADE:
            self._traded(line, report)
        elif kind is _NEW:
            self._works(line, report)
        elif not line.is_over:
            self._ended(line, report)

    def late(self, now: Nanos) -> None:
        """Give up what was not answered by *now*."""
        for request in tuple(self._asked.values()):
            if request.until > now:
                return
            self._lose(request, NO_REPORT if request.is_taken else NO_ANSWER)

    def lost(self, reason: str) -> None:
        """Give up what was under way on the socket, which is gone."""
        for request in tuple(self._asked.values()):
            if request.is_wired and not request.is_taken:
                self._lose(request, reason)

    def abandon(self, reason: str) -> None:
        """Give up everything."""
        for request in tuple(self._asked.values()):
            self._lose(request, reason)

    def give_up(self, number: int, reason: str) -> None:
        """Give up one request, unless it was answered."""
        request = self._asked.get(number)
        if request is not None:
            self._lose(request, reason)

    def clear(self) -> None:
        """Forget what is under way: nobody listens any more."""
        self._asked.clear()
        self._by_new.clear()
        self._by_old.clear()

    def refuse(self, command: OrderRequest, text: str) -> None:
        """Tell that *command* was not carried out, and why."""
        now = self._clock.now()
        if isinstance(command, CancelOrder):
            self._say(CancelReject(now, command.cl_ord_id, text))
            return
        self._say(rejected(command, text, now))
        if isinstance(command, ReplaceOrder):
            self._say(CancelReject(now, command.orig_cl_ord_id, text))

    def _taken(self, request: Request, command: SubmitOrder | ReplaceOrder, reply: Reply) -> None:
        """Tell that an order works, unless its stream did."""
        self._close(request)
        line = self._line(command)
        self.told.number(line, reply.order_id)
        if not line.is_new_told:
            line.is_new_told = True
            kind = _NEW if isinstance(command, SubmitOrder) else _REPLACED
            self._say(accepted(command, kind, reply, self._clock.now()))

    def _works(self, line: Line, report: ExecutionReport) -> None:
        if not line.is_new_told:
            line.is_new_told = True
            replaces = self._by_new.get(line.cl_ord_id)
            self._say(report if replaces is None else evolve(report, exec_type=_REPLACED))

    def _traded(self, line: Line, report: ExecutionReport) -> None:
        if report.exec_id == line.last_fill:
            return
        line.last_fill = report.exec_id
        line.is_new_told = True
        self._say(report)
        request = self._by_old.get(line.cl_ord_id)
        if request is not None:
            request.has_filled = True
        if report.ord_status is _FILLED and not line.is_over:
            self.told.end(line)
            if request is not None and request.is_taken:
                self._overtaken(request)

    def _ended(self, line: Line, report: ExecutionReport) -> None:
        """Tell how an order ended, unless its replacement says enough."""
        self.told.end(line)
        request = self._by_old.get(line.cl_ord_id)
        if request is None or isinstance(request.command, CancelOrder):
            self._say(report)
            if request is not None:
                self._close(request)
        elif report.exec_type is not _CANCELED:
            self._say(report)
        elif request.awaits_end and isinstance(request.command, ReplaceOrder):
            self._second_half(request, request.command, report)
        else:
            request.held = report

    def _second_half(self, first: Request, command: ReplaceOrder, ended: ExecutionReport) -> None:
        self._close(first)
        second = self.open(command, self._clock.now())
        second.held = ended
        terms = self._line(command).terms
        if terms is None or first.has_filled:
            # Both together would trade more than was decided.
            self._refused(second, Refusal(Meaning.DEFINITE, "the old order filled meanwhile"))
            return
        order = SubmitOrder(
            command.cl_ord_id,
            ADAPTER,
            command.instrument,
            terms.side,
            terms.ord_type,
            terms.time_in_force,
            command.price,
            command.order_qty,
        )
        self._place(second, order)

    def _overtaken(self, request: Request) -> None:
        """The venue took a cancel, and the order filled before it."""
        self._close(request)
        self.refuse(request.command, "it filled before that")

    def _refused(self, request: Request, refusal: Refusal) -> None:
        if refusal.meaning is Meaning.AMBIGUOUS:
            self._lose(request, refusal.text)
            return
        self._close(request)
        command = request.command
        if not isinstance(command, CancelOrder):
            line = self._line(command)
            if not line.is_new_told:
                self.told.end(line)
        if request.held is None and not refusal.is_withdrawn:
            self.refuse(command, refusal.text)
        elif not isinstance(command, CancelOrder):
            self._tell_held(request)
            self._say(rejected(command, refusal.text, self._clock.now()))

    def _lose(self, request: Request, reason: str) -> None:
        """Tell that nobody knows what became of a request, unless the stream told."""
        self._close(request)
        self._tell_held(request)
        command = request.command
        line = self._line(command)
        is_known = line.is_over if isinstance(command, CancelOrder) else line.is_new_told
        if not is_known:
            self._say(SubmitUnknown(self._clock.now(), command.cl_ord_id, reason))

    def _tell_held(self, request: Request) -> None:
        if request.held is not None:
            self._say(evolve(request.held, ts=self._clock.now()))

    def _close(self, request: Request) -> None:
        self._asked.pop(request.number, None)
        command = request.command
        if isinstance(command, SubmitOrder):
            return
        if isinstance(command, ReplaceOrder):
            self._by_new.pop(command.cl_ord_id, None)
            name = command.orig_cl_ord_id
        else:
            name = command.cl_ord_id
        if self._by_old.get(name) is request:
            del self._by_old[name]

    def _line(self, command: OrderRequest) -> Line:
        return self.told.line(command.cl_ord_id, command.instrument)
