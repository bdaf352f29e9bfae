"""Live: a run on live feeds, from its first question to the proof that nothing is left open."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from graphwiz_trader.application.listen import Source, subscribe
from graphwiz_trader.application.order_lines import fill_lines, order_lines
from graphwiz_trader.application.start import Identity, Start, Starter
from graphwiz_trader.application.trade import Stopped, Trade
from graphwiz_trader.application.watch_instruments import WatchInstruments
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.events import VenueCost
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.agreement import ACCOUNT
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import MarketFeed
from graphwiz_trader.ports.journal import Journal
from graphwiz_trader.ports.runs import RunFolder, Runs
from graphwiz_trader.ports.venue import ExecutionVenue


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

    def costs(self, instruments: Sequence[Instrument]) -> tuple[VenueCost, ...]:
        """Return what an order costs at each venue, once the rules are loaded."""

    def open(self, state: EngineState, incarnation: int) -> Sequence[Place]:
        """Return every venue, ready to be run; *state* is what the journal knows of it."""


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
        alert: Callable[[RaiseAlert], None],
        say: Callable[[str], None],
    ) -> None:
        """*alert* and *say* tell a person."""
        self._starter = starter
        self._runs = runs
        self._places = places
        self._clock = clock
        self._alert = alert
        self._say = say

    async def run(self, identity: Identity, stop: asyncio.Event) -> Ended:
        """
        Trade until *stop* is set, or somebody orders it.

        Raises:
            ConfigError: a venue does not trade a symbol that is wanted.
            PortError: a venue cannot be asked, or stayed away longer than its budget.
            JournalError: a step could not be journaled; nothing was sent since.
        """
        places = self._places
        instruments = await subscribe(places.sources, self._clock)
        costs = places.costs(instruments)
        start = self._starter.start(identity, instruments, costs, self._clock.now())
        for notice in start.notices:
            self._say(notice)
        journal = start.folder.journal()
        try:
            trade = self._trade(start, journal)
            stopped = await self._until_stopped(trade, start, stop)
        finally:
            journal.close()
        return self._finish(start, trade, stopped)

    def _trade(self, start: Start, journal: Journal) -> Trade:
        opened = self._places.open(start.engine.state, start.started.incarnation)
        return Trade(
            start.engine,
            [place.venue for place in opened],
            {place.feed.venue: place.feed for place in opened},
            journal,
            self._clock,
            self._alert,
            start.started,
            start.recovered,
            watch=start.tally.feed,
            news=start.updates,
        )

    async def _until_stopped(self, trade: Trade, start: Start, stop: asyncio.Event) -> Stopped:
        async def heed() -> None:
            await stop.wait()
            trade.stop("a signal")

        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(heed())]
            for source in self._places.sources:
                watch = WatchInstruments(source.catalog, self._clock)
                known = start.engine.state.instruments.values()
                ours = [one for one in known if one.venue == source.catalog.venue]
                beside.append(group.create_task(watch.run(ours, trade.deliver)))
            self._say(f"ready: {start.folder.run} in {start.folder.path}")
            stopped = await trade.run()
            for task in beside:
                task.cancel()
        return stopped

    def _finish(self, start: Start, trade: Trade, stopped: Stopped) -> Ended:
        folder, first = start.folder, start.started
        entries = self._runs.reader(folder.run).entries
        for line in order_lines(entries(), first.instruments):
            folder.add_order(line)
        for line in fill_lines(entries(), first.instruments):
            folder.add_fill(line)
        summary = {
            "run": folder.run,
            "folder": folder.path,
            "mode": first.mode,
            **start.tally.summary(),
            **_account(start.engine.state),
            "reason": stopped.reason,
            "remaining": [{"venue": venue, "cl_ord_id": name} for venue, name in stopped.remaining],
            "latency_us": trade.latencies.us(),
        }
        folder.finish(summary)
        return Ended(folder, stopped, summary)


def _account(state: EngineState) -> Mapping[str, object]:
    """Return what is open, in doubt, and whether every venue agreed at the end."""
    unknown = sum(order.ord_status is OrdStatus.UNKNOWN for order in state.orders)
    return {
        "open_orders": len(state.orders),
        "unknown_orders": unknown,
        "reconciled": all(_agrees(state, venue) for venue in state.accounts),
    }


def _agrees(state: EngineState, venue: Venue) -> bool:
    is_open = state.scopes.get(ACCOUNT + venue) is TradingState.ACTIVE
    return is_open and venue in state.agreed and not state.is_blind(venue)
