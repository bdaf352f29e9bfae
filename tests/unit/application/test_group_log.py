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
ARB = StrategyId("arb")


class Log:
    """A group log and the shortest way to talk to it."""

    def __init__(self) -> None:
        prices = RebuiltPrices((HERE, THERE, OTHER), (), Asset("U"))
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

    def end(self, group: str, state: GroupState) -> None:
        self.log.change(GroupChanged(group, state, Decimal(0), Decimal(-4), Decimal(0)))

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
