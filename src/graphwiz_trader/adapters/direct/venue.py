"""DirectVenue: one account at one venue, without a library between."""

import asyncio
from collections.abc import Callable
from functools import partial

from graphwiz_trader.adapters.direct.clerk import Clerk, Request
from graphwiz_trader.adapters.direct.detours import Detours
from graphwiz_trader.adapters.direct.errands import Errands
from graphwiz_trader.adapters.direct.hearing import Hearing
from graphwiz_trader.adapters.direct.hosts import Hosts
from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.adapters.direct.private_dialect import PrivateDialect
from graphwiz_trader.adapters.direct.private_line import PrivateLine
from graphwiz_trader.adapters.direct.private_said import Purpose
from graphwiz_trader.adapters.direct.questions import Questions
from graphwiz_trader.adapters.direct.rest import Rest
from graphwiz_trader.adapters.direct.sender import Sender
from graphwiz_trader.adapters.direct.transport import Transport
from graphwiz_trader.domain.commands import OrderCommand, SubmitOrder
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import AccountDown, AccountUp, Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import InstrumentId, Nanos, Venue
from graphwiz_trader.domain.venue import OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver


class DirectVenue:
    """
    Sends orders on one socket, hears of them on another, and asks over HTTP.

    A request leaves in the call of `send`: on the orders' socket, or over HTTP while that is
    down.

    Args:
        venue: Its name.
        dialect: Its protocol.
        hosts: The only hosts that see our credentials.
        own: How the ids of all our orders begin; no other order is canceled or told of.
        terms: How the venue wants to be treated.
        patience: How long to wait for what.
    """

    def __init__(
        self,
        venue: Venue,
        dialect: PrivateDialect,
        hosts: Hosts,
        own: str,
        terms: VenueTerms,
        clock: Clock,
        transport: Transport,
        patience: Patience,
    ) -> None:
        self._venue, self._terms, self._dialect = venue, terms, dialect
        self._clock, self._patience = clock, patience
        self._deliver: Deliver | None = None
        self._failed: asyncio.Future[None] | None = None
        self._errands = Errands(self._fail)
        self._rest = Rest(hosts, patience.answer)
        self._user, self._orders = (
            PrivateLine(hosts.stream, dialect.stream.ping, clock, transport, patience)
            for _ in range(2)
        )
        self._clerk = Clerk(clock, patience.answer, self._say, self._place)
        self._questions = Questions(
            dialect.questions, dialect.hide, self._rest, clock, self._clerk.told, own
        )
        detours = Detours(
            dialect.orders, self._clerk, self._rest, self._questions, clock, patience.resync
        )
        self._sender = Sender(
            dialect, self._clerk, self._orders, detours, self._questions, self._errands, clock
        )
        self.send: Callable[[OrderCommand], None] = self._sender.send
        """Hand a command to the wire now; never raises, never waits."""
        hears = partial(
            Hearing,
            words=dialect.stream,
            hide=dialect.hide,
            questions=self._questions,
            sender=self._sender,
            clerk=self._clerk,
            clock=clock,
            own=own,
        )
        self._parties = (
            hears(Purpose.USER, self._user, up=self._up, down=self._down),
            hears(Purpose.ORDERS, self._orders, up=_nothing, down=self._clerk.lost),
        )

    @property
    def venue(self) -> Venue:
        """Its name."""
        return self._venue

    @property
    def terms(self) -> VenueTerms:
        """As given."""
        return self._terms

    @property
    def usage(self) -> Usage | None:
        """What the last answer said of our requests."""
        return self._questions.usage

    @property
    def offset(self) -> Nanos:
        """
        The venue's clock minus ours, with which requests are stamped.

        It is measured at every connection and when the venue complains of our clock; whoever
        watches clocks may set it.
        """
        return self._questions.offset

    @offset.setter
    def offset(self, offset: Nanos) -> None:
        """Take over what somebody else has measured."""
        self._questions.offset = offset

    @property
    def garbled(self) -> int:
        """How many messages and answers could not be read."""
        return self._questions.garbled

    @property
    def refused(self) -> int:
        """How often the venue refused what names no request of ours."""
        return self._questions.refused

    def regrid(self, instrument: Instrument) -> None:
        """Count *instrument* on its new grid from here on."""
        self._dialect.regrid(instrument)

    async def run(self, deliver: Deliver) -> None:
        """
        Deliver until canceled, connecting again within the budget.

        Raises:
            Transient: the budget is spent.
        """
        self._deliver = deliver
        self._failed = asyncio.get_running_loop().create_future()
        user, orders = self._parties
        try:
            async with self._rest.pooled(), asyncio.TaskGroup() as group:
                group.create_task(self._user.keep(user))
                group.create_task(self._orders.keep(orders))
                group.create_task(self._ticking())
                group.create_task(_awaited(self._failed))
        except BaseExceptionGroup as group_error:
            error = _first(group_error)
            if isinstance(error, Transient):
                self._clerk.abandon(str(error))
            raise error from None
        finally:
            self._deliver = None
            self._clerk.clear()
            await self._errands.end()

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """Return what the venue knows of one order as a STATUS report, None if it knows none."""
        return await self._questions.query(order)

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return our fills in *instrument* matched at *since* or later, oldest first."""
        return await self._questions.fills(instrument, since)

    async def snapshot(self) -> VenueSnapshot:
        """Return our open orders and balances."""
        return await self._questions.snapshot()

    async def count_down(self, span: Nanos) -> None:
        """Have all our orders canceled *span* from now; 0: never. `Unsupported` at Binance."""
        await self._questions.count_down(span)

    async def server_time(self) -> Nanos:
        """Return what the venue's clock shows."""
        return await self._questions.server_time()

    def _say(self, event: Event) -> None:
        if self._deliver is not None:
            self._deliver(event)

    def _up(self) -> None:
        self._say(AccountUp(self._clock.now(), self._venue))

    def _down(self, reason: str) -> None:
        self._say(AccountDown(self._clock.now(), self._venue, reason))

    def _place(self, request: Request, order: SubmitOrder) -> None:
        self._sender.leave(request, order)

    def _fail(self, error: BaseException) -> None:
        if self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def _ticking(self) -> None:
        while True:
            await self._clock.sleep_until(Nanos(self._clock.now() + self._patience.tick))
            now = self._clock.now()
            self._clerk.late(now)
            self._user.tick(now)
            self._orders.tick(now)


async def _awaited(failed: "asyncio.Future[None]") -> None:
    """Raise what *failed* comes to."""
    await failed


def _nothing() -> None:
    """Orders may leave on the socket: nobody needs to be told."""


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first exception of *group* that is none itself."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
