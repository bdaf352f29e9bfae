"""A session beside its backtest: what is planted is found, and nothing else."""

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

import attrs
import pytest

from graphwiz_trader.application.backtest import instruments_of
from graphwiz_trader.application.funding import endowment, reporting_of
from graphwiz_trader.application.live_run import PAPER, live_engine
from graphwiz_trader.application.market import NEVER, Message, TapeMarket
from graphwiz_trader.application.parity import Parity
from graphwiz_trader.application.report import ReportBuilder
from graphwiz_trader.application.simulate import Simulation
from graphwiz_trader.bootstrap.assembly import engine_of, strategies_of
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.errors import ConfigError, DataError
from graphwiz_trader.domain.events import (
    AccountAgrees,
    AccountDown,
    Event,
    MarketEvent,
    RunStarted,
    VenueCost,
)
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.parity import Cause, EngineParity, SessionParity
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.recorded import recorded_venues
from graphwiz_trader.testing.runs import MemoryRuns
from graphwiz_trader.testing.tape import MemoryTapes
from tests.parity.versus import SPOT, market
from tests.stories.wiring import FREE, TWO, Desk, settings_of, two_venues

TOLD_AT_ONCE, TOLD_LATE = 4, 3
"""Markets whose messages all take equally long to us, and some longer than others."""

MAKING = "hft.strategies.market_making"
QUOTES = (
    f"{MAKING}.order_qty=0.05",
    f"{MAKING}.max_quotes=10",
    f"{MAKING}.gamma=0.01",
    f"{MAKING}.fill_decay=200",
    f"{MAKING}.maker_fee_bps=-0.1",
    f"{MAKING}.keep_bps=0",
    f"{MAKING}.min_interval_ms=0",
    f"{MAKING}.sigma_grid_ms=100",
    f"{MAKING}.warmup=1",
    "hft.risk.max_orders_per_second=4000",
    "hft.risk.max_identical_orders_per_second=1000",
    "hft.risk.max_exposure=1000000",
    "hft.risk.circuit_breaker_threshold=-1",
    "hft.risk.max_drawdown_pct=100",
    "backtest.latency_ms=5",
    "backtest.fee_bps=0",
)


class AsFed:
    """Tapes as a feed gives them, one event at a time, and *told* among them."""

    def __init__(self, tapes: Sequence[Tape], told: Sequence[Event]) -> None:
        self._market = TapeMarket(tapes)
        self._told = list(told)
        self.first, self.last = self._market.first, self._market.last

    @property
    def ts(self) -> Nanos:
        told = self._told[0].ts if self._told else NEVER
        return min(self._market.ts, told)

    def pop(self) -> Message:
        if self._told and self._told[0].ts <= self._market.ts:
            return cast("MarketEvent", self._told.pop(0)), -1, 0
        event, _, _ = self._market.pop()
        return evolve(event, more=False), -1, 0


class Home:
    """One recorded session, and what its parity is."""

    def __init__(self) -> None:
        self.runs = MemoryRuns()

    def record(
        self,
        lived: Settings,
        kept: Settings,
        told: Sequence[Event] = (),
        seed: int = TOLD_AT_ONCE,
    ) -> RunId:
        """
        Trade on paper under *lived*, and journal *kept* as the settings.

        On paper, because these books do not show what we sent, as a real venue's would.
        """
        tapes = (market(seed, SPOT),)
        instruments = instruments_of(tapes)
        fed = AsFed(tapes, told)
        folder = self.runs.create(PAPER)
        way = Nanos(int(lived.backtest.latency_ms * MILLISECOND))
        costs = tuple(VenueCost(i.venue, lived.backtest.fee_bps, way) for i in instruments)
        started = RunStarted(
            fed.first, folder.run, PAPER, "a7", 1, 0, canonical(kept), "0", (), instruments, costs
        )
        balances = endowment(lived, instruments, fed.first)
        # A paper venue lives on the feed as it comes.
        met = [attrs.evolve(tape, ts_venue=tape.ts) for tape in tapes]
        venues = recorded_venues(met, balances, lived.backtest)
        engine = live_engine(engine_of, kept, started)
        report = ReportBuilder(engine.state, reporting_of(kept, instruments))
        session = Simulation(engine, venues, fed, folder, started, balances, report)
        session.run(fed.first, fed.last, lambda _: None)
        return folder.run

    def parity(self, run: RunId) -> SessionParity:
        """Return what `graphwiz parity` finds."""
        found = use_case(MemoryTapes(), self.runs).of(run, lambda _: None)
        assert isinstance(found, SessionParity)
        return found


def use_case(tapes: MemoryTapes, runs: MemoryRuns) -> Parity:
    return Parity(tapes, runs, engine_of, lambda t, a: restored(t, a).settings, strategies_of)


def causes(found: SessionParity) -> set[Cause]:
    return {each.cause for each in found.differences}


def moved(found: SessionParity) -> set[Cause]:
    return {cause for cause, part in found.parts.items() if part}


def test_a_session_at_venues_like_the_models_is_its_own_backtest() -> None:
    home, settings = Home(), settings_of(*QUOTES)

    found = home.parity(home.record(settings, settings))

    assert found.session.fills > 10
    assert (found.differences, moved(found), found.unexplained) == ((), set(), None)
    assert found.matched == found.session.orders == found.backtest.orders


