"""Triangles and quotes on a seeded market: they trade, end whole, and replay."""

import pytest

from graphwiz_trader.domain.facts import FillBooked, GroupChanged, GroupState, SignalApproved
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.units import InstrumentId, StrategyId
from graphwiz_trader.simulation.market import LISTINGS
from graphwiz_trader.strategies.triangular_config import AUTO, LEGS, SEQUENTIAL, SIMULTANEOUS
from tests.stories.session import Shown
from tests.stories.wiring import Desk

SECONDS = 30
TRIANGLES, QUOTES = StrategyId("triangular_arbitrage"), StrategyId("market_making")
SETTINGS = (
    f"hft.strategies.{TRIANGLES}.min_profit_bps=0.2",
    f"hft.strategies.{QUOTES}.order_qty=0.02",
    f"hft.strategies.{QUOTES}.maker_fee_bps=0",
    f"hft.strategies.{QUOTES}.warmup=3",
    "hft.risk.max_position_size=5",
    "hft.risk.max_exposure=1000000",
    "hft.risk.max_orders_per_second=200",
    "backtest.fee_bps=0.5",
    "backtest.latency_ms=2",
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A desk without tapes."""
    return Desk()


@pytest.fixture(scope="module", params=LEGS)
def legs(request: pytest.FixtureRequest) -> str:
    """Every way to send the legs of a round."""
    return str(request.param)


@pytest.fixture(scope="module")
def shown(desk: Desk, legs: str) -> Shown:
    """A session of both strategies."""
    return desk.session(SECONDS, 7, *SETTINGS, f"hft.strategies.{TRIANGLES}.legs={legs}")


def fills_of(desk: Desk, shown: Shown, strategy: StrategyId) -> list[FillBooked]:
    fills = [f for f in desk.facts(shown.folder.run, FillBooked) if isinstance(f, FillBooked)]
    return [fill for fill in fills if fill.strategy == strategy]


def test_quotes_fill_as_maker_only_and_on_both_sides(desk: Desk, shown: Shown) -> None:
    fills = fills_of(desk, shown, QUOTES)

    assert len(fills) > 20
    assert {fill.liquidity for fill in fills} == {Liquidity.MAKER}
    assert {int(fill.side) for fill in fills} == {-1, 1}


def test_inventory_stays_within_what_the_quotes_allow(desk: Desk, shown: Shown) -> None:
    """Five quotes of 0.02, and one more that was on its way."""
    grids = {i.id: i for venue in shown.venues for i in (made.at(venue) for made in LISTINGS)}
    held: dict[InstrumentId, int] = {}
    most = 0
    for fill in fills_of(desk, shown, QUOTES):
        held[fill.instrument] = held.get(fill.instrument, 0) + fill.side * fill.qty
        most = max(most, abs(held[fill.instrument]) * _per_quote(grids[fill.instrument]))

    assert 0 < most <= 6 * 1000


def _per_quote(instrument: Instrument) -> int:
    """Thousandths of a quote that one lot is."""
    return int(instrument.lot_size / 2 * 100_000)


def test_every_round_ends_and_nothing_stays_owed(desk: Desk, shown: Shown) -> None:
    changed = [c for c in desk.facts(shown.folder.run, GroupChanged) if isinstance(c, GroupChanged)]
    approved = [
        a for a in desk.facts(shown.folder.run, SignalApproved) if isinstance(a, SignalApproved)
    ]
    rounds = {a.group for a in approved if a.signal.strategy == TRIANGLES}

    last = {change.group: change.state for change in changed}
    assert rounds
    assert {last[name] for name in rounds} <= {
        GroupState.DONE,
        GroupState.UNWOUND,
        GroupState.MISSED,
    }
    assert len(fills_of(desk, shown, TRIANGLES)) >= 3


def test_legs_leave_as_they_are_told_to(desk: Desk, shown: Shown, legs: str) -> None:
    """There is enough of every asset at the start of a session."""
    approved = desk.facts(shown.folder.run, SignalApproved)
    found = {
        fact.signal.sequential
        for fact in approved
        if isinstance(fact, SignalApproved) and fact.signal.strategy == TRIANGLES
    }

    assert found == {SIMULTANEOUS: {False}, SEQUENTIAL: {True}, AUTO: {False}}[legs]


def test_what_rounds_were_expected_to_earn_is_attributed_without_a_rest(
    shown: Shown,
) -> None:
    outcome = shown.simulated.report.arbitrage.outcome

    parts = outcome.expected + outcome.price + outcome.quantity + outcome.fees + outcome.unwind
    assert outcome.expected > 0
    assert parts == outcome.realised


def test_the_run_replays_identically(desk: Desk, shown: Shown) -> None:
    found = desk.replay(shown.folder.run)

    assert (found.is_identical, found.digest) == (True, shown.simulated.digest)


def test_nobody_is_told_of_trouble(shown: Shown) -> None:
    assert shown.simulated.alerts == {}
