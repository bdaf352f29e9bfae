"""Engine: how many messages a second the reference backtest takes, journal included."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from graphwiz_trader.adapters.files.journal import BACKTEST, FileJournal
from graphwiz_trader.application.driver import Driver
from graphwiz_trader.application.market import NEVER, TapeMarket
from graphwiz_trader.domain.events import BalanceReport, Event
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.ids import BACKTEST as INSTALLATION
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.settings import BacktestSettings, RiskSettings
from graphwiz_trader.domain.strategy import Opinion, Strategy, View, Wakeup
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import InstrumentId, Nanos, RunId, StrategyId
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.spec import EngineSpec
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT, generated_tape
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.simulation.recorded import recorded_venues

TARGET = 150_000.0
PEER = "nautilus_trader 145 k msg/s"


class _Idle:
    """Looks at every book and does nothing."""

    def __init__(self, instrument: InstrumentId) -> None:
        self.id = StrategyId("idle")
        self.instruments = (instrument,)

    def on_event(self, event: Wakeup, view: View) -> tuple[Opinion, ...]:  # noqa: ARG002 # it is idle
        return ()


class _Unwatched:
    """Nobody follows the run."""

    due = NEVER

    def advance(self, now: Nanos) -> None:
        """Take no note."""

    def feed(self, event: Event, outcome: Outcome) -> None:
        """Take no note."""


def engine_rows(messages: int) -> list[Row]:
    """Return the reference engine's rate over *messages* generated book messages and trades."""
    tape = generated_tape(messages)
    rates = [_rate(tape) for _ in range(3)]
    return [
        Row("reference engine, no-op", max(rates), "msg/s", TARGET, "higher", PEER),
    ]


def _rate(tape: Tape) -> float:
    instrument = INSTRUMENT
    engine = bench_engine(_Idle(instrument.id), RiskSettings())
    market = TapeMarket((tape,))
    funds = BalanceReport(
        market.first, instrument.venue, instrument.quote, Decimal(10_000), Decimal(10_000)
    )
    venues = recorded_venues((tape,), (funds,), BacktestSettings())
    with TemporaryDirectory() as folder:
        journal = FileJournal(Path(folder), RunId("bench"), BACKTEST)
        driver = Driver(engine, venues, market, journal, _Unwatched())
        began = perf_counter()
        driver.run(market.last)
        took = perf_counter() - began
        journal.close()
    return len(market) / took


def bench_engine(strategy: Strategy, limits: RiskSettings) -> Engine:
    """Return an engine of one strategy and the generated instrument."""
    return Engine(
        EngineSpec(
            (INSTRUMENT,),
            (strategy,),
            RiskPolicy(limits),
            INSTRUMENT.quote,
            {INSTRUMENT.venue: Decimal(2)},
            {},
            {},
            ClOrdIds(INSTALLATION, 0),
        )
    )
