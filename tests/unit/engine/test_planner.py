"""The planner sends only what differs from what already works."""

from decimal import Decimal

from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import CancelReject, SubmitUnknown
from graphwiz_trader.domain.facts import Outcome, SignalApproved, SignalRefused
from graphwiz_trader.domain.orders import ExecType, OrdStatus, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Reason, Signal, SignalKind
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, BETA, MS, Floor, only, submitted


def _quote(floor: Floor, bid: str | None = "99.0", ask: str | None = None, qty: str = "1"):
    """A desired quote at alpha; a side without a price is quoted with nothing."""
    legs = tuple(
        Leg(
            ALPHA.id,
            side,
            ALPHA.ticks(price or "100.0"),
            ALPHA.lots(qty if price else "0"),
            TimeInForce.GTC,
        )
        for side, price in ((Side.BUY, bid), (Side.SELL, ask))
    )
    return Signal(floor.strategy.id, SignalKind.QUOTE, legs, 1.0, Nanos(floor.now + 1000 * MS))


def _working(floor: Floor, **quote: str) -> SubmitOrder:
    """An acknowledged quote."""
    (order,) = submitted(floor.say(_quote(floor, **quote)))
    floor.engine.step(make.report(ALPHA, order.cl_ord_id, ExecType.NEW, ts=floor.now))
    return order


def _replaced(outcome: Outcome) -> ReplaceOrder:
    (command,) = only(ReplaceOrder, outcome.commands)
    assert isinstance(command, ReplaceOrder)
    return command


def _status(floor: Floor, cl_ord_id: str) -> OrdStatus:
    order = floor.engine.state.orders.find(cl_ord_id)  # type: ignore[arg-type] # an id as text
    assert order is not None
    return order.ord_status


def test_a_quote_that_is_already_there_costs_nothing() -> None:
    floor = Floor()
    _working(floor)

    outcome = floor.say(_quote(floor))

    assert (outcome.commands, outcome.facts) == ((), ())


def test_another_price_replaces_the_order() -> None:
    floor = Floor()
    order = _working(floor)

    command = _replaced(floor.say(_quote(floor, bid="99.1")))

    assert (command.orig_cl_ord_id, command.price) == (order.cl_ord_id, ALPHA.ticks("99.1"))


def test_another_quantity_replaces_the_order() -> None:
    floor = Floor()
    _working(floor)

    command = _replaced(floor.say(_quote(floor, qty="2")))

    assert command.order_qty == ALPHA.lots("2")


def test_a_side_that_is_no_longer_wanted_is_canceled_and_nothing_is_refused() -> None:
    floor = Floor()
    order = _working(floor)

    outcome = floor.say(_quote(floor, bid=None))

    assert outcome.commands == (CancelOrder(order.cl_ord_id, ALPHA.id),)
    assert outcome.facts == ()


def test_an_unanswered_quote_is_left_alone() -> None:
    floor = Floor()
    submitted(floor.say(_quote(floor)))

    outcome = floor.say(_quote(floor, bid="99.1"))

    assert outcome.commands == ()


def test_an_unknown_quote_is_neither_changed_nor_sent_again() -> None:
    floor = Floor()
    (order,) = submitted(floor.say(_quote(floor)))
    floor.engine.step(SubmitUnknown(floor.now, order.cl_ord_id, "timeout"))

    outcome = floor.say(_quote(floor, bid="99.1"))

    assert outcome.commands == ()


def test_a_replacement_under_way_is_left_alone() -> None:
    floor = Floor()
    _working(floor)
    floor.say(_quote(floor, bid="99.1"))

    outcome = floor.say(_quote(floor, bid="99.1"))

    assert outcome.commands == ()


def test_a_replace_holds_the_worst_case_of_both_until_the_venue_has_done_it() -> None:
    floor = Floor()
    _working(floor)
    new = _replaced(floor.say(_quote(floor, bid="99.1", qty="2")))

    before = floor.engine.state.open_lots(ALPHA.id, Side.BUY)
    floor.engine.step(make.report(ALPHA, new.cl_ord_id, ExecType.REPLACED, ts=floor.now))

    assert before == ALPHA.lots("3")
    assert floor.engine.state.open_lots(ALPHA.id, Side.BUY) == ALPHA.lots("2")
    assert floor.engine.state.accounts["alpha"].held["USDT"] == Decimal("198.2")


