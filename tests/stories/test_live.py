"""A live run from start to end, on simulated exchanges in virtual time: wired as in production."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from decimal import Decimal

import attrs
import pytest

from graphwiz_trader import __version__
from graphwiz_trader.adapters.paper.venue import PaperVenue
from graphwiz_trader.application import new_rules
from graphwiz_trader.application.listen import Source
from graphwiz_trader.application.live import Ended, Live
from graphwiz_trader.application.places import Place
from graphwiz_trader.application.reload import Reload
from graphwiz_trader.application.rerun import Rerun
from graphwiz_trader.application.run_report import RunReport
from graphwiz_trader.application.session import HOUR, Seek
from graphwiz_trader.application.start import Identity, Starter
from graphwiz_trader.application.vitals import Gauges
from graphwiz_trader.bootstrap.assembly import engine_of
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import load, restored
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.errors import AccessDenied, ConfigError, LeaseTaken
from graphwiz_trader.domain.events import (
    Event,
    InstrumentUpdated,
    OperatorAction,
    RunStarted,
    VenueCost,
)
from graphwiz_trader.domain.facts import StateChanged, TradingState
from graphwiz_trader.domain.health import Machine, Process
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Asset, InstrumentId, Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import VenueSnapshot, VenueTerms
from graphwiz_trader.domain.vitals import Pauses
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.simulation.crowd import CrowdSettings
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.simulation.market import (
    LISTINGS,
    Listing,
    MarketSettings,
    build_market,
    default_venues,
)
from graphwiz_trader.testing import make
from graphwiz_trader.testing.catalog import WrittenCatalog
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.control import MemoryControl
from graphwiz_trader.testing.lease import MemoryLeases
from graphwiz_trader.testing.runs import MemoryRuns
from graphwiz_trader.testing.tape import MemoryTapes
from tests.unit.application.live_floor import ExchangeFeed

ARBITRAGE = "hft.strategies.cross_exchange_arbitrage={enabled: true, min_profit_bps: 1}"
BASE = ("backtest.reporting=USDT", "hft.risk.max_position_size=0.2", ARBITRAGE)

UNMEASURED = Gauges(
    lambda: (Machine(0.0, 0.0, 10**10, 0, 0), Process(1, 0.0, 0, 0, 1)), Pauses, Nanos(HOUR)
)
"""A process that nobody measures more often than once an hour."""


class UnchangingVenue(PaperVenue):
    """An exchange of which only minimums change, and who trades there."""

    def regrid(self, instrument: Instrument) -> None:
        self.changed = instrument


class SimulatedPlaces:
    """Exchanges that outlive the engine, as venues do."""

    leases: Sequence[str] = ("alpha-1a2b",)

    def __init__(self, clock: ManualClock, listings: Sequence[Listing]) -> None:
        crowd = CrowdSettings(makers=1, levels=3, quotes_per_s=6.0, takes_per_s=3.0)
        self.exchanges: tuple[Exchange, ...] = build_market(
            3,
            default_venues(Terms(entry=Nanos(2 * MILLISECOND), response=Nanos(MILLISECOND)))[:2],
            make.START,
            {Asset("USDT"): Decimal(100_000), Asset("BTC"): Decimal(2)},
            MarketSettings(listings=tuple(listings), crowd=crowd),
        )
        self.feeds = [ExchangeFeed(exchange, clock) for exchange in self.exchanges]
        self.catalogs = [WrittenCatalog(e.venue, e.instruments.values()) for e in self.exchanges]
        self.venues = [
            UnchangingVenue(exchange, clock, VenueTerms(), feed.tell)
            for exchange, feed in zip(self.exchanges, self.feeds, strict=True)
        ]
        self.symbols = tuple(f"{one.base}/{one.quote}" for one in listings)

    @property
    def sources(self) -> Sequence[Source]:
        pairs = zip(self.feeds, self.catalogs, strict=True)
        return [Source(feed, catalog, self.symbols) for feed, catalog in pairs]

    def costs(self, instruments: Sequence[Instrument]) -> tuple[VenueCost, ...]:
        return tuple(VenueCost(one.venue, Decimal(1), Nanos(0)) for one in instruments)

    def open(self, state: EngineState, incarnation: int) -> Sequence[Place]:
        assert state.instruments
        assert incarnation
        pairs = zip(self.venues, self.feeds, strict=True)
        return [Place(venue, feed) for venue, feed in pairs]


@attrs.define
class Teller:
    """Keeps what a person would read."""

    lines: list[str] = attrs.field(factory=list)

    def say(self, line: str) -> None:
        self.lines.append(line)

    def alert(self, alert: RaiseAlert) -> None:
        self.lines.append(f"{alert.code}: {alert.text}")


class Desk:
    """A home in memory, venues, and one engine process after another."""

    def __init__(self, listings: Sequence[Listing] = LISTINGS[:1]) -> None:
        self.clock = ManualClock(make.START)
        self.places = SimulatedPlaces(self.clock, listings)
        self.seek: Seek | None = None
        self.reload: Reload | None = None
        self.runs = MemoryRuns()
        self.held: dict[str, str] = {}
        self.told = Teller()
        self.warmed: list[RunId] = []
        self.incarnation = 0
        self.stop = asyncio.Event()
        self.leases = MemoryLeases(self.held)

    def start(self, *assignments: str) -> asyncio.Task[Ended]:
        """Start a process."""
        settings = settings_of(*assignments)
        self.incarnation += 1
        self.stop, self.leases = asyncio.Event(), MemoryLeases(self.held)
        starter = Starter(
            self.runs, self.leases, engine_of, settings, canonical(settings), __version__, _restore
        )
        live = Live(
            starter,
            self.runs,
            self.places,
            self.clock,
            self.leases,
            MemoryControl,
            self._warm,
            Nanos(SECOND),
            UNMEASURED,
            self.told,
        )
        identity = Identity("trade", "a7", self.incarnation, 0)
        return asyncio.create_task(live.run(identity, self.stop, self.seek, self.reload))

    def _warm(self, started: RunStarted) -> None:
        self.warmed.append(started.run)

    async def kill(self, process: asyncio.Task[Ended]) -> None:
        process.cancel()
        await asyncio.wait([process])
        self.leases.die()

    async def end(self, process: asyncio.Task[Ended]) -> Ended:
        self.stop.set()
        for _ in range(200):
            if process.done():
                break
            await self.clock.advance(SECOND // 4)
        return process.result()


def settings_of(*assignments: str) -> Settings:
    return load((), {}, (*BASE, *assignments)).settings


def play(scene: Callable[[Desk], Awaitable[None]]) -> Desk:
    made: list[Desk] = []

    async def played() -> None:
        made.append(Desk())
        await scene(made[0])

    asyncio.run(played())
    return made[0]


def test_it_trades_ends_clean_and_replays() -> None:
    ended: list[Ended] = []

    async def scene(desk: Desk) -> None:
        process = desk.start()
        await desk.clock.advance(20 * SECOND)
        ended.append(await desk.end(process))

    desk = play(scene)

    summary, folder = ended[0].summary, desk.runs.folders[RunId("trade-0001")]
    assert (summary["reconciled"], summary["open_orders"], summary["remaining"]) == (True, 0, [])
    assert summary["unreconciled"] == []
    assert int(str(summary["orders"])) > 0
    assert len(folder.orders) == summary["orders"]
    assert len(folder.fills) == summary["fills"]
    assert summary["audit"]["violations"] == 0  # type: ignore[index] # it is an object
    assert desk.warmed == ["trade-0001"]
    assert desk.held == {}
    again = Rerun(MemoryTapes(), desk.runs, engine_of, _restore).run(folder.run, (), _unseen)
    assert again.is_identical
    other = "hft.strategies.cross_exchange_arbitrage.min_profit_bps=500"
    changed = Rerun(MemoryTapes(), desk.runs, engine_of, _restore).run(
        folder.run, (other,), _unseen
    )
    assert changed.difference is not None
    told = RunReport(MemoryTapes(), desk.runs, _restore).of(folder.run)
    assert told.report.quality.orders == summary["orders"]


def test_a_killed_run_goes_on_and_counts_from_its_beginning() -> None:
    ended: list[Ended] = []

    async def scene(desk: Desk) -> None:
        process = desk.start()
        await desk.clock.advance(20 * SECOND)
        await desk.kill(process)
        before = desk.runs.folders[RunId("trade-0001")].kept.seq
        process = desk.start()
        await desk.clock.advance(5 * SECOND)
        ended.append(await desk.end(process))
        assert f"trade-0001 goes on after {before} entries" in desk.told.lines

    desk = play(scene)

    assert ended[0].summary["starts"] == 2
    assert desk.runs.names() == ("trade-0001",)
    ids = [str(order["cl_ord_id"]) for order in desk.runs.folders[RunId("trade-0001")].orders]
    assert len(set(ids)) == len(ids) == ended[0].summary["orders"]
    assert (
        Rerun(MemoryTapes(), desk.runs, engine_of, _restore)
        .run(RunId("trade-0001"), (), _unseen)
        .is_identical
    )


def test_a_run_that_ended_is_over() -> None:
    async def scene(desk: Desk) -> None:
        for _ in range(2):
            process = desk.start()
            await desk.clock.advance(2 * SECOND)
            await desk.end(process)

    assert play(scene).runs.names() == ("trade-0001", "trade-0002")


def test_other_settings_begin_another_run_and_say_so() -> None:
    async def scene(desk: Desk) -> None:
        process = desk.start()
        await desk.clock.advance(2 * SECOND)
        await desk.kill(process)
        process = desk.start("hft.risk.max_exposure=5000")
        await desk.clock.advance(2 * SECOND)
        await desk.end(process)

    desk = play(scene)

    assert desk.runs.names() == ("trade-0001", "trade-0002")
    assert any("cannot go on: its settings are not those of now" in x for x in desk.told.lines)


def test_rules_that_changed_meanwhile_enter_as_events() -> None:
    async def scene(desk: Desk) -> None:
        process = desk.start()
        await desk.clock.advance(2 * SECOND)
        await desk.kill(process)
        known = desk.places.catalogs[0].instruments
        known[0] = evolve(known[0], min_notional=Decimal(7))
        process = desk.start()
        await desk.clock.advance(2 * SECOND)
        await desk.end(process)

    desk = play(scene)

    entries = desk.runs.reader(RunId("trade-0001")).entries()
    updates = [e.event for e in entries if isinstance(e.event, InstrumentUpdated)]
    assert [update.instrument.min_notional for update in updates] == [7]
    assert (
        Rerun(MemoryTapes(), desk.runs, engine_of, _restore)
        .run(RunId("trade-0001"), (), _unseen)
        .is_identical
    )


@pytest.mark.parametrize(
    ("who", "state"), [(new_rules.WHO, TradingState.ACTIVE), ("ann", TradingState.HALTED)]
)
def test_only_what_was_halted_for_new_rules_is_resumed_after_a_kill(
    who: str, state: TradingState
) -> None:
    scopes: list[str] = []

    async def scene(desk: Desk) -> None:
        async def halt(known: Collection[InstrumentId], deliver: Callable[[Event], None]) -> None:
            scopes.append(f"instrument:{next(iter(known))}")
            halting = new_rules.order(desk.clock.now(), OperatorAction.HALT, scopes[0])
            deliver(evolve(halting, who=who))

        desk.seek = halt
        process = desk.start()
        await desk.clock.advance(2 * SECOND)
        await desk.kill(process)
        desk.seek = None
        process = desk.start()
        await desk.clock.advance(2 * SECOND)
        await desk.kill(process)

    desk = play(scene)

    entries = desk.runs.reader(RunId("trade-0001")).entries()
    changes = [f for e in entries for f in e.outcome.facts if isinstance(f, StateChanged)]
    assert [c.state for c in changes if c.scope == scopes[0]][-1] is state


def test_an_account_that_another_trades_is_left_alone() -> None:
    async def scene(desk: Desk) -> None:
        desk.held["alpha-1a2b"] = "pid 7"
        with pytest.raises(LeaseTaken, match="pid 7"):
            await desk.start()

    assert play(scene).runs.names() == ()


def test_a_run_that_another_process_has_is_left_alone() -> None:
    async def scene(desk: Desk) -> None:
        process = desk.start()
        await desk.clock.advance(2 * SECOND)
        await desk.kill(process)
        desk.held["trade-0001"] = "pid 7"
        process = desk.start()
        await desk.clock.advance(2 * SECOND)
        await desk.end(process)

    assert play(scene).runs.names() == ("trade-0001", "trade-0002")


def test_a_key_that_a_venue_refuses_ends_the_run_and_says_so() -> None:
    async def scene(desk: Desk) -> None:
        async def refused() -> VenueSnapshot:
            raise AccessDenied("wrong key")

        desk.places.venues[1].snapshot = refused  # type: ignore[method-assign] # as a venue does
        process = desk.start()
        await desk.clock.advance(5 * SECOND)
        with pytest.raises(AccessDenied, match="wrong key"):
            await process

    assert play(scene).held == {}


def test_a_symbol_that_is_not_traded_ends_the_start_and_frees_the_account() -> None:
    async def scene(desk: Desk) -> None:
        desk.places.symbols = ("DOGE/USDT",)
        with pytest.raises(ConfigError, match="DOGE/USDT"):
            await desk.start()

    assert play(scene).held == {}


def _restore(text: str, assignments: Sequence[str]) -> Settings:
    return restored(text, assignments).settings


def _unseen(share: float) -> None:
    """Nobody watches."""
