import pytest

from graphwiz_trader.adapters.loopback.limits import Limits, Sliding, Window
from graphwiz_trader.adapters.loopback.rest.binance_meter import BinanceMeter
from graphwiz_trader.adapters.loopback.rest.endpoint import Refusal
from graphwiz_trader.domain.units import SECOND, Nanos

MINUTE = Nanos(60 * SECOND)


def at(seconds: float) -> Nanos:
    """That long after a whole minute."""
    return Nanos(1_767_225_600 * SECOND + int(seconds * SECOND))


def test_a_window_begins_anew_with_its_interval() -> None:
    window = Window(10, MINUTE)

    assert window.add(10, at(59))
    assert not window.add(1, at(59.9))
    assert window.add(10, at(60))
    assert window.left_s(at(60)) == 60


def test_a_sliding_limit_does_not_count_what_it_refuses() -> None:
    limit = Sliding(2, SECOND)

    taken = [limit.take(1, at(second)) for second in (0, 0.5, 0.9, 1.0, 1.5)]

    assert taken == [True, True, False, True, True]


def test_too_much_weight_is_429_and_going_on_regardless_418() -> None:
    meter = BinanceMeter(Limits(weight=100, patience=2, ban_s=120))
    meter.count(100, at(0))

    statuses = []
    for _ in range(4):
        with pytest.raises(Refusal) as refused:
            meter.count(1, at(1))
        statuses.append(refused.value.status)

    assert statuses == [429, 429, 418, 418]
    assert meter.retry_after_s(418, at(1)) == 120


def test_a_ban_ends_and_weight_is_free_again() -> None:
    meter = BinanceMeter(Limits(weight=1, patience=0, ban_s=120))
    meter.count(1, at(0))
    with pytest.raises(Refusal):
        meter.count(1, at(1))

    meter.count(1, at(121))

    assert meter.headers(at(121))["X-MBX-USED-WEIGHT-1M"] == "1"


def test_orders_have_a_limit_of_their_own() -> None:
    meter = BinanceMeter(Limits(orders=2))
    meter.count_orders(2, at(0))

    with pytest.raises(Refusal) as refused:
        meter.count_orders(1, at(9))
    meter.count_orders(1, at(10))

    assert (refused.value.status, refused.value.code) == (429, -1015)
    assert meter.order_headers(at(10)) == {"X-MBX-ORDER-COUNT-10S": "1"}
