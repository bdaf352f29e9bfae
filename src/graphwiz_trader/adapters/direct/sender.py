"""Sender: how our requests leave: on a socket, or by a detour while that is down."""

from functools import partial

from graphwiz_trader.adapters.direct.clerk import Clerk, OrderRequest, Request
from graphwiz_trader.adapters.direct.detours import Detours
from graphwiz_trader.adapters.direct.errands import Errands
from graphwiz_trader.adapters.direct.http_call import HttpCall
from graphwiz_trader.adapters.direct.private_dialect import PrivateDialect, ReplaceWords
from graphwiz_trader.adapters.direct.private_line import PrivateLine
from graphwiz_trader.adapters.direct.private_said import Meaning, Reply, Terms
from graphwiz_trader.adapters.direct.questions import Questions
from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.errors import InvariantViolation
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.clock import Clock


class Sender:
    """
    Sends each request once.

    Args:
        dialect: Words it.
        clerk: Remembers it.
        line: The socket it leaves on.
        detours: The way it takes while *line* is down, and what else takes time.
        questions: Knows the venue's time.
        errands: Runs what takes time.
    """

    def __init__(
        self,
        dialect: PrivateDialect,
        clerk: Clerk,
        line: PrivateLine,
        detours: Detours,
        questions: Questions,
        errands: Errands,
        clock: Clock,
    ) -> None:
        self._dialect, self._clerk, self._line, self._detours = dialect, clerk, line, detours
        self._words, self._traded = dialect.orders, dialect.instruments
        self._questions, self._errands, self._clock = questions, errands, clock

    def send(self, command: OrderCommand) -> None:
        """Hand *command* to the wire now; what cannot be sent is answered."""
        if isinstance(command, CancelAll):
            self._cancel_all()
            return
        objection = self._objection(command)
        link = self._line.link
        if objection:
            self._errands.soon(partial(self._clerk.refuse, command, objection))
        elif link is None or isinstance(command, ReplaceOrder):
            self.leave(self._clerk.open(command, self._clock.now()), command)
        else:
            # The bytes first: no answer can be read before this call is over.
            link.send(self._encoded(self._clerk.upcoming, command))
            self._words.prepare()
            self._clerk.open(command, self._clock.now())

    def leave(self, request: Request, command: OrderRequest) -> None:
        """Send *command* as *request*."""
        if isinstance(command, ReplaceOrder) and self._words.replacing is None:
            request.awaits_end = True
            command = CancelOrder(command.orig_cl_ord_id, command.instrument)
        link = self._line.link
        if link is None:
            request.is_wired = False
            call = self._call(command)
            self._errands.begin(self._detours.by_http(request.number, call, self.replied))
        else:
            link.send(self._encoded(request.number, command))

    def replied(self, reply: Reply) -> None:
        """Take the answer to a request."""
        refusal = reply.refusal
        self._questions.note(refusal, reply.used)
        if refusal is not None:
            reply = evolve(reply, refusal=evolve(refusal, text=self._dialect.hide(refusal.text)))
        if refusal is not None and refusal.meaning is Meaning.CLOCK:
            self._errands.begin(self._questions.measure_again())
        self._clerk.replied(reply)

    def _cancel_all(self) -> None:
        """Cancel what we know of, then whatever the venue lists as ours beside."""
        for line in self._clerk.told.working():
            self._withdraw(CancelOrder(line.cl_ord_id, line.instrument))
        self._errands.begin(self._detours.sweep(self._withdraw))

    def _withdraw(self, cancel: CancelOrder) -> None:
        if not self._clerk.is_leaving(cancel.cl_ord_id):
            self.send(cancel)

    def _objection(self, command: OrderRequest) -> str:
        """Return why *command* can be no request at this venue, "" if it can."""
        if command.instrument not in self._traded:
            return f"{command.instrument} is not traded here"
        name: str = command.cl_ord_id
        if isinstance(command, ReplaceOrder):
            if self._clerk.terms(command.orig_cl_ord_id) is None:
                return f"the side of {command.orig_cl_ord_id} is not known"
            name += command.orig_cl_ord_id
        if not (name.isalnum() and name.isascii()):
            return f"{name!r} is no id a venue takes"
        return ""

    def _encoded(self, number: int, command: OrderRequest) -> bytes:
        at = Nanos(self._clock.now() + self._questions.offset)
        if isinstance(command, SubmitOrder):
            return self._words.submit(number, command, at)
        if isinstance(command, CancelOrder):
            return self._words.cancel(number, command, at)
        replacing, terms = self._replacing(command)
        return replacing.replace(number, command, terms, at)

    def _call(self, command: OrderRequest) -> HttpCall:
        at = self._questions.at()
        if isinstance(command, ReplaceOrder):
            replacing, terms = self._replacing(command)
            return replacing.replaced_by_http(command, terms, at)
        return self._words.by_http(command, at)

    def _replacing(self, command: ReplaceOrder) -> tuple[ReplaceWords, Terms]:
        """Return what a replacement needs; it was looked at before."""
        replacing, terms = self._words.replacing, self._clerk.terms(command.orig_cl_ord_id)
        if replacing is None or terms is None:
            raise InvariantViolation(f"{command.orig_cl_ord_id} cannot be replaced at once")
        return replacing, terms
