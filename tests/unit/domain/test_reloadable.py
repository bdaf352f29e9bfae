"""What a run can go on under, and why not under the rest."""

import json

import pytest

from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.reloadable import Change, changes

BASE = (
    "hft.strategies.market_making.enabled=true",
    "hft.strategies.statistical_arbitrage.enabled=true",
)


def keys(*assignments: str) -> dict[str, Plain]:
    """Return a configuration as a journal keeps it."""
    kept = json.loads(canonical(load((), {}, (*BASE, *assignments)).settings))
    assert isinstance(kept, dict)
    return kept


def changed(assignment: str) -> Change:
    (found,) = changes(keys(), keys(assignment))
    return found


def test_the_same_configuration_has_no_changes() -> None:
    assert changes(keys(), keys()) == ()


def test_a_change_is_told_by_its_path_with_both_values() -> None:
    found = changed("hft.risk.max_exposure=5000")

    assert found == Change("hft.risk.max_exposure", "10000", "5000")


@pytest.mark.parametrize(
    ("assignment", "is_of_observer"),
    [
        ("hft.risk.max_open_orders=9", False),
        ("hft.risk.group.band_bps=9", False),
        ("hft.strategies.market_making.max_position_size=0.5", False),
        ("hft.performance.max_order_latency_ms=99", True),
        ("monitoring.cpu_pct=50", True),
        ("alerts.quiet_hours=22:00-06:00", True),
    ],
)
def test_limits_and_thresholds_can_change(assignment: str, is_of_observer: bool) -> None:
    found = changed(assignment)

    assert (found.obstacle, found.is_of_observer) == ("", is_of_observer)


@pytest.mark.parametrize(
    ("assignment", "why"),
    [
        ("hft.market_data.exchanges.okx.symbols=[BTC/USDT]", "opened at the start"),
        ("hft.market_data.exchanges.okx.api_key=${OTHER}", "opened at the start"),
        ("hft.strategies.market_making.gamma=0.5", "gathered under it"),
        ("hft.strategies.market_making.enabled=false", "halt --strategy"),
        ("hft.enabled=false", "graphwiz halt"),
        ("journal.segment_mb=64", "the journal is open"),
        ("graph.store=neo4j", "store is open"),
        ("backtest.fee_bps=3", "expected costs"),
        ("engine.installation=zz", "reads it once"),
        ("engine.busy_spin=true", "reads it once"),
        ("monitoring.loop_lag_ms=9", "reads it once"),
    ],
)
def test_what_a_run_stands_on_cannot_and_it_is_said_why(assignment: str, why: str) -> None:
    found = changes(
        keys("hft.market_data.exchanges.okx.symbols=[ETH/USDT]"),
        keys("hft.market_data.exchanges.okx.symbols=[ETH/USDT]", assignment),
    )

    assert [why in each.obstacle for each in found] == [True]


def test_another_order_of_strategies_is_a_change() -> None:
    one, other = keys(), keys()
    hft = other["hft"]
    assert isinstance(hft, dict)
    strategies = hft["strategies"]
    assert isinstance(strategies, dict)
    hft["strategies"] = dict(reversed(strategies.items()))

    assert [bool(each.obstacle) for each in changes(one, other)] == [True]
