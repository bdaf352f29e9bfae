"""Faults to put before any venue: lost requests and answers, late and repeated reports."""

import asyncio
from collections import deque
from enum import Enum

from graphwiz_trader.domain.commands import CancelAll, OrderCommand, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.errors import RateLimited, TimedOut
from graphwiz_trader.domain.events import AccountDown, AccountUp, Event, SubmitUnknown
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import MILLISECOND, ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.domain.venue import OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.ports.venue import ExecutionVenue
from graphwiz_trader.simulation.chance import Chance


class Fault(Enum):
    """
    What may befall a request.

    LOST: it never arrives. UNANSWERED: it arrives, and what is said of it meanwhile is lost.
    Either way nobody knows, which is told once `FaultyVenue.patience` has passed.
    """

    NONE = "none"
    LOST = "lost"
    UNANSWERED = "unanswered"


@value
class Odds:
    """How likely each fault is, 0 to 1: of a request, of a report, of a question."""

    lost: float = 0.0
    unanswered: float = 0.0
    duplicate: float = 0.0
    late: float = 0.0
    no_answer: float = 0.0


class FaultyVenue:
    """
    Puts faults before *inner*: those of `script`, one a request, then by chance.

    `late` and `duplicate` name what befalls the next reports, in the same way; `unanswerable`
    how many of the next questions get no answer, `forgets_for` how long after it was sent no
    query finds an order. `said` is what it says of our requests: questions that come before it
    wants to hear any are refused. `questions` counts all. `break_stream` and `mend_stream` lose
    all reports between them.
    """

    def __init__(
        self,
        inner: ExecutionVenue,
        clock: Clock,
        chance: Chance,
        odds: Odds = Odds(),  # noqa: B008 # a value
        patience: Nanos = Nanos(500 * MILLISECOND),  # noqa: B008 # likewise
    ) -> None:
        self.inner = inner
        self.odds = odds
        self.patience = patience
        self.script: deque[Fault] = deque()
        self.late: deque[Nanos] = deque()
        self.duplicate = 0
        self.unanswerable = 0
        self.forgets_for = Nanos(0)
        self.said: Usage | None = None
        self.questions = 0
        self.sent: list[OrderCommand] = []
        self._clock = clock
        self._chance = chance
        self._sent_at: dict[ClOrdId, Nanos] = {}
        self._muted: dict[ClOrdId, int] = {}
        self._is_broken = False
        self._deliver: Deliver | None = None
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def venue(self) -> Venue:
        """The inner venue's."""
        return self.inner.venue

    @property
    def terms(self) -> VenueTerms:
        """The inner venue's."""
        return self.inner.terms

    @property
    def usage(self) -> Usage | None:
        """What was last said, here or by the inner venue."""
        return self.said or self.inner.usage

    def send(self, command: OrderCommand) -> None:
        """Send *command*, or let something befall it."""
        self.sent.append(command)
        if isinstance(command, SubmitOrder | ReplaceOrder):
            self._sent_at[command.cl_ord_id] = self._clock.now()
        fault = self._fault()
        if fault is Fault.NONE or isinstance(command, CancelAll) or self._tasks is None:
            self.inner.send(command)
            return
        name = command.cl_ord_id
        self._muted[name] = self._muted.get(name, 0) + 1
        self._tasks.create_task(self._give_up(name))
        if fault is Fault.UNANSWERED:
            self.inner.send(command)

    async def run(self, deliver: Deliver) -> None:
        """Deliver what comes through, until canceled."""
        self._deliver = deliver
        self._is_broken = False
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                await self.inner.run(self._hear)
        finally:
            self._deliver = self._tasks = None
            self._muted.clear()

    def break_stream(self) -> None:
        """Lose all reports from here on, and say so."""
        if not self._is_broken:
            self._is_broken = True
            self._tell(AccountDown(self._clock.now(), self.venue, "stream broken"))

    def mend_stream(self) -> None:
        """Let reports through again, and say so."""
        if self._is_broken:
            self._is_broken = False
            self._tell(AccountUp(self._clock.now(), self.venue))

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """Ask, unless there is no answer or the venue has forgotten."""
        await self._ask()
        if self._clock.now() < self._sent_at.get(order.cl_ord_id, 0) + self.forgets_for:
            return None
        return await self.inner.query(order)

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Ask, unless there is no answer."""
        await self._ask()
        return await self.inner.fills(instrument, since)

    async def snapshot(self) -> VenueSnapshot:
        """Ask, unless there is no answer."""
        await self._ask()
        return await self.inner.snapshot()

    async def server_time(self) -> Nanos:
        """Ask, unless there is no answer."""
        await self._ask()
        return await self.inner.server_time()

    async def _ask(self) -> None:
        self.questions += 1
        if self.said is not None and self._clock.now() < self.said.closed_until:
            raise RateLimited(f"{self.venue}: asked too often")
        if self.unanswerable or self._chance.unit() < self.odds.no_answer:
            self.unanswerable = max(0, self.unanswerable - 1)
            await self._clock.sleep_until(Nanos(self._clock.now() + self.patience))
            raise TimedOut(f"{self.venue}: no answer in {self.patience / MILLISECOND:.0f} ms")

    def _fault(self) -> Fault:
        if self.script:
            return self.script.popleft()
        draw = self._chance.unit()
        if draw < self.odds.lost:
            return Fault.LOST
        return Fault.UNANSWERED if draw < self.odds.lost + self.odds.unanswered else Fault.NONE

    def _hear(self, event: Event) -> None:
        if isinstance(event, AccountUp):
            self._tell(event)
            return
        name = getattr(event, "cl_ord_id", None)
        if self._is_broken or name in self._muted:
            return
        delay = self._delay()
        if delay and self._tasks is not None:
            self._tasks.create_task(self._tell_later(event, delay))
        else:
            self._tell(event)
        if self.duplicate or self._chance.unit() < self.odds.duplicate:
            self.duplicate = max(0, self.duplicate - 1)
            self._tell(event)

    def _delay(self) -> Nanos:
        if self.late:
            return self.late.popleft()
        if self._chance.unit() < self.odds.late:
            return Nanos(1 + self._chance.below(300) * MILLISECOND)
        return Nanos(0)

    async def _tell_later(self, event: Event, delay: Nanos) -> None:
        await self._clock.sleep_until(Nanos(self._clock.now() + delay))
        if not self._is_broken:
            self._tell(event)

    async def _give_up(self, name: ClOrdId) -> None:
        await self._clock.sleep_until(Nanos(self._clock.now() + self.patience))
        self._muted[name] -= 1
        if not self._muted[name]:
            del self._muted[name]
        self._tell(SubmitUnknown(self._clock.now(), name, "no answer in time"))

    def _tell(self, event: Event) -> None:
        if self._deliver is not None:
            self._deliver(evolve(event, ts=self._clock.now()))
