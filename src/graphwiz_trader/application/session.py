"""Session: one process's part of a live run, and everything that runs beside the trading."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from graphwiz_trader.application.auditor import AuditedVenue, Auditor
from graphwiz_trader.application.clock_watch import ClockWatch
from graphwiz_trader.application.dead_man import DeadMan
from graphwiz_trader.application.flow import Flow
from graphwiz_trader.application.journal_watch import JournalWatch
from graphwiz_trader.application.loop_lag import LoopLag
from graphwiz_trader.application.new_rules import NewRules
from graphwiz_trader.application.notices import Notices
from graphwiz_trader.application.operate import Operate
from graphwiz_trader.application.places import Places, Tell
from graphwiz_trader.application.reload import Reload
from graphwiz_trader.application.start import Start
from graphwiz_trader.application.supervise import first_of
from graphwiz_trader.application.trade import Stopped, Trade
from graphwiz_trader.application.vitals import Depths, Gauges, Vitals
from graphwiz_trader.application.watch_instruments import WatchInstruments
from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.control import ControlDoor
from graphwiz_trader.ports.journal import Journal

Seek: TypeAlias = Callable[
    [Collection[InstrumentId], Callable[[Event], None]], Coroutine[None, None, None]
]
"""Delivers what is found of routes of those instruments, until canceled."""

HOUR = Nanos(3_600 * SECOND)


class Session:
    """
    One process's part of a run: the trading, and all that runs beside it.

    It takes *lag_limit* for how late the event loop may be, and deletes what *prune* names.
    *seek* finds routes for it, if given; *gauges* measure its process; *reload* takes over what
    was written since it began.
    """

    def __init__(
        self,
        start: Start,
        places: Places,
        clock: Clock,
        journal: Journal,
        prune: Callable[[], Sequence[str]],
        lag_limit: Nanos,
        tell: Tell,
        seek: Seek | None,
        gauges: Gauges,
        reload: Reload | None = None,
    ) -> None:
        """Open every venue; nothing runs yet."""
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
            news=start.news,
        )
        venues = [place.venue for place in opened]
        self._notices = notices = Notices(self.trade.writer, clock, tell.alert)
        self._rules = NewRules(self.trade, opened, notices.alert)
        self._clocks = ClockWatch(venues, clock, notices.alert, self.trade.deliver)
        self._dead_man = DeadMan(venues, clock, notices.alert)
        self._journal_watch = JournalWatch(journal, clock, self.trade.deliver, notices.alert)
        self._lag = LoopLag(clock, lag_limit, notices.alert, self._note_lag)
        self._worst_lag = Nanos(0)
        self._journal = journal
        self._vitals = Vitals(gauges, clock, self._depths, self.trade.deliver)
        self._flow = Flow(clock)
        seeing = [start.tally.feed, self.auditor.watch, notices.hear, self._flow.watch]
        self.trade.watches += seeing
        if seek is not None:
            known = start.engine.state.instruments
            self.trade.beside.append(partial(seek, known, self.trade.deliver))
        self._reload = reload
        if reload is not None:
            self.trade.watches.append(reload.hear)
        self._operate = Operate(self.trade, start.strategies, self.about, reload)

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
            "unreconciled": self.trade.unreconciled,
            "loop_lag_ms": self._worst_lag / MILLISECOND,
            "vitals": self._vitals.about(),
            "latency_histograms": {**self.trade.latencies.buckets(), **self._flow.buckets()},
            "clock_offset_ms": {
                venue: reading.offset / MILLISECOND
                for venue, reading in self._clocks.readings.items()
            },
            "audit": {
                "checks": self.auditor.checks,
                "violations": self.auditor.violations,
                "named": list(self.auditor.named),
            },
        }

    async def run(self, door: ControlDoor, stop: asyncio.Event) -> Stopped:
        """Trade, and answer people, until *stop* is set or a person orders it."""
        try:
            return await self._run(door, stop)
        except BaseExceptionGroup as failed:
            raise first_of(failed) from None

    async def _run(self, door: ControlDoor, stop: asyncio.Event) -> Stopped:
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
        if not stopped.remaining:
            await self._dead_man.disarm()
        return stopped

    def _beside(
        self, door: ControlDoor, stop: asyncio.Event
    ) -> Iterator[Coroutine[None, None, None]]:
        yield door.serve(self._operate.answer)
        yield self._heed(stop)
        if self._reload is not None:
            yield self._reload.heed(self.trade)
        yield self.auditor.run()
        yield self._keep_house()
        yield self._clocks.run()
        yield self._dead_man.run()
        yield self._journal_watch.run()
        yield self._lag.run()
        yield self._vitals.run()
        known = self.start.engine.state.instruments
        for source in self._places.sources:
            yield WatchInstruments(source.catalog, self._clock).run(known, self._rules.take)

    async def _keep_house(self) -> None:
        while True:
            for gone in self._prune():
                self._tell.say(f"deleted {gone}: market data beyond what the settings keep")
            await self._clock.sleep_until(Nanos(self._clock.now() + HOUR))

    def _depths(self) -> Depths:
        return Depths(self._worst_lag, self._journal.unsynced, self.trade.queued)

    def _note_lag(self, worst: Nanos) -> None:
        """Keep the largest of the last seconds."""
        self._worst_lag = worst

    def _violated(self, violation: str) -> None:
        self._notices.alert(RaiseAlert(Severity.CRITICAL, "INVARIANT", violation))

    async def _heed(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.trade.stop("a signal")