def test_a_fill_of_the_replacement_proves_that_the_old_order_is_gone() -> None:
    floor = Floor()
    order = _working(floor)
    new = _replaced(floor.say(_quote(floor, bid="99.1")))

    for exec_type in (ExecType.TRADE, ExecType.REPLACED):
        qty = "1" if exec_type is ExecType.TRADE else "0"
        floor.engine.step(
            make.report(ALPHA, new.cl_ord_id, exec_type, qty=qty, price="99.1", ts=floor.now)
        )

    assert _status(floor, order.cl_ord_id) is OrdStatus.REPLACED
    assert floor.engine.state.open_orders() == 0


def test_a_replacement_that_was_to_be_canceled_still_takes_the_old_order_s_place() -> None:
    floor = Floor()
    order = _working(floor)
    new = _replaced(floor.say(_quote(floor, bid="99.1")))
    floor.say(_quote(floor, bid=None))

    floor.engine.step(make.report(ALPHA, new.cl_ord_id, ExecType.REPLACED, ts=floor.now))
    floor.engine.step(make.report(ALPHA, new.cl_ord_id, ExecType.CANCELED, ts=floor.now))

    assert _status(floor, order.cl_ord_id) is OrdStatus.REPLACED
    assert floor.engine.state.open_orders() == 0


def test_an_order_whose_replacement_was_refused_works_on_and_can_be_replaced_again() -> None:
    floor = Floor()
    order = _working(floor)
    new = _replaced(floor.say(_quote(floor, bid="99.1")))

    floor.engine.step(make.report(ALPHA, new.cl_ord_id, ExecType.REJECTED, ts=floor.now))
    floor.engine.step(CancelReject(floor.now, order.cl_ord_id, "too late"))

    again = _replaced(floor.say(_quote(floor, bid="99.2")))
    assert again.orig_cl_ord_id == order.cl_ord_id


def test_nothing_is_sent_between_the_two_messages_of_a_refused_replacement() -> None:
    floor = Floor()
    _working(floor)
    new = _replaced(floor.say(_quote(floor, bid="99.1")))
    floor.engine.step(make.report(ALPHA, new.cl_ord_id, ExecType.REJECTED, ts=floor.now))

    outcome = floor.say(_quote(floor, bid="99.1"))

    assert outcome.commands == ()


def test_a_replacement_the_rules_refuse_withdraws_the_old_quote() -> None:
    floor = Floor()
    order = _working(floor)

    outcome = floor.say(_quote(floor, bid="102.0"))

    assert [r.refused.reason for r in only(SignalRefused, outcome.facts)] == [Reason.PRICE_COLLAR]
    assert only(CancelOrder, outcome.commands) == [CancelOrder(order.cl_ord_id, ALPHA.id)]


def test_a_canceled_quote_is_not_sent_anew_before_its_end_is_known() -> None:
    floor = Floor()
    order = _working(floor)
    floor.say(_quote(floor, bid=None))

    early = floor.say(_quote(floor))
    floor.engine.step(make.report(ALPHA, order.cl_ord_id, ExecType.CANCELED, ts=floor.now))
    late = floor.say(_quote(floor))

    assert early.commands == ()
    assert len(submitted(late)) == 1


def test_quotes_of_other_strategies_and_exits_are_not_touched() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    floor.fill(buy, "1", "100.1")
    gtc = TimeInForce.GTC
    submitted(floor.say(floor.single(Side.SELL, "1", "101.0", SignalKind.EXIT, gtc)))

    outcome = floor.say(_quote(floor, bid="99.0"))

    assert only(CancelOrder, outcome.commands) == []
    assert [o.side for o in submitted(outcome)] == [Side.BUY]


