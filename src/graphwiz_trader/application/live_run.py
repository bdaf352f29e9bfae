"""Live run: the engine of a live run, as its first entry describes it."""

from graphwiz_trader.application.backtest import EngineMaker
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.ids import BACKTEST, ClOrdIds
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.engine.engine import Engine

PAPER, TRADE, DEMO = "paper", "trade", "demo"
LIVE_MODES = (PAPER, TRADE, DEMO)
"""The modes of runs on live feeds; each of their journals names instruments and costs itself."""


def live_engine(engines: EngineMaker, settings: Settings, started: RunStarted) -> Engine:
    """Return the engine that a run which began with *started* has, before its first event."""
    return engines(
        settings,
        started.instruments,
        ClOrdIds(BACKTEST, 0),
        {cost.venue: cost.taker_bps for cost in started.costs},
        {cost.venue: cost.latency for cost in started.costs},
    )
