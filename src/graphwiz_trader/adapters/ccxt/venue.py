"""CcxtVenue: orders and the account at any exchange that ccxt.pro streams."""

import asyncio
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from typing import TypeVar

from aiohttp import ClientSession
from ccxt.base.errors import InvalidNonce

from graphwiz_trader.adapters.ccxt.blotter import Blotter, Ticket
from graphwiz_trader.adapters.ccxt.countdown import Countdown
from graphwiz_trader.adapters.ccxt.enquiry import Enquiry
from graphwiz_trader.adapters.ccxt.exchange import Access
from graphwiz_trader.adapters.ccxt.hearing import Hearing
from graphwiz_trader.adapters.ccxt.meter import Meter, terms_of
from graphwiz_trader.adapters.ccxt.order_wire import OrderWire
from graphwiz_trader.adapters.ccxt.patience import OrderPatience
from graphwiz_trader.adapters.ccxt.private_exchange import private_exchange_of
from graphwiz_trader.adapters.ccxt.private_session import PrivateSession
from graphwiz_trader.adapters.ccxt.private_stream import PrivateStream
from graphwiz_trader.adapters.ccxt.private_translate import fill_report, status_report
from graphwiz_trader.adapters.ccxt.questions import Questions
from graphwiz_trader.adapters.ccxt.quirk import Trading, quirks_of
from graphwiz_trader.adapters.ccxt.requests import Requests
from graphwiz_trader.domain.commands import OrderCommand
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import DomainError, Transient
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver

SIMULATED_SETTLE = Nanos(2 * SECOND)
T = TypeVar("T")


