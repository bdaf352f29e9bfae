"""Live: a run on live feeds, from its first question to the proof that nothing is left open."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Protocol

from graphwiz_trader.application import state_view
from graphwiz_trader.application.auditor import AuditedVenue, Auditor
from graphwiz_trader.application.listen import Source, subscribe
from graphwiz_trader.application.operate import Operate
from graphwiz_trader.application.order_lines import fill_lines, order_lines
from graphwiz_trader.application.start import Identity, Start, Starter
from graphwiz_trader.application.trade import Stopped, Trade
from graphwiz_trader.application.watch_instruments import WatchInstruments
from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.events import RunStarted, VenueCost
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, Nanos, RunId
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.control import ControlDoor
from graphwiz_trader.ports.feed import MarketFeed
from graphwiz_trader.ports.journal import Journal
from graphwiz_trader.ports.lease import Leases
from graphwiz_trader.ports.runs import RunFolder, Runs
from graphwiz_trader.ports.venue import ExecutionVenue

HOUR = Nanos(3_600 * SECOND)


@value
class Place:
    """One venue, opened: where orders go and where its prices come from."""

    venue: ExecutionVenue
    feed: MarketFeed


class Places(Protocol):
    """Where a live run trades."""

    @property
    def sources(self) -> Sequence[Source]:
        """The market data of every venue, and its rules."""

    @property
    def leases(self) -> Sequence[str]:
        """What nobody else may trade while we do, by the names of its leases."""

    def costs(self, instruments: Sequence[Instrument]) -> tuple[VenueCost, ...]:
        """Return what an order costs at each venue, once the rules are loaded."""

    def open(self, state: EngineState, incarnation: int) -> Sequence[Place]:
        """Return every venue, ready to be run; *state* is what the journal knows of it."""


class Tell(Protocol):
    """Tells a person."""

    def say(self, line: str) -> None:
        """Say *line*."""

    def alert(self, alert: RaiseAlert) -> None:
        """Raise an alarm."""


@value
class Ended:
    """How a live run ended: its folder, what remains open, and its summary as kept there."""

    folder: RunFolder
    stopped: Stopped
    summary: Mapping[str, object]


class Live:
    """Runs the configured strategies on live feeds until it is told to stop."""

    def __init__(
        self,
        starter: Starter,
        runs: Runs,
        places: Places,
        clock: Clock,
        leases: Leases,
        door: Callable[[RunId], ControlDoor],
        warm: Callable[[RunStarted], None],
        tell: Tell,
    ) -> None:
        """
        Know whom to ask.

        *leases* are those of accounts; *door* opens the way for people's orders to a run; *warm*
        gets the process ready for a run that begins so.
        """
        self._starter = starter
        self._runs = runs
        self._places = places
        self._clock = clock
        self._leases = leases
        self._door = door
        self._warm = warm
        self._tell = tell

    async def run(self, identity: Identity, stop: asyncio.Event) -> Ended:
        """
        Trade until *stop* is set, or somebody orders it.

        Raises:
            LeaseTaken: another process trades an account of ours; it is named.
            ConfigError: a venue does not trade a symbol that is wanted.
            PortError: a venue cannot be asked, or stayed away longer than its budget.
            JournalError: a step could not be journaled; nothing was sent since.
        """
        taken: list[str] = []
        try:
            for name in self._places.leases:
                self._leases.take(name, f"{identity.mode} of installation {identity.installation}")
                taken.append(name)
            return await self._ran(identity, stop)
        finally:
            for name in taken:
                self._leases.release(name)

    async def _ran(self, identity: Identity, stop: asyncio.Event) -> Ended:
        places = self._places
        instruments = await subscribe(places.sources, self._clock)
        costs = places.costs(instruments)
        start = self._starter.start(identity, instruments, costs, self._clock.now())
        try:
            for notice in start.notices:
                self._tell.say(notice)
            self._warm(start.started)
            journal = start.folder.journal()
            try:
                session = _Session(
                    start, places, self._clock, journal, self._starter.prune, self._tell
                )
                stopped = await session.run(self._door(start.folder.run), stop)
            finally:
                journal.close()
            return self._finish(session, stopped)
        finally:
            self._starter.release(start.folder.run)

    def _finish(self, session: "_Session", stopped: Stopped) -> Ended:
        folder, first = session.start.folder, session.start.started
        entries = self._runs.reader(folder.run).entries
        for line in order_lines(entries(), first.instruments):
            folder.add_order(line)
        for line in fill_lines(entries(), first.instruments):
            folder.add_fill(line)
        left = [{"venue": venue, "cl_ord_id": name} for venue, name in stopped.remaining]
        summary = {
            **session.about(),
            **state_view.open_ends(session.trade.engine.state),
            "reason": stopped.reason,
            "remaining": left,
            "latency_us": session.trade.latencies.us(),
        }
        folder.finish(summary)
        return Ended(folder, stopped, summary)


class _Session:
    """One process's part of a run."""

    def __init__(
        self,
        start: Start,
        places: Places,
        clock: Clock,
        journal: Journal,
        prune: Callable[[], Sequence[str]],
        tell: Tell,
    ) -> None:
        self.start = start
        self._places = places
        self._clock = clock
        self._prune = prune
        self._tell = tell
        opened = places.open(start.engine.state, start.started.incarnation)
        self.auditor = Auditor(start.engine.state, clock, self._violated)
        self.trade = Trade(
            start.engine,
            [AuditedVenue(place.venue, self.auditor) for place in opened],
            {place.feed.venue: place.feed for place in opened},
            journal,
            clock,
            tell.alert,
            start.started,
            start.recovered,
            news=start.updates,
        )
        self.trade.watches += [start.tally.feed, self.auditor.watch]
        self._operate = Operate(self.trade, start.strategies, self.about)

    def about(self) -> Mapping[str, object]:
        """Return what is known of the run beside the engine's state."""
        folder, started = self.start.folder, self.start.started
        return {
            "run": folder.run,
            "folder": folder.path,
            "mode": started.mode,
            "installation": started.installation,
            "incarnation": started.incarnation,
            "running_s": (self._clock.now() - started.ts) / SECOND,
            **self.start.tally.summary(),
            "audit": {
                "checks": self.auditor.checks,
                "violations": self.auditor.violations,
                "named": list(self.auditor.named),
            },
        }

    async def run(self, door: ControlDoor, stop: asyncio.Event) -> Stopped:
        """Trade, and answer people, until *stop* is set or a person orders it."""
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(part) for part in self._beside(door, stop)]
            # Whoever hears that it is ready may ask at once: the door opens first.
            await self._clock.sleep_until(self._clock.now())
            self._tell.say(f"ready: {self.start.folder.run} in {self.start.folder.path}")
            stopped = await self.trade.run()
            self.auditor.end(len(self.trade.engine.state.orders), len(stopped.remaining))
            self._operate.end(stopped)
            # Whoever waits for the end is woken before the door closes.
            await self._clock.sleep_until(self._clock.now())
            for task in beside:
                task.cancel()
        return stopped

    def _beside(
        self, door: ControlDoor, stop: asyncio.Event
    ) -> Iterator[Coroutine[None, None, None]]:
        yield door.serve(self._operate.answer)
        yield self._heed(stop)
        yield self.auditor.run()
        yield self._keep_house()
        known = self.start.engine.state.instruments.values()
        for source in self._places.sources:
            catalog = source.catalog
            ours = [one for one in known if one.venue == catalog.venue]
            yield WatchInstruments(catalog, self._clock).run(ours, self.trade.deliver)

    async def _keep_house(self) -> None:
        while True:
            for gone in self._prune():
                self._tell.say(f"deleted {gone}: market data beyond what the settings keep")
            await self._clock.sleep_until(Nanos(self._clock.now() + HOUR))

    def _violated(self, violation: str) -> None:
        self._tell.alert(RaiseAlert(Severity.CRITICAL, "INVARIANT", violation))

    async def _heed(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.trade.stop("a signal")
