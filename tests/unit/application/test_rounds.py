"""Sequential rounds live: whatever befalls a leg, nothing stays owed and nothing is sent twice."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import OperatorAction
from graphwiz_trader.domain.facts import GroupState, SignalApproved, TradeClosed, TradingState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Asset,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Venue,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.testing import make
from graphwiz_trader.testing.faulty_venue import Fault
from tests.unit.application.live_floor import Crash, Floor

MS = MILLISECOND
ALPHA = Venue("alpha")
BTC = make.instrument("BTC/USDT@alpha", tick="1", lot="0.00001", min_notional="5")
MID = make.instrument("ETH/BTC@alpha", tick="0.00001", lot="0.0001")
ETH = make.instrument("ETH/USDT@alpha", tick="1", lot="0.0001", min_notional="5")
USDT = Asset("USDT")
PUPPET = StrategyId("puppet")
SHOWN = {BTC.id: ("59990", "60000"), MID.id: ("0.04990", "0.05000"), ETH.id: ("3020", "3030")}
LEGS = (
    Leg(BTC.id, Side.BUY, BTC.ticks("60000"), BTC.lots("0.00201")),
    Leg(MID.id, Side.BUY, MID.ticks("0.05000"), MID.lots("0.04")),
    Leg(ETH.id, Side.SELL, ETH.ticks("3020"), ETH.lots("0.04")),
)


class Crowd:
    """Quotes once, at the start, with *asked* lots of BTC to be had."""

    def __init__(self, instruments: Sequence[Instrument], asked: int) -> None:
        self.instruments = instruments
        self.asked = Lots(asked)
        self.is_there = False

    def next_ts(self) -> Nanos | None:
        return None if self.is_there else make.START

    def act(self, exchange: Exchange) -> None:
        self.is_there = True
        for of in self.instruments:
            bid, ask = (of.ticks(price) for price in SHOWN[of.id])
            lots = self.asked if of is BTC else Lots(100_000)
            exchange.join(f"asks {of.id}", of.id, Side.SELL, ask, lots)
            exchange.join(f"bids {of.id}", of.id, Side.BUY, bid, Lots(100_000))


class Puppet:
    """Says what the test wants when it is asked; its plan outlives it, as a rule would."""

    def __init__(self, plan: dict[int, tuple[Opinion, ...]]) -> None:
        self.id = PUPPET
        self.instruments: tuple[InstrumentId, ...] = (BTC.id, MID.id, ETH.id)
        self.plan = plan
        self.asked = 0

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        self.asked += 1
        return self.plan.get(self.asked, ())


class Scene:
    """One quiet venue where a round pays 40 bps, and 500 USDT at it."""

    def __init__(self, asked: int = 100_000) -> None:
        terms = Terms(entry=Nanos(2 * MS), response=Nanos(3 * MS))
        of = (BTC, MID, ETH)
        exchange = Exchange(of, {USDT: Decimal(500)}, make.START, terms, Crowd(of, asked))
        self.plan: dict[int, tuple[Opinion, ...]] = {}
        self.puppet = Puppet(self.plan)
        self.floor = Floor([exchange], self._puppets, Chance(1), make.START)
        self.venue = self.floor.venues[ALPHA]

    def _puppets(self) -> Sequence[Puppet]:
        self.puppet = Puppet(self.plan)
        return (self.puppet,)

    async def want(self) -> None:
        """Let the strategy want the round now."""
        expires = Nanos(self.floor.clock.now() + SECOND)
        signal = Signal(PUPPET, SignalKind.TAKE, LEGS, 1.0, expires, sequential=True)
        self.plan[self.puppet.asked + 1] = (signal,)
        try:
            self.refresh()
        except Crash:
            await self.floor.crash()

    async def live(self, seconds: int) -> None:
        """Let time pass with fresh books."""
        for _ in range(seconds * 20):
            await self.floor.pass_time(50 * MS)
            if self.floor.feeds[ALPHA].deliver is not None:
                try:
                    self.refresh()
                except Crash:
                    await self.floor.crash()

    def refresh(self) -> None:
        feed = self.floor.feeds[ALPHA]
        for of in (BTC, MID, ETH):
            snapshot = feed.exchange.snapshot(of.id)
            feed.tell(evolve(snapshot, ts=self.floor.clock.now(), more=of is not ETH))

    @property
    def sent(self) -> list[SubmitOrder]:
        """What reached the venue, or was lost on the way."""
        return [command for command in self.venue.sent if isinstance(command, SubmitOrder)]

    @property
    def state(self) -> GroupState:
        """What became of the only group."""
        (state,) = self.floor.oracle.groups.values()
        return state

    def told(self, kind: type) -> list[object]:
        entries = self.floor.journal.entries()
        return [fact for entry in entries for fact in entry.outcome.facts if isinstance(fact, kind)]

    def owned(self, asset: str) -> Decimal:
        return self.floor.engine.state.accounts[ALPHA].total.get(Asset(asset), Decimal(0))


def play(scene: Callable[[Scene], Awaitable[None]], asked: int = 100_000) -> None:
    async def played() -> None:
        stage = Scene(asked)
        stage.floor.begin()
        await stage.live(2)
        try:
            await scene(stage)
        finally:
            await stage.floor.abandon()

    asyncio.run(played())


def test_one_asset_goes_round_and_comes_back_as_more() -> None:
    async def scene(s: Scene) -> None:
        await s.want()
        await s.live(1)
        assert [order.instrument for order in s.sent] == [BTC.id, MID.id, ETH.id]
        assert s.state is GroupState.DONE
        assert s.owned("USDT") > 500
        assert s.owned("BTC") < BTC.lot_size * 2
        assert s.owned("ETH") < ETH.lot_size

    play(scene)


def test_half_of_the_first_leg_goes_round_as_half() -> None:
    async def scene(s: Scene) -> None:
        await s.want()
        await s.live(1)
        first, second, third = s.sent
        assert (first.order_qty, s.state) == (201, GroupState.DONE)
        assert second.order_qty == third.order_qty
        assert 0.9 < second.order_qty / 199.9 <= 1
        assert s.owned("USDT") > 500

    play(scene, asked=100)


def test_a_leg_whose_answer_is_lost_is_waited_for_and_the_next_one_follows() -> None:
    async def scene(s: Scene) -> None:
        s.venue.script.extend((Fault.NONE, Fault.UNANSWERED))
        await s.want()
        await s.floor.pass_time(400 * MS)
        assert len(s.sent) == 2
        await s.live(5)
        assert [order.instrument for order in s.sent] == [BTC.id, MID.id, ETH.id]
        assert s.state is GroupState.DONE

    play(scene)


def test_a_leg_that_is_lost_is_sent_anew_once_proven_absent_or_all_halts() -> None:
    async def scene(s: Scene) -> None:
        s.venue.script.extend((Fault.NONE, Fault.LOST))
        await s.want()
        await s.live(12)
        if s.state is GroupState.STUCK:
            assert s.floor.state_at("alpha") is TradingState.HALTED
            s.floor.operate(OperatorAction.RESUME)
            await s.live(5)
        assert s.state in (GroupState.DONE, GroupState.UNWOUND)
        assert not s.floor.engine.state.debts

    play(scene)


@pytest.mark.parametrize("after", range(1, 16))
def test_killed_at_any_entry_of_a_round_it_goes_on_or_back(after: int) -> None:
    async def scene(s: Scene) -> None:
        s.floor.journal.dies_after = s.floor.journal.seq + after
        await s.want()
        await s.live(12)
        assert s.floor.crashes <= 1
        assert not s.floor.engine.state.debts
        if s.told(SignalApproved):
            assert s.state in (GroupState.DONE, GroupState.UNWOUND, GroupState.MISSED)
        assert s.owned("BTC") < BTC.lot_size * 10
        assert s.owned("ETH") < ETH.lot_size * 20
        sent = [order.cl_ord_id for order in s.sent]
        assert len(sent) == len(set(sent))

    play(scene)


def test_what_a_round_earned_is_told_as_one_trade() -> None:
    async def scene(s: Scene) -> None:
        await s.want()
        await s.live(1)
        (closed,) = s.told(TradeClosed)
        assert isinstance(closed, TradeClosed)
        assert closed.pnl == s.owned("USDT") - 500

    play(scene)
