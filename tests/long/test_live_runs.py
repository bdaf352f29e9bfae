"""
Random live runs in virtual time: market, orders, faults, crashes, a person; nothing is lost.

A run is a function of its seed: `GRAPHWIZ_SEED=N pytest tests/long/test_live_runs.py` plays run N
again, and with GRAPHWIZ_LONG=1 the short run N killed at each of its entries.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.application.recovery import recover
from graphwiz_trader.domain.errors import JournalError
from graphwiz_trader.domain.events import BookUpdate, OperatorAction
from graphwiz_trader.domain.facts import GroupState, TradingState
from graphwiz_trader.domain.orders import OrdStatus, TimeInForce
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
    Ticks,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.digest import state_bytes
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.crowd import CrowdSettings
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.simulation.market import (
    LISTINGS,
    Listing,
    MarketSettings,
    build_market,
    default_venues,
)
from graphwiz_trader.testing.faulty_venue import Odds
from tests.unit.application.live_floor import Crash, Floor

RUNS = 2_000
START = Nanos(1_767_225_600 * SECOND)
MS = MILLISECOND
ODDS = Odds(lost=0.05, unanswered=0.05, duplicate=0.1, late=0.15, no_answer=0.1)
CALM = Odds()
HEDGED = 5 * SECOND
"""Twice the time a group may take to hedge, and a second."""


class Gambler:
    """Wants something at random: quotes, takes on one or both venues, exits."""

    def __init__(self, instruments: Sequence[InstrumentId], seed: int) -> None:
        self.id = StrategyId("gambler")
        self.instruments = tuple(instruments)
        self._chance = Chance(seed).split("gambler")

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        if not isinstance(event, BookUpdate) or not view.books[event.instrument].is_two_sided:
            return ()
        draw, name = self._chance.unit(), event.instrument
        if draw < 0.10:
            return (self._quote(name, view),)
        if draw < 0.16:
            return (self._both(view),)
        if draw < 0.20:
            side = self._chance.choice((Side.BUY, Side.SELL))
            return (self._signal(SignalKind.TAKE, (self._taker(name, side, view),), view),)
        if draw < 0.24 and view.own(self.id, name):
            return (self._exit(name, view),)
        return ()

    def _signal(self, kind: SignalKind, legs: tuple[Leg, ...], view: View) -> Signal:
        return Signal(self.id, kind, legs, 1.0, Nanos(view.now + 500 * MS))

    def _quote(self, name: InstrumentId, view: View) -> Signal:
        book, away = view.books[name], 1 + self._chance.below(500)
        legs = tuple(
            Leg(name, side, Ticks(touch - side * away), self._lots(), TimeInForce.GTC, True)
            for side, touch in ((Side.BUY, book.bid), (Side.SELL, book.ask))
            if touch is not None
        )
        return self._signal(SignalKind.QUOTE, legs, view)

    def _both(self, view: View) -> Signal:
        sides = self._chance.choice(((Side.BUY, Side.SELL), (Side.SELL, Side.BUY)))
        qty = self._lots()
        legs = [
            self._taker(name, side, view, qty)
            for name, side in zip(self.instruments, sides, strict=True)
        ]
        return self._signal(SignalKind.TAKE, tuple(legs), view)

    def _exit(self, name: InstrumentId, view: View) -> Signal:
        held = view.own(self.id, name)
        side = Side.SELL if held > 0 else Side.BUY
        leg = self._taker(name, side, view, Lots(abs(held)))
        return self._signal(SignalKind.EXIT, (leg,), view)

    def _taker(self, name: InstrumentId, side: Side, view: View, qty: Lots | None = None) -> Leg:
        book = view.books[name]
        touch = (book.ask if side is Side.BUY else book.bid) or Ticks(6_000_000)
        price = Ticks(touch + side * self._chance.below(200))
        return Leg(name, side, price, qty or self._lots(), TimeInForce.IOC)

    def _lots(self) -> Lots:
        return Lots(50 + self._chance.below(1_000))


class Traveler:
    """Sends a little money round three books of one venue now and then, leg after leg."""

    def __init__(self, instruments: Sequence[InstrumentId], seed: int) -> None:
        self.id = StrategyId("traveler")
        self.instruments = tuple(instruments)
        self._chance = Chance(seed).split("traveler")

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        books = [view.books[name] for name in self.instruments]
        if not isinstance(event, BookUpdate) or self._chance.unit() > 0.12:
            return ()
        if not all(book.is_usable for book in books):
            return ()
        btc, eth, cross = self.instruments
        eths = Lots(60 + self._chance.below(200))
        btcs = Lots(eths // 2 + self._chance.below(20))
        there = ((btc, Side.BUY, btcs), (cross, Side.BUY, eths), (eth, Side.SELL, eths))
        back = ((eth, Side.BUY, eths), (cross, Side.SELL, eths), (btc, Side.SELL, btcs))
        legs = tuple(self._leg(*leg, view) for leg in self._chance.choice((there, back)))
        expires = Nanos(view.now + 500 * MS)
        return (Signal(self.id, SignalKind.TAKE, legs, 1.0, expires, sequential=True),)

    def _leg(self, name: InstrumentId, side: Side, qty: Lots, view: View) -> Leg:
        book = view.books[name]
        touch = (book.ask if side is Side.BUY else book.bid) or Ticks(1)
        away = touch * self._chance.below(20) // 10_000
        return Leg(name, side, Ticks(touch + side * away), qty, TimeInForce.IOC)


def exchanges(
    seed: int, listings: Sequence[Listing] = LISTINGS[:1], btc: str = "0.3"
) -> tuple[Exchange, ...]:
    terms = Terms(entry=Nanos(4 * MS), response=Nanos(6 * MS), publish_every=Nanos(100 * MS))
    crowd = CrowdSettings(
        makers=1,
        levels=3,
        quotes_per_s=6.0,
        takes_per_s=3.0,
        level_notional=400.0,
        take_notional=300.0,
    )
    settings = MarketSettings(listings=tuple(listings), crowd=crowd)
    balances = {Asset("USDT"): Decimal(20_000), Asset("BTC"): Decimal(btc)}
    return build_market(seed, default_venues(terms)[:2], START, balances, settings)


def floor_of(seed: int) -> Floor:
    markets = exchanges(seed)
    names = [name for market in markets for name in market.floor.books]
    return Floor(markets, lambda: [Gambler(names, seed)], Chance(seed), START)


def rounds_of(seed: int) -> Floor:
    """
    A floor with rounds on its second venue, where BTC is there beforehand or is not.

    Every other pair of seeds has a spread on BTC/USDT that makes going on cheaper than going back.
    """
    wide = evolve(LISTINGS[0], tick_size=Decimal(300))
    listings = (wide if seed % 4 > 1 else LISTINGS[0], *LISTINGS[1:])
    markets = exchanges(seed, listings, "0.3" if seed % 2 else "0")
    first, second = (tuple(market.floor.books) for market in markets)
    names = [first[0], second[0]]
    return Floor(
        markets, lambda: [Gambler(names, seed), Traveler(second, seed)], Chance(seed), START
    )


async def disturb(floor: Floor, chance: Chance) -> None:
    """Let one more thing go wrong, or let it be mended."""
    venue = chance.choice(tuple(floor.venues.values()))
    draw = chance.unit()
    if draw < 0.10:
        venue.break_stream()
    elif draw < 0.25:
        venue.mend_stream()
    elif draw < 0.30:
        await floor.crash()
    elif draw < 0.35:
        floor.journal.dies_after = floor.journal.seq + 1 + chance.below(40)
    elif draw < 0.40:
        floor.journal.dies_before = floor.journal.seq + 1 + chance.below(40)
    elif draw < 0.44:
        floor.operate(OperatorAction.HALT)
    elif draw < 0.54:
        floor.operate(OperatorAction.RESUME)
        floor.operate(OperatorAction.RESUME)
    elif draw < 0.58:
        floor.operate(chance.choice((OperatorAction.CANCEL, OperatorAction.FLATTEN)))
    elif draw < 0.62:
        venue.forgets_for = Nanos(chance.below(1_500) * MS)


async def live(seed: int, of: Callable[[int], Floor] = floor_of) -> Floor:
    """Play one run to its end, checking on the way and at the end."""
    chance = Chance(seed).split("disturb")
    floor = of(seed)
    for venue in floor.venues.values():
        venue.odds = ODDS
    floor.begin()
    for _ in range(24):
        await floor.pass_time((50 + chance.below(500)) * MS)
        try:
            await disturb(floor, chance)
        except (Crash, JournalError):
            assert floor.journal.is_dead
            await floor.crash()
    await recovers(floor)
    ended = await floor.stop()
    assert ended.remaining == (), f"I15 {ended.remaining}"
    assert not any(exchange.working() for exchange in floor.exchanges.values()), "I15"
    agrees(floor)
    return floor


async def recovers(floor: Floor) -> None:
    """Once faults are over every doubt ends and every account opens."""
    floor.journal.dies_after = floor.journal.dies_before = None
    for venue in floor.venues.values():
        venue.odds = CALM
        venue.forgets_for = Nanos(0)
        venue.mend_stream()
    await floor.pass_time(0)  # an engine that is dead by now lives again, with all that time
    await floor.pass_time(30 * SECOND)
    state = floor.engine.state
    unknown = [o.cl_ord_id for o in state.orders if o.ord_status is OrdStatus.UNKNOWN]
    assert not unknown, f"I2 {unknown} are still UNKNOWN"
    for name in floor.exchanges:
        assert not state.is_blind(name), f"I3 {name} was not asked"
        assert state.scopes.get(f"account:{name}") is TradingState.ACTIVE, f"I3 {name}"
    for group, since in floor.oracle.owed.items():
        is_stuck = floor.oracle.groups[group] is GroupState.STUCK
        halted = state.scopes.get("") is TradingState.HALTED
        assert (is_stuck and halted) or floor.clock.now() - since < HEDGED, f"I7 {group}"


def agrees(floor: Floor) -> None:
    """Positions, balances and fills are the venues'; the journal leads to the same state."""
    assert floor.violations == []
    assert floor.auditor is not None
    assert floor.auditor.checks > 0
    state = floor.engine.state
    for name, exchange in floor.exchanges.items():
        fills = [fill for each in exchange.floor.books for fill in exchange.fills(each, Nanos(0))]
        keys = {(name, fill.exec_id) for fill in fills}
        booked = {key for key in floor.oracle.fills if key[0] == name}
        assert booked == keys, f"I3 {booked ^ keys}"
        for balance in exchange.balances():
            ours = state.accounts[name].total[balance.asset]
            assert abs(ours - balance.total) < Decimal("1e-8"), f"I4 {name} {balance.asset}"
    for cl_ord_id in floor.oracle.sent:
        order = state.orders.find(cl_ord_id)
        assert order is not None
        assert not order.is_live
    again = floor.new_engine()
    recover(floor.journal, again)
    assert state_bytes(again) == state_bytes(floor.engine), "I12"


