"""NewRules: a venue changes an instrument's grid while a run goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.adapters.paper.feed import PaperFeed
from graphwiz_trader.adapters.paper.venue import FedVenue
from graphwiz_trader.application.new_rules import NewRules
from graphwiz_trader.application.places import Place
from graphwiz_trader.application.recovery import Recovered
from graphwiz_trader.application.trade import Trade
from graphwiz_trader.domain.commands import CancelOrder, OrderCommand, RaiseAlert, Severity
from graphwiz_trader.domain.events import (
    InstrumentUpdated,
    OperatorAction,
    OperatorOrder,
    RunStarted,
)
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Asset,
    Nanos,
    RunId,
    StrategyId,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import VenueTerms
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.live import LiveVenue
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.feed import ScriptedFeed
from graphwiz_trader.testing.journal import MemoryJournal

OLD = make.instrument(tick="0.1", lot="0.001")
COARSE = evolve(OLD, tick_size=Decimal("0.5"), lot_size=Decimal("0.01"))
FINE = evolve(OLD, tick_size=Decimal("0.01"), lot_size=Decimal("0.0001"))
BTC, USDT = Asset("BTC"), Asset("USDT")
SCOPE = f"instrument:{OLD.id}"
PUPPET = StrategyId("puppet")
WAY = Nanos(2 * MILLISECOND)


class Puppet:
    """Says once, at the next market data, what the test wants."""

    def __init__(self) -> None:
        self.id = PUPPET
        self.instruments = (OLD.id,)
        self.wanted: list[Opinion] = []

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        wanted, self.wanted = self.wanted, []
        return wanted


class Ruled(ScriptedFeed):
    """Tells prices in ticks of what is subscribed to."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(OLD.venue, clock)
        self.clock = clock

    @property
    def grid(self) -> Instrument:
        return self.rules(OLD.id)

    def book(self) -> None:
        now = self.clock.now()
        self.say(make.book_update(self.grid, [("100", "5")], [("101", "5")], now))


class Stubborn(FedVenue):
    """Hears no cancels while it is `deaf`."""

    deaf = False

    def send(self, command: OrderCommand) -> None:
        if not (self.deaf and isinstance(command, CancelOrder)):
            super().send(command)


class Scene:
    """One paper venue on a scripted feed, and a run on it."""

    def __init__(self, *news: InstrumentUpdated) -> None:
        self.clock = ManualClock(make.START)
        market = LiveVenue(
            [OLD],
            {USDT: Decimal(10_000), BTC: Decimal(10)},
            FeeSchedule(Decimal(0), Decimal(0)),
            ConstantLatency(WAY, WAY),
            queue_model("risk_averse"),
        )
        self.feed = Ruled(self.clock)
        self.venue = Stubborn(market, self.clock, VenueTerms(), lambda _: None)
        self.puppet = Puppet()
        self.engine = make.engine([OLD], [self.puppet])
        self.alerts: list[RaiseAlert] = []
        place = Place(self.venue, PaperFeed(self.feed, market, self.venue))
        self.trade = Trade(
            self.engine,
            [self.venue],
            {OLD.venue: place.feed},
            MemoryJournal(),
            self.clock,
            self.alerts.append,
            RunStarted(make.START, RunId("paper-0001"), "paper", "a7", 1, 0, "{}", "0"),
            Recovered(),
            news=news,
        )
        self.rules = NewRules(self.trade, [place], self.alerts.append, Nanos(5 * SECOND))

    @property
    def known(self) -> Instrument:
        """What the engine counts by."""
        return self.engine.state.instruments[OLD.id]

    @property
    def position(self) -> Decimal:
        return self.known.qty(self.engine.state.position(OLD.id))

    @property
    def scope(self) -> TradingState:
        return self.engine.state.scopes.get(SCOPE)

    async def owned(self, asset: Asset) -> Decimal:
        asking = asyncio.create_task(self.venue.snapshot())
        await self.clock.advance(MILLISECOND)
        return {one.asset: one.total for one in asking.result().balances}[asset]

    async def want(
        self, price: str, qty: str, time_in_force: TimeInForce = TimeInForce.GTC
    ) -> None:
        """Let the strategy buy now; a bid that is good till canceled rests."""
        kind = SignalKind.QUOTE if time_in_force is TimeInForce.GTC else SignalKind.TAKE
        known, until = self.known, Nanos(self.clock.now() + SECOND)
        leg = Leg(OLD.id, Side.BUY, known.ticks(price), known.lots(qty), time_in_force)
        self.puppet.wanted = [Signal(PUPPET, kind, (leg,), 1.0, until)]
        self.feed.book()
        await self.clock.advance(100 * MILLISECOND)

    async def change(self, rules: Instrument, seconds: int = 1) -> None:
        """Let the venue trade by *rules*, and time pass."""
        update = InstrumentUpdated(self.clock.now(), rules)
        changing = asyncio.create_task(self.rules.take(update))
        await self.clock.advance(seconds * SECOND)
        assert changing.done()
        self.feed.book()


