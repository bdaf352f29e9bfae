"""Sender: how our requests leave: on a socket, or over HTTP while that is down."""

from functools import partial

from graphwiz_trader.adapters.direct.clerk import Clerk, OrderRequest, Request
from graphwiz_trader.adapters.direct.errands import Errands
from graphwiz_trader.adapters.direct.private_dialect import PrivateDialect, ReplaceWords
from graphwiz_trader.adapters.direct.private_line import PrivateLine
from graphwiz_trader.adapters.direct.private_said import Meaning, Reply, Terms
from graphwiz_trader.adapters.direct.questions import Questions
from graphwiz_trader.adapters.direct.rest import Rest
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.errors import Garbled, InvariantViolation, Transient
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
        rest: The way it takes while *line* is down.
        questions: Knows the venue's time, and what it lists as ours.
        errands: Runs what takes time.
        again: How a list of open orders that does not come is asked for again.
    """

    def __init__(
        self,
        dialect: PrivateDialect,
        clerk: Clerk,
        line: PrivateLine,
        rest: Rest,
        questions: Questions,
        errands: Errands,
        clock: Clock,
        again: Backoff,
    ) -> None:
        self._dialect, self._clerk, self._line, self._rest = dialect, clerk, line, rest
        self._words, self._traded = dialect.orders, dialect.instruments
        self._questions, self._errands = questions, errands
        self._clock, self._again = clock, again
        self._is_measuring = False

    def send(self, command: OrderRequest) -> None:
        """Hand *command* to the wire now; what cannot be sent is answered."""
        objection = self._objection(command)
        link = self._line.link
        if objection:
            self._errands.soon(partial(self._clerk.refuse, command, objection))
        elif link is None or isinstance(command, ReplaceOrder):
            self.leave(self._clerk.open(command, self._clock.now()), command)
        else:
            # The bytes first: no answer can be read before this call is over.
            link.send(self._encoded(self._clerk.upcoming, command))
            self._clerk.open(command, self._clock.now())

    def leave(self, request: Request, command: OrderRequest) -> None:
        """Send *command* as *request*."""
        if isinstance(command, ReplaceOrder) and self._dialect.orders.replacing is None:
            request.awaits_end = True
            command = CancelOrder(command.orig_cl_ord_id, command.instrument)
        link = self._line.link
        if link is None:
            request.is_wired = False
            self._errands.begin(self._by_http(request.number, command))
        else:
            link.send(self._encoded(request.number, command))

    def cancel_all(self) -> None:
        """Cancel what we know of, then whatever the venue lists as ours beside."""
        for line in self._clerk.told.working():
            self._withdraw(CancelOrder(line.cl_ord_id, line.instrument))
        self._errands.begin(self._sweep())

    def replied(self, reply: Reply) -> None:
        """Take the answer to a request."""
        refusal = reply.refusal
        self._questions.note(refusal, reply.used)
        if refusal is not None:
            reply = evolve(reply, refusal=evolve(refusal, text=self._dialect.hide(refusal.text)))
        if refusal is not None and refusal.meaning is Meaning.CLOCK and not self._is_measuring:
            self._is_measuring = True
            self._errands.begin(self._measure())
        self._clerk.replied(reply)

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
        words, at = self._words, self._questions.at()
        if isinstance(command, SubmitOrder):
            return words.submit(number, command, at)
        if isinstance(command, CancelOrder):
            return words.cancel(number, command, at)
        replacing, terms = self._replacing(command)
        return replacing.replace(number, command, terms, at)

    async def _by_http(self, number: int, command: OrderRequest) -> None:
        words, at = self._dialect.orders, self._questions.at()
        if isinstance(command, ReplaceOrder):
            replacing, terms = self._replacing(command)
            call = replacing.replaced_by_http(command, terms, at)
        else:
            call = words.by_http(command, at)
        try:
            answer = await self._rest.ask(call)
            reply = words.replied(number, answer, self._clock.now())
        except (Transient, Garbled) as error:
            self._clerk.give_up(number, str(error))
        else:
            self.replied(reply)

    def _replacing(self, command: ReplaceOrder) -> tuple[ReplaceWords, Terms]:
        """Return what a replacement needs; it was looked at before."""
        replacing, terms = self._dialect.orders.replacing, self._clerk.terms(command.orig_cl_ord_id)
        if replacing is None or terms is None:
            raise InvariantViolation(f"{command.orig_cl_ord_id} cannot be replaced at once")
        return replacing, terms

    async def _sweep(self) -> None:
        """Cancel what the venue lists as ours; what is not listed in the end is asked for again."""
        failures = 0
        while True:
            try:
                listed = await self._questions.open_orders()
                break
            except Transient:
                failures += 1
                if self._again.is_spent(failures):
                    return
                wait = self._again.wait(failures)
                await self._clock.sleep_until(Nanos(self._clock.now() + wait))
        for order in listed:
            line = self._clerk.told.find(order.cl_ord_id)
            if line is None or not line.is_over:
                self._withdraw(CancelOrder(order.cl_ord_id, order.instrument))

    def _withdraw(self, cancel: CancelOrder) -> None:
        if not self._clerk.is_leaving(cancel.cl_ord_id):
            self.send(cancel)

    async def _measure(self) -> None:
        """Measure the clocks; where that fails, the next complaint or connection measures again."""
        try:
            await self._questions.measure()
        except Transient:
            return
        finally:
            self._is_measuring = False
