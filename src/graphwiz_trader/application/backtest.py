"""Backtest: tapes through the very engine that trades live, against simulated venues."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from graphwiz_trader.application.bounding import (
    WORTH_COMPILING,
    Unkept,
    Way,
    alike,
    bound_by,
)
from graphwiz_trader.application.driver import Ahead, Market
from graphwiz_trader.application.funding import endowment, reporting_of
from graphwiz_trader.application.market import TapeMarket
from graphwiz_trader.application.recordings import moved, opened, proven
from graphwiz_trader.application.report import ReportBuilder
from graphwiz_trader.application.simulate import Progress, Simulated, Simulation
from graphwiz_trader.domain.bounds import Bounds
from graphwiz_trader.domain.errors import Stopped
from graphwiz_trader.domain.events import RunStarted, TapeRef
from graphwiz_trader.domain.ids import BACKTEST, ClOrdIds
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.lookout import Skimmable
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, RunId, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.runs import RunFolder, Runs
from graphwiz_trader.ports.tape import TapeStore
from graphwiz_trader.simulation.order_lines import demand_orders
from graphwiz_trader.simulation.queue import FIRST, LAST
from graphwiz_trader.simulation.recorded import recorded_venues

REFERENCE, COMPILED = "reference", "compiled"


class EngineMaker(Protocol):
    """Makes an engine from settings."""

    def __call__(
        self,
        settings: Settings,
        instruments: Sequence[Instrument],
        ids: ClOrdIds,
        taker_bps: Mapping[Venue, Decimal | None],
        latency: Mapping[Venue, Nanos],
    ) -> Engine:
        """Return an engine that trades *instruments* under *settings*."""


class StrategiesMaker(Protocol):
    """Makes the strategies of settings."""

    def __call__(self, settings: Settings, instruments: Sequence[Instrument]) -> Sequence[Strategy]:
        """Return the enabled strategies, which trade *instruments*."""


@value
class Backtested:
    """
    A finished backtest and where it left its folder.

    `notice` says why it was done by another engine than was asked for, empty if it was not;
    `bounds` are None where they were not asked for, or not found by the compiled loop.
    """

    run: RunId
    folder: RunFolder
    messages: int
    level_changes: int
    simulated: Simulated
    engine: str = REFERENCE
    notice: str = ""
    bounds: Bounds | None = None


class Backtest:
    """Runs settings over tapes; every run leaves a folder with its journal and its fills."""

    def __init__(
        self,
        tapes: TapeStore,
        runs: Runs,
        engines: EngineMaker,
        settings: Settings,
        text: str,
        version: str,
        strategies: StrategiesMaker | None = None,
    ) -> None:
        """*text* is *settings* as the journal keeps them; *strategies* is for compiled runs."""
        self._tapes = tapes
        self._runs = runs
        self._engines = engines
        self._settings = settings
        self._text = text
        self._version = version
        self._strategies = strategies

    def run(
        self,
        names: Sequence[str],
        offsets: Mapping[Venue, Decimal],
        seed: int,
        progress: Progress,
    ) -> Backtested:
        """
        Run over the tapes *names*; *offsets* are seconds to add to a venue's clock.

        Raises:
            DataError: a tape cannot be read, holds nothing, or not what the queue model needs.
            ClocksDisagree: two venues' clocks are seconds apart and no offset was given.
        """
        tapes = opened(self._tapes, names)
        refs = tuple(
            TapeRef(tape.name, tape.hash, _nanos(offsets.get(tape.instruments[0].venue)))
            for tape in tapes
        )
        proven(tapes, {venue: float(s) for venue, s in offsets.items()})
        tapes = tuple(moved(tape, ref.offset_ns) for tape, ref in zip(tapes, refs, strict=True))
        demand_orders(tapes, self._settings.backtest.queue)
        market = TapeMarket(tapes)
        folder = self._runs.create("bt")
        started = RunStarted(
            market.first, folder.run, "backtest", BACKTEST, 0, seed, self._text, self._version, refs
        )
        rows = sum(tape.header.level_changes for tape in tapes)
        what = (folder.run, folder, len(market), rows)
        found = self._compiled(tapes, folder, started, progress) if self._wants_compiled else ""
        if not isinstance(found, str):
            progress(1.0)
            done, bounds = found
            return Backtested(*what, done, COMPILED, bounds=bounds)
        way = self._way_to_bounds(tapes)
        whole = 3 if way is Way.AGAIN else 1
        simulated = self._simulation(tapes, market, folder, started).run(
            market.first, market.last, lambda share: progress(share / whole)
        )
        bounds = None if way is None else self._bounds(way, tapes, started, simulated)
        progress(1.0)
        return Backtested(*what, simulated, REFERENCE, found, bounds)

    @property
    def _wants_compiled(self) -> bool:
        return self._settings.backtest.engine == COMPILED

    def _compiled(
        self, tapes: Sequence[Tape], folder: RunFolder, started: RunStarted, progress: Progress
    ) -> tuple[Simulated, Bounds | None] | str:
        """Run compiled, or return why that is not possible."""
        from graphwiz_trader.application.compiled import bounds_of, compiled_run, told
        from graphwiz_trader.application.obstacle import obstacle

        settings, instruments = self._settings, instruments_of(tapes)
        strategies = self._made(instruments)
        if can_be_skimmed(strategies, tapes):
            return self._skimmed(tapes, folder, started, progress)
        why = obstacle(settings, tapes, strategies)
        if why is not None:
            return why
        balances = endowment(settings, instruments, started.ts)
        try:
            run = compiled_run(settings, tapes, strategies[0], balances)
        except Stopped as error:
            return str(error)
        done = told(run, settings, tapes, strategies[0], started, balances, folder)
        wanted = settings.backtest.bounds
        return done, bounds_of(settings, tapes, strategies[0], balances) if wanted else None

    def _skimmed(
        self, tapes: Sequence[Tape], folder: RunFolder, started: RunStarted, progress: Progress
    ) -> tuple[Simulated, Bounds | None]:
        """Run the engine with a compiled reader ahead of it."""
        from graphwiz_trader.application.skim import Skim
        from graphwiz_trader.application.skimmed_market import SkimmedMarket

        market = SkimmedMarket(tapes)
        simulation = self._simulation(tapes, market, folder, started, lambda e: Skim(e, market))
        done = simulation.run(market.first, market.last, progress)
        return done, alike(done) if self._settings.backtest.bounds else None

    def _made(self, instruments: Sequence[Instrument]) -> Sequence[Strategy]:
        return self._strategies(self._settings, instruments) if self._strategies else ()

    def _way_to_bounds(self, tapes: Sequence[Tape]) -> Way | None:
        settings = self._settings
        if not settings.backtest.bounds:
            return None
        strategies = self._made(instruments_of(tapes))
        if strategies and all(isinstance(strategy, Skimmable) for strategy in strategies):
            return Way.ALIKE
        if sum(len(tape) for tape in tapes) < WORTH_COMPILING:
            return Way.AGAIN
        from graphwiz_trader.application.obstacle import obstacle

        why = obstacle(settings, tapes, strategies)
        return Way.COMPILED if why is None else Way.AGAIN

    def _bounds(
        self, way: Way, tapes: Sequence[Tape], started: RunStarted, done: Simulated
    ) -> Bounds | None:
        """Return what a run of the reference engine lies between."""
        if way is Way.ALIKE:
            return alike(done)
        settings, instruments = self._settings, instruments_of(tapes)
        if way is Way.COMPILED:
            from graphwiz_trader.application.compiled import bounds_of

            (strategy,) = self._made(instruments)
            balances = endowment(settings, instruments, started.ts)
            return bounds_of(settings, tapes, strategy, balances)
        found = []
        for queue in (LAST, FIRST):
            market, folder = TapeMarket(tapes), Unkept(started.run)
            again = self._simulation(tapes, market, folder, started, queue=queue)
            found.append(bound_by(again.run(market.first, market.last, lambda _: None)))
        return Bounds(*found)

    def _simulation(
        self,
        tapes: Sequence[Tape],
        market: Market,
        folder: RunFolder,
        started: RunStarted,
        reader: Callable[[Engine], Ahead] | None = None,
        queue: str | None = None,
    ) -> Simulation:
        settings = self._settings
        instruments = instruments_of(tapes)
        engine = backtest_engine(self._engines, settings, tapes)
        balances = endowment(settings, instruments, started.ts)
        venues = recorded_venues(tapes, balances, settings.backtest, queue)
        report = ReportBuilder(engine.state, reporting_of(settings, instruments))
        ahead = None if reader is None else reader(engine)
        return Simulation(engine, venues, market, folder, started, balances, report, ahead)


def can_be_skimmed(strategies: Sequence[Strategy], tapes: Sequence[Tape]) -> bool:
    """Return whether a compiled reader can tell where none of *strategies* would do anything."""
    names = [instrument.id for tape in tapes for instrument in tape.instruments]
    waits = all(isinstance(strategy, Skimmable) for strategy in strategies)
    return bool(strategies) and waits and len(set(names)) == len(names)


def backtest_engine(engines: EngineMaker, settings: Settings, tapes: Sequence[Tape]) -> Engine:
    """Return the engine a backtest of *tapes* runs, and a replay of it runs again."""
    instruments = instruments_of(tapes)
    venues = dict.fromkeys(i.venue for i in instruments)
    fee = settings.backtest.fee_bps
    latency = Nanos(int(settings.backtest.latency_ms * MILLISECOND))
    return engines(
        settings,
        instruments,
        ClOrdIds(BACKTEST, 0),
        dict.fromkeys(venues, fee),
        dict.fromkeys(venues, latency),
    )


def instruments_of(tapes: Sequence[Tape]) -> tuple[Instrument, ...]:
    """Return every instrument of *tapes* once, in their order."""
    found = {i.id: i for tape in tapes for i in tape.instruments}
    return tuple(found.values())


def _nanos(seconds: Decimal | None) -> Nanos:
    return Nanos(int(seconds * SECOND)) if seconds is not None else Nanos(0)
