"""Sequential legs: each is planned from what the one before brought, or the round is given up."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.events import (
    BookGap,
    OperatorAction,
    OperatorOrder,
    RunStarted,
    Shutdown,
    SubmitUnknown,
)
from graphwiz_trader.domain.facts import GroupState, OrderRefused, SignalRefused, TradeClosed
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Reason
from graphwiz_trader.domain.units import Asset, Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.ways import release, ways
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import only, submitted
from tests.unit.engine.sequence_floor import (
    BTC,
    ETH,
    FEE,
    MID,
    SECOND,
    SOL,
    SOL_ETH,
    SQUARE,
    TRIANGLE,
    Round,
    states,
)

FIRST = (("0.05", "60000"), ("0.1235", "60010"))
SECOND_LEG = (("2", "0.05000"), ("1.4653", "0.05003"))
PLAIN = Decimal(1) - FEE


def told(orders):
    return [(order.instrument, order.side) for order in orders]


def carrying_btc(floor=None, **risk):
    """A round whose first leg has filled, and the order that followed."""
    floor = floor or Round(**risk)
    (first,) = submitted(floor.begin())
    return floor, *submitted(floor.fill(first, *FIRST))


def carrying_eth():
    """A round of which two legs have filled, and the order that followed."""
    floor, second = carrying_btc()
    return floor, *submitted(floor.fill(second, *SECOND_LEG))


def test_the_first_leg_leaves_alone_with_money_for_it_alone() -> None:
    orders = submitted(Round().begin())

    assert [(o.instrument, o.side, o.price, o.order_qty) for o in orders] == [
        (BTC.id, Side.BUY, 60010, 17350)
    ]


def test_the_next_leg_takes_what_was_received_and_holds_at_its_limit() -> None:
    """0.1735 BTC hold 34653 lots of 0.0001 ETH at 0.05003 with the fee, and not one more."""
    _, order = carrying_btc()

    worst = Decimal("0.05003") * Decimal("0.0001") * (1 + FEE)
    assert (order.instrument, order.side, order.price) == (MID.id, Side.BUY, 5003)
    assert order.order_qty == 34653 == int(Decimal("0.1735") / worst)


def test_a_round_is_done_with_what_its_fills_add_up_to() -> None:
    floor, third = carrying_eth()

    outcome = floor.fill(third, ("1.5", "3012"), ("1.9653", "3011"))

    spent, got = Decimal("10411.235"), Decimal("10435.5183")
    (closed,) = only(TradeClosed, outcome.facts)
    assert (third.price, third.order_qty) == (3011, 34653)
    assert states(outcome)[-1] is GroupState.DONE
    assert closed.pnl == got * PLAIN - spent * (1 + FEE)
    assert floor.engine.state.hedge_debt() == 0


def test_fees_taken_of_what_is_received_lead_to_the_figures_of_the_reference() -> None:
    """12.244422825 of 10411.235, with what is charged in BTC and in ETH not passed on."""
    floor = Round(fee_bps="0")
    floor.engine.step(make.balance("alpha", "BTC", "1"))
    (first,) = submitted(floor.begin())
    floor.fill(first, FIRST[0], taken=Money(Decimal("0.05") * FEE, Asset("BTC")))
    (second,) = submitted(
        floor.fill(first, FIRST[1], taken=Money(Decimal("0.1235") * FEE, Asset("BTC")))
    )
    floor.fill(second, ("2", "0.05000"), taken=Money(2 * FEE, Asset("ETH")))
    (third,) = submitted(
        floor.fill(
            second, ("1.4665", "0.05003"), taken=Money(Decimal("1.4665") * FEE, Asset("ETH"))
        )
    )

    outcome = floor.fill(third, ("1.5", "3012"), ("1.9639", "3011"))

    (closed,) = only(TradeClosed, outcome.facts)
    assert (second.order_qty, third.order_qty) == (34665, 34639)
    assert closed.pnl == Decimal("12.244422825")


def test_part_of_the_first_leg_goes_round_alone() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    early = floor.fill(first, ("0.05", "60000"))

    (second,) = submitted(floor.end(first))

    assert submitted(early) == []
    assert second.order_qty == int(Decimal("0.05") / (Decimal("0.000005") * (1 + FEE)))


def test_a_first_leg_that_misses_is_no_trade() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())

    outcome = floor.end(first)

    assert (states(outcome), submitted(outcome)) == ([GroupState.MISSED], [])


def test_what_is_carried_is_nobody_else_s() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())

    floor.fill(first, ("0.05", "60000"))

    assert (floor.free("BTC"), floor.engine.state.accounts["alpha"].total["BTC"]) == (
        0,
        Decimal("0.05"),
    )


def test_all_that_was_kept_is_free_again_after_the_end() -> None:
    floor, third = carrying_eth()
    floor.fill(third, ("1.5", "3012"), ("1.9653", "3011"))

    assert all(amount == 0 for amount in floor.engine.state.accounts["alpha"].held.values())


REVERSED = Decimal("0.1735") * 59990 * PLAIN
"""What selling the BTC back brings: 10400.45…"""


@pytest.mark.parametrize(("bid", "goes_on"), [("3004", True), ("3003", False)])
def test_after_leg_one_it_goes_on_or_back_whichever_brings_more(bid: str, goes_on: bool) -> None:
    """3.4653 ETH at 3004 are 10401.95…, at 3003 10398.49…, and 10400.45… are there to be had."""
    floor = Round()
    (first,) = submitted(floor.begin())
    floor.show({ETH.id: ([(bid, "9")], [("3020", "9")])})

    outcome = floor.fill(first, *FIRST)

    onward = Decimal("3.4653") * Decimal(bid) * PLAIN
    (order,) = submitted(outcome)
    assert (onward > REVERSED) is goes_on
    assert (order.instrument, order.side) == (
        (MID.id, Side.BUY) if goes_on else (BTC.id, Side.SELL)
    )
    assert (GroupState.UNWINDING in states(outcome)) is not goes_on


def test_the_ways_after_leg_one_are_worth_what_the_books_give() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    floor.engine.step(BookGap(Nanos(floor.now), MID.id, "lost"))
    floor.engine.step(BookGap(Nanos(floor.now), BTC.id, "lost"))
    floor.fill(first, *FIRST)
    floor.show()
    state, group = floor.engine.state, floor.engine._groups._open["g1"]  # shown nowhere
    release(group, state)

    onward, back = ways(group, state)

    sold = Decimal("1.5") * 3012 + Decimal("1.9653") * 3011
    assert (onward.completes, back.completes) == (True, False)
    assert onward.cash == pytest.approx(float(sold * PLAIN), abs=1e-9)
    assert back.cash == pytest.approx(float(REVERSED), abs=1e-9)


@pytest.mark.parametrize(("bid", "goes_on"), [("2992", True), ("2991", False)])
def test_after_leg_two_it_is_sold_or_taken_back_two_steps(bid: str, goes_on: bool) -> None:
    """Back is 3.4653 ETH at 0.0499, then 0.17278 BTC at 59990, both after the fee: 10357.29…"""
    floor, second = carrying_btc()
    floor.show({ETH.id: ([(bid, "9")], [("3020", "9")])})

    outcome = floor.fill(second, *SECOND_LEG)

    btc = Decimal("3.4653") * Decimal("0.0499") * PLAIN
    back = btc.quantize(Decimal("0.00001"), "ROUND_DOWN") * 59990 * PLAIN
    (order,) = submitted(outcome)
    assert (Decimal("3.4653") * Decimal(bid) * PLAIN > back) is goes_on
    assert told([order]) == [(ETH.id if goes_on else MID.id, Side.SELL)]


def test_a_round_taken_back_is_unwound_with_its_loss() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    floor.show({ETH.id: ([("3000", "9")], [("3020", "9")])})
    (back,) = submitted(floor.fill(first, *FIRST))

    outcome = floor.fill(back, ("0.1735", "59990"))

    (closed,) = only(TradeClosed, outcome.facts)
    assert states(outcome)[-1] is GroupState.UNWOUND
    assert closed.pnl == REVERSED - Decimal("10411.235") * (1 + FEE)


def test_an_asset_is_sold_for_money_where_that_is_best() -> None:
    """Of a square: after two legs ETH is sold at once, once SOL pays less than ETH itself."""
    floor = Round(SQUARE, (BTC, MID, SOL_ETH, SOL, ETH))
    (first,) = submitted(floor.begin())
    (second,) = submitted(floor.fill(first, *FIRST))
    floor.show({SOL.id: ([("149.00", "90")], [("151.10", "90")])})

    outcome = floor.fill(second, *SECOND_LEG)
    (sale,) = submitted(outcome)
    end = floor.fill(sale, ("1.5", "3012"), ("1.9653", "3011"))

    (closed,) = only(TradeClosed, end.facts)
    assert told([sale]) == [(ETH.id, Side.SELL)]
    assert states(end)[-1] is GroupState.UNWOUND
    assert closed.pnl == Decimal("10435.5183") * PLAIN - Decimal("10411.235") * (1 + FEE)


def test_a_square_goes_on_while_that_is_best() -> None:
    floor = Round(SQUARE, (BTC, MID, SOL_ETH, SOL, ETH))
    (first,) = submitted(floor.begin())
    (second,) = submitted(floor.fill(first, *FIRST))
    floor.show({SOL.id: ([("152.00", "90")], [("152.10", "90")])})

    (third,) = submitted(floor.fill(second, *SECOND_LEG))

    assert told([third]) == [(SOL_ETH.id, Side.BUY)]


def test_what_a_leg_left_over_follows_after_what_it_brought() -> None:
    """Half of leg two: the dearer of the two assets that are carried goes first."""
    floor, second = carrying_btc()
    floor.fill(second, ("2", "0.05000"))

    (third,) = submitted(floor.end(second))
    (rest,) = submitted(floor.fill(third, ("1.5", "3012"), ("0.5", "3011")))

    left = Decimal("0.1735") - Decimal("0.1") * (1 + FEE)
    assert (third.instrument, third.order_qty) == (ETH.id, 20000)
    assert (rest.instrument, rest.order_qty) == (
        MID.id,
        int(left / (Decimal("0.000005") * (1 + FEE))),
    )


def test_a_leg_in_doubt_is_waited_for() -> None:
    floor, second = carrying_btc()
    floor.engine.step(SubmitUnknown(Nanos(floor.now), second.cl_ord_id, "no answer"))

    waiting = submitted(floor.fire(SECOND))
    (third,) = submitted(floor.fill(second, *SECOND_LEG))

    assert waiting == []
    assert told([third]) == [(ETH.id, Side.SELL)]


def test_a_leg_in_doubt_for_too_long_halts_everything() -> None:
    floor, second = carrying_btc()
    floor.engine.step(SubmitUnknown(Nanos(floor.now), second.cl_ord_id, "no answer"))

    outcome = floor.fire(4 * SECOND + 1)

    (alert,) = only(RaiseAlert, outcome.commands)
    assert states(outcome) == [GroupState.STUCK]
    assert (alert.code, "0.17350 BTC" in alert.text) == ("GROUP_STUCK", True)


def test_a_last_leg_that_is_refused_each_time_is_taken_back() -> None:
    """No more than three equal orders leave in a second; the way back is then the next best."""
    floor, order = carrying_eth()
    sent = [order]
    for _ in range(3):
        (order,) = submitted(floor.end(order, ExecType.REJECTED))
        sent.append(order)

    assert told(sent) == [(ETH.id, Side.SELL)] * 3 + [(MID.id, Side.SELL)]


def test_a_halt_lets_nothing_be_bought_on_and_brings_home_what_is_there() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    floor.engine.step(OperatorOrder(floor.now, OperatorAction.HALT, "", "lunch", "ann"))

    outcome = floor.fill(first, *FIRST)

    assert only(OrderRefused, outcome.facts) == []
    assert told(submitted(outcome)) == [(BTC.id, Side.SELL)]


def test_no_rate_of_orders_holds_a_leg_up() -> None:
    floor = Round(max_orders_per_second=2)
    (first,) = submitted(floor.begin())

    (second,) = submitted(floor.fill(first, *FIRST))
    (third,) = submitted(floor.fill(second, *SECOND_LEG))

    assert told([second, third]) == [(MID.id, Side.BUY), (ETH.id, Side.SELL)]


def test_limits_that_leave_no_room_any_more_bring_home_what_is_there() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    floor.engine.state.own_limits[floor.strategy.id] = Decimal(3)

    outcome = floor.fill(first, *FIRST)

    assert told(submitted(outcome)) == [(BTC.id, Side.SELL)]


def test_a_shutdown_brings_home_what_is_there() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    floor.engine.step(Shutdown(Nanos(floor.now), "done"))

    outcome = floor.fill(first, *FIRST)

    assert told(submitted(outcome)) == [(BTC.id, Side.SELL)]


def test_a_person_s_flatten_closes_each_leg_that_has_traded() -> None:
    floor, second = carrying_btc()
    floor.engine.step(OperatorOrder(floor.now, OperatorAction.FLATTEN, "", "enough", "ann"))
    first = submitted(floor.end(second))

    outcome = floor.fill(first[0], ("0.1735", "59990"))

    assert told(first) == [(BTC.id, Side.SELL)]
    assert states(outcome)[-1] is GroupState.UNWOUND


def test_nothing_leaves_through_a_book_that_cannot_be_seen() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    for name in (BTC.id, MID.id):
        floor.engine.step(BookGap(Nanos(floor.now), name, "lost"))

    blind = floor.fill(first, *FIRST)
    floor.show()
    seen = floor.fire(SECOND // 10)

    assert submitted(blind) == []
    assert told(submitted(seen)) == [(MID.id, Side.BUY)]


def test_after_half_the_time_it_is_given_up_at_what_is_best() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    for name in (BTC.id, MID.id):
        floor.engine.step(BookGap(Nanos(floor.now), name, "lost"))
    floor.fill(first, *FIRST)
    floor.now = Nanos(floor.now + 3 * SECOND)
    floor.show()

    outcome = floor.fire(0)

    (order,) = submitted(outcome)
    assert states(outcome) == [GroupState.UNWINDING]
    assert told([order]) == [(MID.id, Side.BUY)]


def test_what_cannot_be_brought_home_in_time_halts_and_is_named() -> None:
    floor = Round()
    (first,) = submitted(floor.begin())
    for name in (BTC.id, MID.id):
        floor.engine.step(BookGap(Nanos(floor.now), name, "lost"))
    floor.fill(first, *FIRST)

    outcome = floor.fire(4 * SECOND + 1)

    assert states(outcome) == [GroupState.STUCK]


def test_a_start_after_a_crash_goes_on_with_its_time_anew() -> None:
    floor, second = carrying_btc()
    floor.now = Nanos(floor.now + 60 * SECOND)
    floor.engine.step(RunStarted(floor.now, RunId("r"), "paper", "a7", 2, 0, "{}", "0"))
    floor.show()

    (again,) = submitted(floor.end(second, ExecType.REJECTED))

    assert (again.instrument, again.side) == (MID.id, Side.BUY)
    assert again.cl_ord_id != second.cl_ord_id


@pytest.mark.parametrize(
    "legs",
    [
        (TRIANGLE[0], TRIANGLE[2], TRIANGLE[1]),
        TRIANGLE[:2],
        (*TRIANGLE[:2], evolve(TRIANGLE[2], side=Side.BUY)),
        TRIANGLE[1:] + TRIANGLE[:1],
    ],
)
def test_legs_that_are_no_round_are_refused(legs: tuple[Leg, ...]) -> None:
    outcome = Round(legs).begin()

    (no,) = only(SignalRefused, outcome.facts)
    assert no.refused.reason is Reason.NO_ROUND
    assert submitted(outcome) == []


def test_a_later_leg_that_would_be_refused_today_is_refused_before_the_first_leaves() -> None:
    outcome = Round(max_order_notional=Decimal(10_420)).begin()

    (no,) = only(SignalRefused, outcome.facts)
    assert (no.refused.reason, no.refused.instrument) == (Reason.ORDER_NOTIONAL, ETH.id)
    assert submitted(outcome) == []


def test_limits_of_later_legs_shrink_the_round_and_balances_do_not() -> None:
    (first,) = submitted(Round(max_position_size=Decimal("1.73265")).begin())

    assert first.order_qty == 17350 * 17326 // 34653


def test_without_money_for_the_first_leg_there_is_no_round() -> None:
    floor = Round()
    floor.engine.step(make.balance("alpha", "USDT", "0"))

    (no,) = only(SignalRefused, floor.begin().facts)

    assert no.refused.reason is Reason.BALANCE
