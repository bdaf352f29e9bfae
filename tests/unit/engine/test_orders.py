"""Orders hold what they may still fill, and closed ones are found while late reports may come."""

import pytest

from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, StrategyId
from graphwiz_trader.engine.orders import CLOSED_KEPT, Orders
from graphwiz_trader.testing import make

BTC = make.instrument()


def _end(orders: Orders, number: int) -> None:
    order = make.order(BTC, cl_ord_id=f"o{number}")
    orders.add(order)
    before = order.leaves_qty
    order.ord_status = OrdStatus.CANCELED
    orders.moved(order, before)


@pytest.mark.parametrize("side", Side)
def test_what_may_still_fill_is_kept_by_side(side: Side) -> None:
    orders = Orders()
    orders.add(make.order(BTC, side=side, qty="2", cl_ord_id="a"))
    orders.add(make.order(BTC, side=side, qty="0.5", cl_ord_id="b"))

    assert orders.open_lots(BTC.id, side) == BTC.lots("2.5")
    assert orders.open_lots(BTC.id, side.opposite) == 0


def test_an_order_that_was_never_sent_leaves_no_trace() -> None:
    orders = Orders()
    order = make.order(BTC)
    orders.add(order)

    orders.forget(order)

    assert (len(orders), orders.submitted, orders.open_lots(BTC.id, Side.BUY)) == (0, 0, 0)
    assert orders.find(order.cl_ord_id) is None


def test_a_closed_order_is_found_but_not_among_the_live() -> None:
    orders = Orders()

    _end(orders, 1)

    found = orders.find(ClOrdId("o1"))
    assert found is not None
    assert found.ord_status is OrdStatus.CANCELED
    assert (len(orders), orders.of(BTC.id)) == (0, ())


def test_the_closed_orders_kept_are_bounded_and_the_oldest_go_first() -> None:
    orders = Orders()

    for number in range(CLOSED_KEPT + 1):
        _end(orders, number)

    assert orders.find(ClOrdId("o0")) is None
    assert orders.find(ClOrdId("o1")) is not None


def test_working_counts_one_strategy_and_both_sides() -> None:
    orders = Orders()
    orders.add(make.order(BTC, qty="2", cl_ord_id="a"))
    orders.add(make.order(BTC, side=Side.SELL, qty="1", cl_ord_id="b"))
    orders.add(make.order(BTC, qty="4", cl_ord_id="c", strategy="other"))

    assert orders.working(StrategyId("test"), BTC.id) == BTC.lots("3")
