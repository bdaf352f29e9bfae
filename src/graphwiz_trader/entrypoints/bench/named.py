"""Named: a live run whose first entry names its engine, so that others can lead it again."""

from decimal import Decimal

from graphwiz_trader.application.live_run import live_engine
from graphwiz_trader.bootstrap.assembly import engine_of
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.events import RunStarted, VenueCost
from graphwiz_trader.domain.ids import BACKTEST
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import HftSettings, Settings, StrategySettings
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.entrypoints.bench.quoting import EVERY_RULE

RUN = RunId("paper-0001")
STRATEGY = "bench"
FEE_BPS = Decimal(2)


def named_run(ts: Nanos, strategy: StrategySettings, instrument: Instrument) -> RunStarted:
    """Return the first entry of a run of one *strategy*, under every rule."""
    hft = HftSettings(strategies={STRATEGY: strategy}, risk=EVERY_RULE)
    text = canonical(Settings(hft=hft))
    costs = (VenueCost(instrument.venue, FEE_BPS, Nanos(0)),)
    return RunStarted(ts, RUN, "paper", BACKTEST, 1, 0, text, "0", (), (instrument,), costs)


def named_engine(started: RunStarted) -> Engine:
    """Return the engine that *started* names."""
    return live_engine(engine_of, restored(started.settings).settings, started)
