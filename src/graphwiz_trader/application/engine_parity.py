"""EngineParity: a backtest by the reference engine beside the same by the compiled loop."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from graphwiz_trader.application.backtest import (
    COMPILED,
    REFERENCE,
    EngineMaker,
    StrategiesMaker,
    backtest_engine,
    can_be_skimmed,
    instruments_of,
)
from graphwiz_trader.application.compiled import (
    compiled_run,
    prices_of,
    rates_of,
    retold,
)
from graphwiz_trader.application.driver import Ahead, Driver
from graphwiz_trader.application.fates import Fates
from graphwiz_trader.application.funding import endowment, reporting_of
from graphwiz_trader.application.market import TapeMarket
from graphwiz_trader.application.obstacle import obstacle
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.application.report import ReportBuilder, read_report
from graphwiz_trader.application.retelling import Retelling
from graphwiz_trader.application.unrecorded import Forgetting, Onlooker, Unrecorded
from graphwiz_trader.domain.arithmetic import own_arithmetic
from graphwiz_trader.domain.errors import ConfigError, Problem, Stopped
from graphwiz_trader.domain.events import RunStarted, Shutdown
from graphwiz_trader.domain.fate import Fate
from graphwiz_trader.domain.parity import EngineParity
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.journal import JournalReader
from graphwiz_trader.simulation.recorded import recorded_venues

if TYPE_CHECKING:
    from graphwiz_trader.application.skimmed_market import SkimmedMarket

SHOWN = 20
"""How many differences are told in words."""

EXACT = Decimal("1e-9")
"""The relative error that the compiled loop's money may have: it counts in float64."""


class EngineTwins:
    """Runs the other engine over the tapes of one backtest; *settings* are its own."""

    def __init__(
        self,
        engines: EngineMaker,
        strategies: StrategiesMaker,
        settings: Settings,
        started: RunStarted,
        tapes: Sequence[Tape],
    ) -> None:
        self._engines = engines
        self._strategies = strategies
        self._settings = settings
        self._started = started
        self._tapes = tapes

    def compare(self, reader: JournalReader, progress: Callable[[float], None]) -> EngineParity:
        """
        Return both engines' word on it; that of the one that ran it is its journal, *reader*.

        Raises:
            ConfigError: it cannot be compiled; the message says why.
        """
        instruments = instruments_of(self._tapes)
        strategies = self._strategies(self._settings, instruments)
        can_skim = can_be_skimmed(strategies, self._tapes)
        has_steps = self._started.mode != COMPILED
        is_compiled = not has_steps or (can_skim and self._settings.backtest.engine == COMPILED)
        if not has_steps:
            compiled = self._compiled(strategies)
        elif is_compiled:
            compiled = self._read(reader)
        else:
            compiled = self._skimmed(progress) if can_skim else self._compiled(strategies)
        reference = self._plain(progress) if is_compiled else self._read(reader)
        progress(1.0)
        ours, theirs = (tuple(run.fates.orders.values()) for run in (reference, compiled))
        nets = reference.report.pnl.net, compiled.report.pnl.net
        found = tuple(_differences(ours, theirs, nets))
        return EngineParity(
            self._started.run,
            COMPILED if is_compiled else REFERENCE,
            (len(ours), len(theirs)),
            (_fills(ours), _fills(theirs)),
            nets,
            len(found),
            found[:SHOWN],
        )

    def _compiled(self, strategies: Sequence[Strategy]) -> Unrecorded:
        settings, tapes = self._settings, self._tapes
        instruments = instruments_of(tapes)
        why = obstacle(settings, tapes, strategies)
        if why is not None:
            raise _uncompiled(why)
        balances = endowment(settings, instruments, self._started.ts)
        try:
            run = compiled_run(settings, tapes, strategies[0], balances)
        except Stopped as error:
            raise _uncompiled(str(error)) from error
        fates = Fates()
        for ts, _, _, outcome in Retelling(run, strategies[0].id, *rates_of(settings)):
            fates.feed(outcome, ts)
        begun = evolve(self._started, mode=COMPILED)
        report = retold(run, settings, strategies[0], begun, balances, prices_of(settings, tapes))
        return Unrecorded(fates, report)

    def _read(self, reader: JournalReader) -> Unrecorded:
        instruments = instruments_of(self._tapes)
        reporting = reporting_of(self._settings, instruments)
        prices, fates = RebuiltPrices(instruments, self._tapes, reporting), Fates()
        report = read_report(
            reader,
            prices,
            ReportBuilder(prices, reporting),
            (lambda _, outcome, now: fates.feed(outcome, now),),
        )
        return Unrecorded(fates, report)

    def _plain(self, progress: Callable[[float], None]) -> Unrecorded:
        """Ask the engine of every message."""
        engine = backtest_engine(self._engines, self._settings, self._tapes)
        return self._driven(engine, TapeMarket(self._tapes), None, progress)

    def _skimmed(self, progress: Callable[[float], None]) -> Unrecorded:
        """Let a compiled reader leave out what the engine need not be asked about."""
        from graphwiz_trader.application.skim import Skim
        from graphwiz_trader.application.skimmed_market import SkimmedMarket

        engine = backtest_engine(self._engines, self._settings, self._tapes)
        market = SkimmedMarket(self._tapes)
        return self._driven(engine, market, Skim(engine, market), progress)

    def _driven(
        self,
        engine: Engine,
        market: "TapeMarket | SkimmedMarket",
        ahead: Ahead | None,
        progress: Callable[[float], None],
    ) -> Unrecorded:
        settings, tapes = self._settings, self._tapes
        instruments, start, end = instruments_of(tapes), market.first, market.last
        balances = endowment(settings, instruments, start)
        venues = recorded_venues(tapes, balances, settings.backtest)
        watch = Onlooker(ReportBuilder(engine.state, reporting_of(settings, instruments)))
        driver = Driver(engine, venues, market, Forgetting(), watch)
        driver.ahead = ahead
        with own_arithmetic():
            begun = evolve(self._started, mode="backtest")
            driver.play((begun, *balances), start, end, progress)
            driver.tell(Shutdown(end, "the run is over"))
        return watch.result()


def _differences(
    ours: Sequence[Fate], theirs: Sequence[Fate], nets: tuple[Decimal, Decimal]
) -> Iterator[str]:
    """Yield in words what is not the same."""
    for place in range(max(len(ours), len(theirs))):
        one = ours[place] if place < len(ours) else None
        other = theirs[place] if place < len(theirs) else None
        mine, yours = _told(one), _told(other)
        if mine != yours:
            yield f"order {place + 1}: reference {mine}, compiled {yours}"
    net, again = nets
    if abs(net - again) > EXACT * max(abs(net), abs(again), Decimal(1)):
        yield f"net: reference {net}, compiled {again}"


def _told(fate: Fate | None) -> str:
    if fate is None:
        return "nothing"
    fills = ", ".join(f"{qty} at {price} at {ts}" for ts, price, qty in fate.trades)
    return (
        f"{fate.side.name} {fate.qty} of {fate.instrument} at {fate.price}, decided at {fate.ts},"
        f" filled {fills or 'never'}"
    )


def _fills(orders: Sequence[Fate]) -> int:
    return sum(order.fills for order in orders)


def _uncompiled(why: str) -> ConfigError:
    found = f"a backtest without a compiled twin ({why})"
    return ConfigError([Problem("backtest.engine", found, "one that both engines can run")])