class CcxtVenue:
    """
    An `ExecutionVenue` through ccxt; made by `ccxt_venue`.

    While nobody runs it, commands leave over REST at once, and what is said of them is lost.
    Its connections are open while it runs or is asked.
    """

    def __init__(
        self,
        venue: Venue,
        session: PrivateSession,
        trading: Trading,
        terms: VenueTerms,
        instruments: Iterable[Instrument],
        clock: Clock,
        own: str,
        patience: OrderPatience,
        credentials: Credentials,
    ) -> None:
        self._venue = venue
        self._terms = terms
        self._session = session
        self._clock = clock
        self._deliver: Deliver | None = None
        self._ended: asyncio.Future[BaseException] | None = None
        self._loose: dict[asyncio.Task[None], None] = {}
        self._by_id = {one.id: one for one in instruments}
        clean = credentials.hidden
        self._meter = Meter(session.asking, trading, clock.now, clean)
        Meter(session.listening, trading, clock.now, clean)
        self._blotter = Blotter(self._say, clock.now, self._missing, own)
        self._questions = Questions(venue, session, trading, self._by_id, self._blotter, clock, own)
        self._wire = OrderWire(session.asking, trading, clock, patience, clean, own)
        self._countdown = Countdown(session, trading, own)
        self._stream = PrivateStream(session.listening, trading, clock, patience, clean)
        self._enquiry = Enquiry(
            self._questions, self._blotter, clock, patience, lambda: self._stream.is_up
        )
        self._requests = Requests(
            self._wire,
            self._enquiry,
            self._blotter,
            self._meter,
            self._by_id,
            clock,
            patience,
            self._mend,
        )
        self._signed_fees = trading.signed_fees

    @property
    def venue(self) -> Venue:
        """Its name."""
        return self._venue

    @property
    def terms(self) -> VenueTerms:
        """As the venue's table says."""
        return self._terms

    @property
    def usage(self) -> Usage | None:
        """What the latest answer over REST said."""
        return self._meter.usage

    @property
    def offset(self) -> Nanos:
        """
        Return the venue's clock minus ours, to the millisecond; every request is signed with it.

        It is measured when the venue complains and after each gap; who watches clocks may set it.
        """
        behind = self._session.asking.options.get("timeDifference")
        return Nanos(-behind * MILLISECOND) if isinstance(behind, int) else Nanos(0)

    @offset.setter
    def offset(self, offset: Nanos) -> None:
        """Sign with *offset* from here on."""
        for exchange in (self._session.asking, self._session.listening):
            exchange.options["timeDifference"] = -round(offset / MILLISECOND)

    @property
    def under_way(self) -> int:
        """How many requests wait, or wait for their answer."""
        return self._requests.under_way + len(self._loose)

    @property
    def is_running(self) -> bool:
        """Whether anybody runs it."""
        return self._deliver is not None

    @property
    def is_streaming(self) -> bool:
        """Whether reports come in."""
        return self._stream.is_up

    @property
    def is_socket(self) -> bool:
        """Whether the next order leaves over a socket."""
        return self._wire.is_socket

    def regrid(self, instrument: Instrument) -> None:
        """Count *instrument* on its new grid from here on."""
        self._questions.regrid(instrument)

    def send(self, command: OrderCommand) -> None:
        """Carry *command* out as soon as the loop turns."""
        if self._deliver is not None:
            self._requests.put(command)
        else:
            task = asyncio.get_running_loop().create_task(self._send_alone(command))
            self._loose[task] = None
            task.add_done_callback(self._loose.pop)

    async def run(self, deliver: Deliver) -> None:
        """Deliver until canceled, or until the budget is spent."""
        self._deliver = deliver
        self._ended = asyncio.get_running_loop().create_future()
        hearing = Hearing(
            self._venue,
            self._questions.by_symbol,
            self._blotter,
            self._enquiry,
            self._say,
            self._clock,
            signed_fees=self._signed_fees,
        )
        try:
            async with self._session.open(), asyncio.TaskGroup() as group:
                self._enquiry.group = group
                group.create_task(self._stream.run(hearing, self._mend))
                group.create_task(self._wire.keep(next(iter(self._by_id.values())).symbol))
                group.create_task(self._serve(hearing))
                raise await self._ended
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        finally:
            self._enquiry.group = None
            self._requests.abandon()
            self._deliver = self._ended = None

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """Return what is known of *order*."""
        told = await self._asked(self._questions.order(order))
        return None if told is None else status_report(told, order, self._clock.now())

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return our fills as the stream tells them; none from more than a week ago."""
        found = await self._asked(self._questions.fills(instrument, since))
        now, rules = self._clock.now(), self._by_id[instrument]
        return tuple(fill_report(told, rules, name, now) for name, told in found)

    async def snapshot(self) -> VenueSnapshot:
        """Return our account as it is now."""
        return await self._asked(self._questions.snapshot())

    async def server_time(self) -> Nanos:
        """Return the venue's clock, to the millisecond."""
        return await self._asked(self._questions.time())

    async def count_down(self, span: Nanos) -> None:
        """Have all our orders canceled *span* from now; 0: never."""
        await self._asked(self._countdown.set(span))

    async def _serve(self, hearing: Hearing) -> None:
        """Carry out what is sent, from when its reports can be heard."""
        await hearing.began.wait()
        await self._requests.run()

    async def _send_alone(self, command: OrderCommand) -> None:
        with suppress(Transient):
            async with self._session.open():
                await self._requests.carry_out(command)

    async def _asked(self, question: Awaitable[T]) -> T:
        try:
            return await question
        except Transient as error:
            if isinstance(error.__cause__, InvalidNonce):
                await self._mend()
            raise

    async def _mend(self) -> None:
        """Ask for the venue's time, by which requests are signed."""
        with suppress(Transient):
            began = self._clock.now()
            shown = await self._questions.time()
            self.offset = Nanos(shown - (began + self._clock.now()) // 2)

    def _missing(self, ticket: Ticket) -> None:
        self._enquiry.missing(ticket)

    def _say(self, event: Event) -> None:
        if self._deliver is None or self._ended is None or self._ended.done():
            return
        try:
            self._deliver(event)
        except BaseException as error:  # noqa: BLE001 # ccxt would swallow it; `run` raises it
            self._ended.set_result(error)


def ccxt_venue(
    venue: Venue,
    access: Access,
    instruments: Iterable[Instrument],
    credentials: Credentials,
    clock: Clock,
    own: str,
    patience: OrderPatience = OrderPatience(),  # noqa: B008 # a value
    session: ClientSession | None = None,
) -> CcxtVenue:
    """
    Return a venue that trades where *access* says.

    Args:
        venue: What it is called here.
        access: Where it is.
        instruments: What may be traded, at least one.
        credentials: What proves who we are.
        clock: Tells receipt times.
        own: What our ids begin with; only such orders are listed, and canceled with all.
        patience: When to give up what.
        session: What it connects through, its own if none is given.

    Raises:
        AccessDenied: the key does not belong there.
        Unsupported: ccxt has no such exchange, or no such testnet.
        DomainError: there is no instrument.
    """
    traded = tuple(instruments)
    if not traded:
        raise DomainError(f"{venue}: found no instruments, expected at least one")
    asking, listening = (
        private_exchange_of(access, credentials, patience.ack, session) for _ in range(2)
    )
    trading = quirks_of(access.exchange).trading
    terms = terms_of(asking, trading)
    if access.url is not None:
        terms = evolve(terms, settle=SIMULATED_SETTLE)
    return CcxtVenue(
        venue,
        PrivateSession(asking, listening),
        trading,
        terms,
        traded,
        clock,
        own,
        patience,
        credentials,
    )


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what ended the run: the first failure that is no group."""
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
