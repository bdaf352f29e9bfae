"""A session on seeded venues, in simulated seconds: matched, journaled and replayed."""

import pytest

from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.signal import Observation
from tests.stories.session import Shown
from tests.stories.wiring import ARBITRAGE, STATISTICAL, Desk

SECONDS = 6
SETTINGS = (
    f"{ARBITRAGE}.min_profit_bps=1",
    f"{ARBITRAGE}.max_position_size=0.2",
    f"{STATISTICAL}.lookback=20",
    f"{STATISTICAL}.cost_gate=false",
    f"{STATISTICAL}.max_position_size=0.05",
    "hft.risk.max_position_size=0.5",
    "hft.risk.max_exposure=100000",
    "hft.risk.max_orders_per_second=50",
    "backtest.fee_bps=1",
    "backtest.latency_ms=2",
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A desk without tapes: the venues make their own market."""
    return Desk()


@pytest.fixture(scope="module")
def shown(desk: Desk) -> Shown:
    """A session of seed 7."""
    return desk.session(SECONDS, 7, *SETTINGS)


def test_both_strategies_trade_on_three_venues(desk: Desk, shown: Shown) -> None:
    fills = [f for f in desk.facts(shown.folder.run, FillBooked) if isinstance(f, FillBooked)]

    assert shown.venues == ("alpha", "beta", "gamma")
    assert {fill.strategy for fill in fills} == {
        "cross_exchange_arbitrage",
        "statistical_arbitrage",
    }
    assert len(fills) == shown.simulated.fills


def test_every_symbol_is_watched_on_every_route(desk: Desk, shown: Shown) -> None:
    """Books of several symbols come in one instant; none of them is overlooked."""
    seen = [o for o in desk.facts(shown.folder.run, Observation) if isinstance(o, Observation)]

    assert {o.route.partition(":")[0] for o in seen} == {"BTC/USDT", "ETH/USDT", "ETH/BTC"}


def test_nothing_is_left_open_and_nobody_is_told_of_trouble(shown: Shown) -> None:
    found = shown.simulated.report.arbitrage.opportunities

    assert found.stuck == 0
    assert shown.simulated.alerts == {}


def test_the_journal_of_a_session_holds_its_market(desk: Desk, shown: Shown) -> None:
    events = [e.event for e in desk.entries(shown.folder.run)]

    assert sum(isinstance(event, BookUpdate) for event in events) > 9 * SECONDS * 9


def test_a_session_replays_identically(desk: Desk, shown: Shown) -> None:
    found = desk.replay(shown.folder.run)

    assert (found.is_identical, found.digest) == (True, shown.simulated.digest)


def test_equal_seeds_are_equal_sessions_and_others_are_not(desk: Desk, shown: Shown) -> None:
    again = desk.session(SECONDS, 7, *SETTINGS)
    other = desk.session(SECONDS, 8, *SETTINGS)

    assert again.simulated.digest == shown.simulated.digest
    assert other.simulated.digest != shown.simulated.digest