def play(scene: Callable[[Scene], Awaitable[None]], *news: InstrumentUpdated) -> Scene:
    async def played() -> Scene:
        stage = Scene(*news)
        run = asyncio.create_task(stage.trade.run())
        await stage.clock.advance(SECOND)
        stage.feed.book()
        await scene(stage)
        run.cancel()
        await asyncio.wait([run])
        assert run.cancelled(), run.exception()
        return stage

    return asyncio.run(played())


@pytest.mark.parametrize("rules", [COARSE, FINE])
def test_what_is_bought_after_it_is_what_was_wanted(rules: Instrument) -> None:
    owned: list[Decimal] = []

    async def scene(s: Scene) -> None:
        await s.want("101", "0.1", TimeInForce.IOC)
        await s.change(rules)
        await s.want("101", "0.2", TimeInForce.IOC)
        owned.extend([await s.owned(BTC), await s.owned(USDT)])

    stage = play(scene)

    assert (stage.known, stage.feed.grid) == (rules, rules)
    assert owned == [Decimal("10.3"), 10_000 - Decimal("30.3")]
    assert stage.position == Decimal("0.3")


def test_what_works_is_canceled_first_though_it_does_not_fit() -> None:
    async def scene(s: Scene) -> None:
        await s.want("99.9", "0.101")
        assert len(s.engine.state.orders) == 1
        await s.change(COARSE)

    stage = play(scene)

    assert (stage.known, len(stage.engine.state.orders)) == (COARSE, 0)
    assert stage.scope is TradingState.ACTIVE
    assert [(a.severity, a.code) for a in stage.alerts] == [(Severity.INFO, "NEW_RULES")]
    assert "tick 0.1, lot 0.001" in stage.alerts[0].text


def test_a_position_that_does_not_fit_leaves_all_by_the_old_rules() -> None:
    async def scene(s: Scene) -> None:
        await s.want("101", "0.101", TimeInForce.IOC)
        await s.change(COARSE)
        await s.want("101", "0.1", TimeInForce.IOC)

    stage = play(scene)

    assert (stage.known, stage.feed.grid) == (OLD, OLD)
    assert stage.position == Decimal("0.201")
    assert (Severity.WARNING, "NEW_RULES") in [(a.severity, a.code) for a in stage.alerts]


def test_what_does_not_come_to_rest_goes_on_by_the_old_rules() -> None:
    async def scene(s: Scene) -> None:
        await s.want("99.9", "0.1")
        s.venue.deaf = True
        await s.change(COARSE, seconds=6)

    stage = play(scene)

    assert (stage.known, stage.feed.grid) == (OLD, OLD)
    assert stage.scope is TradingState.ACTIVE
    assert stage.alerts[-1].severity is Severity.WARNING


def test_nothing_leaves_while_it_comes_to_rest() -> None:
    async def scene(s: Scene) -> None:
        await s.want("99.9", "0.1")
        s.venue.deaf = True
        changing = asyncio.create_task(s.rules.take(InstrumentUpdated(s.clock.now(), COARSE)))
        await s.clock.advance(MILLISECOND)
        await s.want("101", "0.1", TimeInForce.IOC)
        assert s.position == 0
        await s.clock.advance(6 * SECOND)
        assert changing.done()

    play(scene)


@pytest.mark.parametrize("is_before", [True, False])
def test_a_person_who_halts_it_is_heeded(is_before: bool) -> None:
    def halt(s: Scene) -> None:
        order = OperatorOrder(s.clock.now(), OperatorAction.HALT, SCOPE, "news", "ann")
        s.trade.deliver(order)

    async def scene(s: Scene) -> None:
        await s.want("99.9", "0.1")
        if is_before:
            halt(s)
        changing = asyncio.create_task(s.rules.take(InstrumentUpdated(s.clock.now(), COARSE)))
        await s.clock.advance(MILLISECOND)
        if not is_before:
            halt(s)
        await s.clock.advance(SECOND)
        assert changing.done()

    stage = play(scene)

    assert stage.known == COARSE
    assert stage.scope is TradingState.HALTED


def test_rules_that_changed_between_two_starts_are_followed_by_all() -> None:
    owned: list[Decimal] = []

    async def scene(s: Scene) -> None:
        await s.want("101", "0.1", TimeInForce.IOC)
        owned.append(await s.owned(BTC))

    stage = play(scene, InstrumentUpdated(make.START, COARSE))

    assert (stage.known, stage.feed.grid) == (COARSE, COARSE)
    assert (owned, stage.position) == ([Decimal("10.1")], Decimal("0.1"))
