"""Warm-up: the whole way of an order is gone once, in an engine that is forgotten."""

import gc
from collections.abc import Iterator
from decimal import Decimal

import pytest

from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.bootstrap.warmup import ready, warm_up
from graphwiz_trader.domain.events import RunStarted, VenueCost
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import Nanos, RunId, Venue
from graphwiz_trader.testing import make

CROSSES = "hft.strategies.cross_exchange_arbitrage={enabled: true, min_profit_bps: 1}"


@pytest.fixture
def settings() -> Settings:
    return load((), {}, [CROSSES, "backtest.reporting=USDT"]).settings


@pytest.fixture
def started() -> RunStarted:
    instruments = tuple(
        make.instrument(f"BTC/USDT@{venue}", tick, "0.0001")
        for venue, tick in (("alpha", "0.01"), ("beta", "0.1"))
    )
    costs = tuple(VenueCost(Venue(venue), Decimal(1), Nanos(0)) for venue in ("alpha", "beta"))
    return RunStarted(
        make.START, RunId("paper-0001"), "paper", "a7", 1, 0, "{}", "0", (), instruments, costs
    )


@pytest.fixture
def collector() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_orders_are_made_whatever_the_grid(settings: Settings, started: RunStarted) -> None:
    assert warm_up(settings, started) >= 2


def test_one_venue_without_strategies_is_no_obstacle(started: RunStarted) -> None:
    alone = load((), {}, ["backtest.reporting=USDT"]).settings

    assert warm_up(alone, started) == 0


@pytest.mark.usefixtures("collector")
def test_what_is_there_is_kept_from_the_collector(settings: Settings, started: RunStarted) -> None:
    ready(settings, started)

    assert gc.get_freeze_count() > 10_000
    assert gc.isenabled()
