"""Groups: expected against realised, and what was owed for how long."""

from decimal import Decimal

import pytest

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.group_log import GroupLog
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.facts import FillBooked, GroupChanged, GroupState, SignalApproved
from graphwiz_trader.domain.funnel import Opportunities
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.report import Arbitrage
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import (
    SECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)


def instrument(name: str, base: str, quote: str) -> Instrument:
    return Instrument(InstrumentId(name), Asset(base), Asset(quote), Decimal(1), Decimal(1))


HERE = instrument("A/U@here", "A", "U")
THERE = instrument("A/U@there", "A", "U")
OTHER = instrument("A/E@there", "A", "E")
MIDDLE = instrument("B/A@here", "B", "A")
LAST = instrument("B/U@here", "B", "U")
ARB = StrategyId("arb")


class Log:
    """A group log and the shortest way to talk to it."""

    def __init__(self) -> None:
        prices = RebuiltPrices((HERE, THERE, OTHER, MIDDLE, LAST), (), Asset("U"))
        self.log = GroupLog(prices, Earnings(prices))

    def approve(self, group: str, *legs: tuple[Instrument, Side]) -> None:
        planned = tuple(Leg(it.id, side, Ticks(100), Lots(2)) for it, side in legs)
        self.log.approve(
            SignalApproved(Signal(ARB, SignalKind.TAKE, planned, 1.0, Nanos(0)), group)
        )

    def fill(self, group: str, at: int, what: Instrument, side: Side, price: int, qty: int) -> None:
        fill = FillBooked(
            ClOrdId("o"), "e", ARB, what.id, side, Ticks(price), Lots(qty), Decimal(1), Decimal(0),
            Liquidity.TAKER, Nanos(0), group,
        )  # fmt: skip
        self.log.fill(fill, Nanos(at * SECOND))

    def end(self, group: str, state: GroupState, debt: int = 0) -> None:
        self.log.change(GroupChanged(group, state, Decimal(debt), Decimal(-4), Decimal(0)))

    def figures(self, end: int = 100) -> Arbitrage:
        return self.log.arbitrage(Opportunities(), Nanos(end * SECOND))


@pytest.fixture
def log() -> Log:
    opened = Log()
    opened.approve("g1", (HERE, Side.BUY), (THERE, Side.SELL))
    return opened


def test_partial_hedges_leave_the_rest_owed(log: Log) -> None:
    log.fill("g1", 1, HERE, Side.BUY, 100, 2)
    log.fill("g1", 3, THERE, Side.SELL, 100, 1)
    log.fill("g1", 6, THERE, Side.SELL, 100, 1)
    log.end("g1", GroupState.DONE)

    found = log.figures()

    assert found.debt_s == 5.0
    assert found.max_debt == 200
    assert found.outcome.realised == Decimal(-3)


def test_what_is_still_owed_counts_until_the_end(log: Log) -> None:
    log.fill("g1", 10, HERE, Side.BUY, 100, 2)
    log.end("g1", GroupState.STUCK)

    assert log.figures(end=25).debt_s == 15.0


def test_unwound_groups_are_also_told_apart(log: Log) -> None:
    log.fill("g1", 1, HERE, Side.BUY, 100, 2)
    log.fill("g1", 2, HERE, Side.SELL, 97, 2)
    log.end("g1", GroupState.UNWOUND)

    found = log.figures()

    assert found.unwound == found.outcome
    assert found.unwound.realised == Decimal(-8)


def test_a_group_without_fills_changes_nothing(log: Log) -> None:
    log.end("g1", GroupState.MISSED)

    found = log.figures()

    assert found.groups == 1
    assert found.outcome.expected == 0


def test_legs_in_several_assets_are_not_added_up() -> None:
    log = Log()
    log.approve("g1", (HERE, Side.BUY), (OTHER, Side.SELL))
    log.fill("g1", 1, HERE, Side.BUY, 100, 2)
    log.end("g1", GroupState.DONE)

    assert log.figures().outcome.realised == 0


def test_a_single_leg_is_no_arbitrage() -> None:
    log = Log()
    log.approve("g1", (HERE, Side.BUY))
    log.fill("g1", 1, HERE, Side.BUY, 100, 2)

    found = log.figures()

    assert (found.groups, found.debt_s) == (0, 0.0)


def test_a_round_is_compared_in_the_asset_it_leads_back_to() -> None:
    """Bought at 101 for 100, sold at 100; what the middle leg paid was not in that asset."""
    log = Log()
    log.approve("g1", (HERE, Side.BUY), (MIDDLE, Side.BUY), (LAST, Side.SELL))
    log.fill("g1", 1, HERE, Side.BUY, 101, 2)
    log.fill("g1", 2, MIDDLE, Side.BUY, 7, 2)
    log.fill("g1", 4, LAST, Side.SELL, 100, 2)
    log.end("g1", GroupState.DONE)

    found = log.figures().outcome

    assert (found.realised, found.price, found.quantity) == (Decimal(-4), -2, 0)
    parts = found.expected + found.price + found.quantity + found.fees + found.unwind
    assert parts == found.realised


def test_a_round_owes_what_its_group_says_until_it_closes() -> None:
    log = Log()
    log.approve("g1", (HERE, Side.BUY), (MIDDLE, Side.BUY), (LAST, Side.SELL))
    log.fill("g1", 1, HERE, Side.BUY, 100, 2)
    log.end("g1", GroupState.WORKING, debt=200)
    log.fill("g1", 2, MIDDLE, Side.BUY, 1, 2)
    log.end("g1", GroupState.WORKING, debt=150)
    log.fill("g1", 4, LAST, Side.SELL, 100, 2)
    log.end("g1", GroupState.DONE)

    found = log.figures()

    assert (found.debt_s, found.max_debt) == (3.0, 200)


def test_a_fill_after_the_end_of_a_group_is_compared_with_it_once_it_has_closed_again(
    log: Log,
) -> None:
    log.fill("g1", 1, HERE, Side.BUY, 100, 1)
    log.fill("g1", 2, HERE, Side.SELL, 97, 1)
    log.end("g1", GroupState.UNWOUND)
    log.fill("g1", 5, THERE, Side.SELL, 101, 1)
    log.end("g1", GroupState.WORKING)
    log.fill("g1", 7, HERE, Side.BUY, 100, 1)
    log.end("g1", GroupState.DONE)

    found = log.figures()

    assert found.groups == 1
    assert found.outcome.realised == 97 + 101 - 200 - 4
    assert found.outcome.expected == -4
    assert found.unwound.realised == 0
    assert found.debt_s == 3.0
