"""Trade: live and paper trading, the same class: feeds, venues and the engine in one loop."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from functools import partial

from graphwiz_trader.application.latencies import Latencies
from graphwiz_trader.application.link import Link
from graphwiz_trader.application.reconcile import Pace
from graphwiz_trader.application.recovery import Recovered, Watch
from graphwiz_trader.application.router import Router
from graphwiz_trader.application.state_view import agrees
from graphwiz_trader.application.supervise import first_of, supervise
from graphwiz_trader.application.timers import Timers
from graphwiz_trader.application.wind_down import Remaining, StopTimes, WindDown
from graphwiz_trader.application.writer import SingleWriter
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.errors import (
    DomainError,
    LeftOpen,
    Transient,
)
from graphwiz_trader.domain.events import (
    AccountDown,
    AccountUp,
    Event,
    FeedDown,
    RunStarted,
    SubmitUnknown,
)
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.units import MILLISECOND, SECOND, ClOrdId, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import MarketFeed
from graphwiz_trader.ports.journal import Journal
from graphwiz_trader.ports.venue import ExecutionVenue

# A union made for each question costs what ten plain ones do.
_OF_ACCOUNTS = (AccountUp, AccountDown)


@value
class TradeOptions:
    """
    How a live run is kept alive, and how it ends.

    `retry` is for feeds and streams alike.
    """

    pace: Pace = Pace()
    retry: Backoff = Backoff(
        Nanos(200 * MILLISECOND), Nanos(30 * SECOND), 1_000, Nanos(60 * SECOND)
    )
    stop: StopTimes = StopTimes()


@value
class Stopped:
    """How it ended; a clean end leaves nothing remaining."""

    reason: str
    remaining: Remaining


class Trade:
    """
    Runs *engine*, which *recovered* its journal, on *venues* and *feeds* until it is told to stop.

    Start and restart are one path: every account is closed until its venue has been asked and
    agrees; its market data is listened to from then on. *alert* tells a person; *news* is told
    right after the start, before anything is asked. Whoever is in `watches` sees every step once
    its commands have left; what is in `beside` runs from then on, until it winds down.
    """

    def __init__(
        self,
        engine: Engine,
        venues: Sequence[ExecutionVenue],
        feeds: Mapping[Venue, MarketFeed],
        journal: Journal,
        clock: Clock,
        alert: Callable[[RaiseAlert], None],
        started: RunStarted,
        recovered: Recovered,
        options: TradeOptions = TradeOptions(),  # noqa: B008 # a value
        news: Sequence[Event] = (),
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.latencies = Latencies(clock)
        self.watches: list[Watch] = []
        self.beside: list[Callable[[], Coroutine[None, None, None]]] = []
        self._options = options
        self._news = news
        self._started = started
        self._recovered = recovered
        self._stop = asyncio.Event()
        self._reason = ""
        self._timers = Timers(clock, self.deliver)
        self._links = {
            venue.venue: Link(
                venue,
                feeds.get(venue.venue),
                engine.state,
                clock,
                self.deliver,
                self._is_hedge,
                started.installation,
                options.pace,
            )
            for venue in venues
        }
        self._wind_down = WindDown(
            engine.state, self._links, clock, self.deliver, started.installation, options.stop
        )
        strange = {i.venue for i in engine.state.instruments.values()} - set(self._links)
        if strange:
            raise DomainError(f"nothing executes orders at {', '.join(sorted(strange))}")
        router = Router(
            engine.state, self._links, self._timers, alert, self.latencies, self.watches
        )
        self.writer = SingleWriter(engine, journal, router.route, router.heard, router.done)

    @property
    def queued(self) -> Mapping[Venue, int]:
        """How many commands wait to be sent, by venue."""
        return {name: len(link.outbox) for name, link in self._links.items()}

    @property
    def unreconciled(self) -> Sequence[Mapping[str, object]]:
        """Each venue whose account is not known to be what we think, for how long and why."""
        now, state = self.clock.now(), self.engine.state
        apart = [link for name, link in self._links.items() if not agrees(state, name)]
        return [{"venue": link.venue.venue, **link.reconciler.standing(now)} for link in apart]

    def deliver(self, event: Event) -> None:
        """Take *event* in, here and now; a person's order comes this way too."""
        self.writer.deliver(event)

    def _is_hedge(self, cl_ord_id: ClOrdId) -> bool:
        """Whether an order only reduces."""
        order = self.engine.state.orders.find(cl_ord_id)
        return order is not None and order.reducing

    def stop(self, reason: str) -> None:
        """End the run: no new orders, own ones canceled, none left or all that are named."""
        self._reason = self._reason or reason
        self._stop.set()

    async def run(self) -> Stopped:
        """
        Trade until `stop`.

        Raises:
            LeftOpen: any of the following, and own orders could not be canceled after it.
            JournalError: a step could not be journaled; nothing but cancels was sent since.
            InvariantViolation: the engine can no longer be trusted; likewise.
            PortError: a venue stayed away longer than its budget, or refuses our key.
        """
        remaining: Remaining = ()
        try:
            async with asyncio.TaskGroup() as group:
                self._begin()
                tasks = [group.create_task(part) for part in self._parts()]
                await self._stop.wait()
                remaining = await self._wind_down.run(self._reason)
                for task in tasks:
                    task.cancel()
        except BaseExceptionGroup as failed:
            first = first_of(failed)
            left = await self._wind_down.abandon()
            if not left:
                raise first from failed
            names = ", ".join(f"{name}@{venue}" for venue, name in left)
            raise LeftOpen(f"{first}; left open or not proven gone: {names}") from failed
        return Stopped(self._reason, remaining)

    def _begin(self) -> None:
        """Tell the engine that it runs again, and what nobody knows any more."""
        now = self.clock.now()
        self.deliver(self._started)
        for event in self._news:
            self.deliver(event)
        for name, link in self._links.items():
            self.deliver(AccountDown(now, name, "not asked since the start"))
            if link.feed is not None:
                self.deliver(FeedDown(now, name, "not connected since the start"))
        for order in tuple(self.engine.state.orders):
            if order.ord_status in (OrdStatus.PENDING_NEW, OrdStatus.PENDING_CANCEL):
                self.deliver(SubmitUnknown(now, order.cl_ord_id, "in flight when the run ended"))

    def _parts(self) -> Iterator[Coroutine[None, None, None]]:
        yield self._timers.run()
        yield self._rearm()
        for part in self.beside:
            yield part()
        for link in self._links.values():
            yield link.outbox.run()
            yield link.reconciler.run()
            yield self._stream(link)
            if link.feed is not None:
                yield self._listen(link, link.feed)

    async def _rearm(self) -> None:
        """Let time go on for what waited, once every account has been looked at."""
        for link in self._links.values():
            await link.reconciler.looked.wait()
        for timer in self._recovered.timers:
            self._timers.set(timer)

    async def _stream(self, link: Link) -> None:
        def hear(event: Event) -> None:
            if isinstance(event, _OF_ACCOUNTS):
                link.is_up = isinstance(event, AccountUp)
            self.deliver(event)

        def lose(error: Transient) -> None:
            hear(AccountDown(self.clock.now(), link.venue.venue, str(error)))

        run = partial(link.venue.run, hear)
        await supervise(run, self.clock, self._options.retry, lose)

    async def _listen(self, link: Link, feed: MarketFeed) -> None:
        """Let market data in once the account has been looked at."""

        def lose(error: Transient) -> None:
            self.deliver(FeedDown(self.clock.now(), feed.venue, str(error)))

        known = self.engine.state.instruments.values()
        ours = [one for one in known if one.venue == feed.venue]
        # It may have been subscribed by rules that the engine could not take over.
        feed.unsubscribe(one.id for one in ours)
        feed.subscribe(ours)
        await link.reconciler.looked.wait()
        run = partial(feed.run, self.writer.deliver)
        await supervise(run, self.clock, self._options.retry, lose)
