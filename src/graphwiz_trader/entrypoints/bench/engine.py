"""Engine: how many messages a second the reference backtest takes, journal included."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from graphwiz_trader.adapters.files.journal import BACKTEST, FileJournal
from graphwiz_trader.application.driver import Driver
from graphwiz_trader.application.market import NEVER, TapeMarket
from graphwiz_trader.domain.events import BalanceReport, BookUpdate, Event
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.ids import BACKTEST as INSTALLATION
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.settings import BacktestSettings, RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, Strategy, View, Wakeup
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    InstrumentId,
    Lots,
    Nanos,
    RunId,
    StrategyId,
    Ticks,
)
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.spec import EngineSpec
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT, generated_tape
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.simulation.recorded import recorded_venues

TARGET, TARGET_QUOTING = 150_000.0, 60_000.0
PEER, PEER_QUOTING = "nautilus_trader 145 k msg/s", "nautilus_trader 33 to 46 k msg/s"
RICH = Decimal(10**7)
PACE = Nanos(100 * MILLISECOND)
BEHIND = 2
QUOTED = Lots(10)
LIMITS = RiskSettings(
    max_position_size=Decimal(1),
    max_exposure=Decimal(10**9),
    max_orders_per_second=10**6,
    max_cancels_per_second=10**6,
    max_order_to_trade=10**9,
    max_identical_orders_per_second=10**6,
)
"""All rules are asked; none is meant to refuse but the position's."""


class _Idle:
    """Looks at every book and does nothing."""

    def __init__(self, instrument: InstrumentId) -> None:
        self.id = StrategyId("idle")
        self.instruments = (instrument,)

    def on_event(self, event: Wakeup, view: View) -> tuple[Opinion, ...]:  # noqa: ARG002 # it is idle
        return ()


class _TwoBehind:
    """Quotes 0.01 two ticks behind the touch, anew each 100 ms: the rule of the peers."""

    def __init__(self, instrument: InstrumentId) -> None:
        self.id = StrategyId("two_behind")
        self.instruments = (instrument,)
        self._next = 0

    def on_event(self, event: Wakeup, view: View) -> tuple[Opinion, ...]:
        if view.now < self._next or not isinstance(event, BookUpdate):
            return ()
        self._next = view.now + PACE
        name = event.instrument
        book = view.books[name]
        bid, ask = book.bid, book.ask
        if bid is None or ask is None:
            return ()
        legs = (
            Leg(name, Side.BUY, Ticks(bid - BEHIND), QUOTED, TimeInForce.GTC, post_only=True),
            Leg(name, Side.SELL, Ticks(ask + BEHIND), QUOTED, TimeInForce.GTC, post_only=True),
        )
        return (Signal(self.id, SignalKind.QUOTE, legs, 1.0, Nanos(view.now + SECOND)),)


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
    name = INSTRUMENT.id
    n = len(tape.ts)
    idle = max(n / reference_seconds(tape, _Idle(name), RiskSettings()) for _ in range(3))
    quoting = max(n / reference_seconds(tape, _TwoBehind(name), LIMITS) for _ in range(3))
    return [
        Row("reference engine, no-op", idle, "msg/s", TARGET, "higher", PEER),
        Row(
            "reference engine, quoting each 100 ms",
            quoting,
            "msg/s",
            TARGET_QUOTING,
            "higher",
            PEER_QUOTING,
        ),
    ]


def reference_seconds(
    tape: Tape,
    strategy: Strategy,
    limits: RiskSettings,
    clock: Callable[[], float] = perf_counter,
) -> float:
    """Return how long a run over *tape* takes by *clock*, journal included."""
    instrument = INSTRUMENT
    engine = bench_engine(strategy, limits)
    market = TapeMarket((tape,))
    rich = RICH
    funds = BalanceReport(market.first, instrument.venue, instrument.quote, rich, rich)
    venues = recorded_venues((tape,), (funds,), BacktestSettings(latency_ms=Decimal(2)))
    with TemporaryDirectory() as folder:
        journal = FileJournal(Path(folder), RunId("bench"), BACKTEST)
        driver = Driver(engine, venues, market, journal, _Unwatched())
        driver.tell(funds)
        began = clock()
        driver.run(market.last)
        took = clock() - began
        journal.close()
    return took


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