def test_a_paper_session_is_run_again_at_venues_that_live_on_its_feed() -> None:
    home, settings = Home(), settings_of(*QUOTES)

    found = home.parity(home.record(settings, settings, seed=TOLD_LATE))

    feed = market(TOLD_LATE, SPOT)
    assert len(set((feed.ts - feed.ts_venue).tolist())) > 1
    assert found.session.fills > 10
    assert found.rungs[0].net == found.rungs[1].net == found.rungs[2].net
    assert moved(found) == {Cause.LATENCY}


PLANTED = {
    Cause.LATENCY: "backtest.latency_ms=60",
    Cause.FEES: "backtest.fee_bps=3",
    Cause.QUEUE: "backtest.queue=log",
}
"""What venues did otherwise than the settings say."""


@pytest.mark.parametrize("cause", PLANTED, ids=lambda cause: cause.value)
def test_what_the_venues_did_otherwise_is_the_only_cause(cause: Cause) -> None:
    home, kept = Home(), settings_of(*QUOTES)
    lived = settings_of(*QUOTES, PLANTED[cause])

    found = home.parity(home.record(lived, kept))

    assert causes(found) == moved(found) == {cause}
    assert sum(found.parts.values()) == found.backtest.net - found.session.net
    assert found.unexplained is None


def test_orders_that_were_not_sent_while_the_account_was_closed_are_missing_data() -> None:
    home, settings = Home(), settings_of(*QUOTES)
    first = TapeMarket((market(TOLD_AT_ONCE, SPOT),)).first
    told = (
        AccountDown(Nanos(first + SECOND), SPOT.venue, "a test"),
        AccountAgrees(Nanos(first + 3 * SECOND), SPOT.venue),
    )

    found = home.parity(home.record(settings, settings, told))

    assert causes(found) == moved(found) == {Cause.MISSING_DATA}
    assert found.unexplained is None


def test_a_decision_that_nothing_explains_is_named() -> None:
    home, kept = Home(), settings_of(*QUOTES)
    run = home.record(kept, kept)
    journal = home.runs.folders[run].kept
    entries = list(journal.entries())
    forged = MemoryRuns()
    folder = forged.create(PAPER)
    for entry in entries:
        commands = entry.outcome.commands if entry.outcome.seq != ordering(entries) else ()
        folder.kept.append(Entry(entry.event, evolve(entry.outcome, commands=commands)))

    found = use_case(MemoryTapes(), forged).of(folder.run, lambda _: None)

    assert isinstance(found, SessionParity)
    assert not found.is_clean
    assert found.unexplained is not None


def ordering(entries: Sequence[Entry]) -> int:
    """Return the first step that sent an order."""
    return next(e.outcome.seq for e in entries if e.outcome.commands)


def test_a_session_without_market_data_has_no_backtest() -> None:
    home, settings = Home(), settings_of(*QUOTES)
    run = home.record(settings, settings)
    bare = MemoryRuns()
    folder = bare.create(PAPER)
    folder.kept.append(next(iter(home.runs.reader(run).entries())))

    with pytest.raises(DataError, match="no market data"):
        use_case(MemoryTapes(), bare).of(folder.run, lambda _: None)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_backtest_is_the_same_by_either_engine(engine: str) -> None:
    desk = Desk()
    desk.keep(market(3, SPOT))
    done = desk.backtest([f"{SPOT.venue}.tape"], *QUOTES, f"backtest.engine={engine}")

    found = use_case(desk.tapes, desk.runs).of(done.run, lambda _: None)

    assert isinstance(found, EngineParity)
    assert (found.recorded, found.differences, found.is_clean) == (engine, (), True)
    assert found.fills[0] == found.fills[1] == done.simulated.fills > 10
    assert abs(found.net[0] - done.simulated.report.pnl.net) <= Decimal("1e-9")


def test_a_backtest_that_the_other_engine_ends_otherwise_is_told() -> None:
    desk = Desk()
    desk.keep(market(3, SPOT))
    done = desk.backtest([f"{SPOT.venue}.tape"], *QUOTES)
    journal = desk.runs.folders[done.run].kept
    forged = MemoryRuns()
    folder = forged.create("backtest")
    cut = ordering(list(journal.entries()))
    for entry in journal.entries():
        commands = () if entry.outcome.seq == cut else entry.outcome.commands
        folder.kept.append(Entry(entry.event, evolve(entry.outcome, commands=commands)))

    found = use_case(desk.tapes, forged).of(folder.run, lambda _: None)

    assert isinstance(found, EngineParity)
    assert not found.is_clean
    assert found.count >= len(found.differences) > 0


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_backtest_is_the_same_with_a_reader_ahead_of_the_engine(engine: str) -> None:
    desk = two_venues()
    done = desk.backtest(TWO, *FREE, f"backtest.engine={engine}")

    found = use_case(desk.tapes, desk.runs).of(done.run, lambda _: None)

    assert isinstance(found, EngineParity)
    assert (found.recorded, found.differences, found.is_clean) == (engine, (), True)
    assert found.fills[0] == found.fills[1] == done.simulated.fills > 0


def test_a_strategy_without_a_kernel_has_no_twin() -> None:
    desk = Desk()
    desk.keep(market(3, SPOT))
    done = desk.backtest([f"{SPOT.venue}.tape"], "backtest.latency_model=jittered")

    with pytest.raises(ConfigError, match="without a compiled twin"):
        use_case(desk.tapes, desk.runs).of(done.run, lambda _: None)