def test_an_exit_closes_no_more_than_is_held_and_not_already_being_closed() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    floor.fill(buy, "1", "100.1")

    first = floor.say(floor.single(Side.SELL, "0.4", "100.0", SignalKind.EXIT))
    second = floor.say(floor.single(Side.SELL, "5", "100.0", SignalKind.EXIT))

    assert [o.order_qty for o in submitted(first)] == [ALPHA.lots("0.4")]
    assert [o.order_qty for o in submitted(second)] == [ALPHA.lots("0.6")]


def test_an_exit_that_adds_to_what_is_held_is_not_sent() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    floor.fill(buy, "1", "100.1")

    outcome = floor.say(floor.single(Side.BUY, "1", "100.1", SignalKind.EXIT))

    assert submitted(outcome) == []


def test_legs_of_an_exit_are_judged_one_by_one() -> None:
    floor = Floor()
    for order in submitted(floor.say(floor.arbitrage())):
        floor.fill(order, "1", "100.1" if order.side is Side.BUY else "100.4")
    legs = (
        Leg(ALPHA.id, Side.SELL, ALPHA.ticks("90.0"), ALPHA.lots("1")),
        Leg(BETA.id, Side.BUY, BETA.ticks("100.5"), BETA.lots("1")),
    )
    leaving = Signal(floor.strategy.id, SignalKind.EXIT, legs, 0.0, Nanos(floor.now + 1000 * MS))

    outcome = floor.say(leaving)

    assert [r.refused.reason for r in only(SignalRefused, outcome.facts)] == [Reason.PRICE_COLLAR]
    assert [o.instrument for o in submitted(outcome)] == [BETA.id]
    assert len(only(SignalApproved, outcome.facts)) == 1


def _ladder(floor: Floor, *bids: str) -> Signal:
    """One bid of 1 at each of *bids*."""
    legs = tuple(
        Leg(ALPHA.id, Side.BUY, ALPHA.ticks(bid), ALPHA.lots("1"), TimeInForce.GTC) for bid in bids
    )
    return Signal(floor.strategy.id, SignalKind.QUOTE, legs, 1.0, Nanos(floor.now + 1000 * MS))


def _acknowledged(floor: Floor, outcome: Outcome) -> list[SubmitOrder]:
    orders = submitted(outcome)
    for order in orders:
        floor.engine.step(make.report(ALPHA, order.cl_ord_id, ExecType.NEW, ts=floor.now))
    return orders


def test_a_side_is_quoted_at_as_many_prices_as_it_has_legs() -> None:
    floor = Floor()

    outcome = floor.say(_ladder(floor, "99.0", "98.0", "97.0"))

    assert [o.price for o in submitted(outcome)] == [ALPHA.ticks(p) for p in ("99", "98", "97")]
    assert len(only(SignalApproved, outcome.facts)) == 1


def test_of_several_quotes_only_those_that_moved_are_touched() -> None:
    floor = Floor()
    orders = _acknowledged(floor, floor.say(_ladder(floor, "99.0", "98.0", "97.0")))

    command = _replaced(floor.say(_ladder(floor, "99.1", "98.0", "97.0")))

    assert command.orig_cl_ord_id == orders[0].cl_ord_id
    assert command.price == ALPHA.ticks("99.1")


def test_quotes_beyond_the_wanted_ones_are_canceled() -> None:
    floor = Floor()
    orders = _acknowledged(floor, floor.say(_ladder(floor, "99.0", "98.0")))

    outcome = floor.say(_ladder(floor, "98.0"))

    assert outcome.commands == (CancelOrder(orders[0].cl_ord_id, ALPHA.id),)


def test_a_replacement_is_approved_like_any_order() -> None:
    floor = Floor()
    _working(floor)
    signal = _quote(floor, bid="99.1")

    outcome = floor.say(signal)

    assert only(SignalApproved, outcome.facts) == [SignalApproved(signal, "")]


def test_a_replacement_that_leaves_no_room_for_a_fill_on_the_way_is_not_sent() -> None:
    floor = Floor(max_position_size=Decimal("1.5"))
    order = _working(floor)

    outcome = floor.say(_quote(floor, bid="99.1"))

    assert [r.refused.reason for r in only(SignalRefused, outcome.facts)] == [Reason.POSITION]
    assert only(CancelOrder, outcome.commands) == [CancelOrder(order.cl_ord_id, ALPHA.id)]
