"""Orders take reports as FIX's state matrices say, each exactly once."""

import pytest

from graphwiz_trader.domain.errors import IllegalTransition
from graphwiz_trader.domain.order import TERMINAL, TRANSITIONS, Applied
from graphwiz_trader.domain.orders import ExecType, OrdStatus
from graphwiz_trader.testing import make

BTC = make.instrument()


def _fill(order, qty, **more):
    return order.apply(
        make.report(BTC, order.cl_ord_id, ExecType.TRADE, qty=qty, price="100.0", **more)
    )


def _told(order, exec_type, **more):
    return order.apply(make.report(BTC, order.cl_ord_id, exec_type, **more))


def test_an_acknowledged_order_fills_in_parts_until_nothing_is_left() -> None:
    order = make.order(BTC, qty="2")

    _told(order, ExecType.NEW)
    _fill(order, "0.5")
    partly = (order.ord_status, order.leaves_qty)
    _fill(order, "1.5")

    assert partly == (OrdStatus.PARTIALLY_FILLED, BTC.lots("1.5"))
    assert (order.ord_status, order.cum_qty, order.leaves_qty) == (
        OrdStatus.FILLED,
        BTC.lots("2"),
        0,
    )


def test_a_fill_before_the_acknowledgement_counts() -> None:
    order = make.order(BTC, qty="2")

    _fill(order, "1")
    late = _told(order, ExecType.NEW)

    assert late is Applied.ABSORBED
    assert (order.ord_status, order.cum_qty) == (OrdStatus.PARTIALLY_FILLED, BTC.lots("1"))


def test_a_fill_after_the_cancel_counts_and_the_order_stays_canceled() -> None:
    order = make.order(BTC, qty="2")
    _told(order, ExecType.NEW)
    _told(order, ExecType.CANCELED)

    applied = _fill(order, "1")

    assert applied is Applied.FILLED
    assert (order.ord_status, order.cum_qty) == (OrdStatus.CANCELED, BTC.lots("1"))


def test_the_same_fill_twice_counts_once() -> None:
    order = make.order(BTC, qty="2")
    _fill(order, "1", exec_id="t7")

    again = _fill(order, "1", exec_id="t7")

    assert again is Applied.ABSORBED
    assert order.cum_qty == BTC.lots("1")


def test_more_than_was_ordered_cannot_fill() -> None:
    order = make.order(BTC, qty="2")

    with pytest.raises(IllegalTransition, match="2000 lots"):
        _fill(order, "2.001")

    assert order.cum_qty == 0


@pytest.mark.parametrize("end", sorted(TERMINAL, key=lambda s: s.value))
@pytest.mark.parametrize("exec_type", [e for e in ExecType if e is not ExecType.TRADE])
def test_after_the_end_everything_but_a_fill_is_absorbed(
    end: OrdStatus, exec_type: ExecType
) -> None:
    order = make.order(BTC)
    order.ord_status = end

    applied = _told(order, exec_type)

    assert applied is Applied.ABSORBED
    assert order.ord_status is end


@pytest.mark.parametrize("before", [s for s in OrdStatus if s not in TERMINAL])
@pytest.mark.parametrize(
    "exec_type", [e for e in ExecType if e not in (ExecType.TRADE, ExecType.STATUS)]
)
def test_every_pair_is_in_the_table_or_impossible(before: OrdStatus, exec_type: ExecType) -> None:
    order = make.order(BTC)
    order.ord_status = before
    expected = TRANSITIONS.get((before, exec_type))

    if expected is None:
        with pytest.raises(IllegalTransition):
            _told(order, exec_type)
        expected = before
    else:
        _told(order, exec_type)

    assert order.ord_status is expected


def test_an_unknown_order_goes_on_holding_all_it_may_still_fill() -> None:
    order = make.order(BTC, qty="2")

    news = order.lose_sight("timeout")

    assert news
    assert (order.ord_status, order.leaves_qty) == (OrdStatus.UNKNOWN, BTC.lots("2"))


def test_proof_of_absence_ends_an_unknown_order_as_rejected() -> None:
    order = make.order(BTC)
    order.lose_sight("timeout")

    _told(order, ExecType.STATUS, status=OrdStatus.REJECTED, cum=0, text="NOT_FOUND")

    assert (order.ord_status, order.text) == (OrdStatus.REJECTED, "NOT_FOUND")


def test_an_answer_cannot_end_an_order_while_its_fills_are_missing() -> None:
    order = make.order(BTC, qty="2")
    order.lose_sight("timeout")

    applied = _told(order, ExecType.STATUS, status=OrdStatus.FILLED, cum=BTC.lots("2"))

    assert applied is Applied.ABSORBED
    assert order.ord_status is OrdStatus.UNKNOWN


def test_an_answer_that_says_filled_without_a_quantity_does_not_end_an_order_short_of_it() -> None:
    order = make.order(BTC, qty="2")
    _fill(order, "1")

    applied = _told(order, ExecType.STATUS, status=OrdStatus.FILLED)

    assert applied is Applied.ABSORBED
    assert (order.ord_status, order.leaves_qty) == (OrdStatus.PARTIALLY_FILLED, BTC.lots("1"))


@pytest.mark.parametrize("waiting", [OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE])
def test_an_answer_that_an_order_lives_does_not_end_the_wait_for_its_cancel(
    waiting: OrdStatus,
) -> None:
    order = make.order(BTC)
    order.ord_status = waiting

    _told(order, ExecType.STATUS, status=OrdStatus.NEW, cum=0)

    assert order.ord_status is waiting


@pytest.mark.parametrize(("answered", "unknown"), [(False, True), (True, False)])
def test_an_unanswered_order_is_unknown_though_its_cancel_was_sent(
    answered: bool, unknown: bool
) -> None:
    order = make.order(BTC)
    if answered:
        _told(order, ExecType.NEW)
    order.ord_status = OrdStatus.PENDING_CANCEL

    order.lose_sight("timeout")

    assert (order.ord_status is OrdStatus.UNKNOWN) is unknown