async def killed(
    seed: int, at: int | None, *, before: bool, of: Callable[[int], Floor] = floor_of
) -> int:
    """Play one short run that dies at journal entry *at*; return how many entries it has."""
    floor = of(seed)
    for venue in floor.venues.values():
        venue.odds = ODDS
    if before:
        floor.journal.dies_before = at
    else:
        floor.journal.dies_after = at
    try:
        floor.begin()
        for _ in range(8):
            await floor.pass_time(250 * MS)
        entries = floor.journal.seq
        await recovers(floor)
        assert (await floor.stop()).remaining == (), "I15"
        agrees(floor)
    finally:
        await floor.abandon()
    return entries


def seeds(factor: float) -> range:
    only = os.environ.get("GRAPHWIZ_SEED")
    return range(int(only), int(only) + 1) if only else range(int(RUNS * factor))


@pytest.mark.long
def test_a_seed_plays_the_same_run_again() -> None:
    once, again = (asyncio.run(live(7)) for _ in range(2))

    assert once.journal.seq == again.journal.seq
    assert [e.outcome for e in once.journal.entries()] == [
        e.outcome for e in again.journal.entries()
    ]
    assert state_bytes(once.engine) == state_bytes(again.engine)


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_nothing_is_lost_whatever_happens(part: int, long_factor: float) -> None:
    for seed in seeds(long_factor):
        if seed % 20 == part:
            try:
                asyncio.run(live(seed))
            except BaseException as failure:
                failure.add_note(f"GRAPHWIZ_SEED={seed} plays this run again")
                raise


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_nothing_is_lost_on_the_way_round(part: int, long_factor: float) -> None:
    for seed in seeds(long_factor / 2):
        if seed % 20 == part:
            try:
                floor = asyncio.run(live(seed, rounds_of))
            except BaseException as failure:
                failure.add_note(f"GRAPHWIZ_SEED={seed} plays this run again")
                raise
            held = (a for v in floor.engine.state.accounts.values() for a in v.held.values())
            is_kept = bool(floor.engine.state.stuck)
            assert is_kept or not any(held), f"GRAPHWIZ_SEED={seed}: reserved for nothing"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_no_journal_write_is_a_bad_moment_to_die(seed: int, long_factor: float) -> None:
    dies_at_each_entry(seed, floor_of, long_factor)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_no_moment_of_a_round_is_a_bad_one_to_die(seed: int, long_factor: float) -> None:
    dies_at_each_entry(seed, rounds_of, long_factor)


def dies_at_each_entry(seed: int, of: Callable[[int], Floor], long_factor: float) -> None:
    if seed not in seeds(1.0):
        return
    entries = asyncio.run(killed(seed, None, before=True, of=of))
    step = max(1, round(1 / long_factor))
    for at in range(1 + seed % step, entries + 1, step):
        for before in (True, False):
            try:
                asyncio.run(killed(seed, at, before=before, of=of))
            except BaseException as failure:
                when = "before" if before else "after"
                failure.add_note(f"GRAPHWIZ_SEED={seed} plays it again, killed {when} entry {at}")
                raise
