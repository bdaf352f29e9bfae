"""Binance's questions are answered strictly: what the venue would refuse is refused here."""

from collections.abc import Mapping
from typing import Any

import pytest

from graphwiz_trader.adapters.loopback.account import Account
from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.rest.binance import check_params, check_time
from graphwiz_trader.adapters.loopback.rest.binance_private import BinancePrivate
from graphwiz_trader.adapters.loopback.rest.binance_public import BinancePublic
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Refusal
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from tests.unit.adapters.loopback.venues import BEGAN, later, premises

LIMIT = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.001",
    "price": "50000.00",
}
NOW_MS = BEGAN // MILLISECOND


class Venue:
    """A venue's private and public questions, without a door."""

    def __init__(self, *faults: Fault) -> None:
        self.premises, _ = premises("binance", faults)
        account = Account(self.premises)
        self.premises.host.listeners.append(account)
        public = BinancePublic(self.premises)
        private = BinancePrivate(self.premises, account, public)
        self.endpoints: dict[str, Endpoint] = {
            endpoint.name: endpoint
            for endpoint in (*public.endpoints(), *private.endpoints(), *private.methods())
        }

    def ask(self, name: str, **params: str) -> Any:
        """The answer to a question, checked as the door checks it."""
        endpoint = self.endpoints[name]
        signed = {"timestamp": str(NOW_MS), "signature": "0"} if endpoint.is_signed else {}
        check_params(endpoint, {**params, **signed})
        return endpoint.answer(params)

    def order(self, changes: Mapping[str, str] | None = None) -> Any:
        """The answer to a limit order with *changes*; an empty one leaves a parameter out."""
        params = {**LIMIT, **(changes or {})}
        return self.ask("POST /api/v3/order", **{k: v for k, v in params.items() if v})


def refusal_of(venue: Venue, name: str, **params: str) -> int:
    """The code with which a question is refused."""
    with pytest.raises(Refusal) as refused:
        venue.ask(name, **params)
    return refused.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": "BTCUSD"}, -1121),
        ({"side": "buy"}, -1117),
        ({"type": "STOP_LOSS"}, -1116),
        ({"timeInForce": "GTX"}, -1115),
        ({"timeInForce": ""}, -1102),
        ({"price": ""}, -1102),
        ({"quantity": "1e-3"}, -1100),
        ({"quantity": "-1"}, -1100),
        ({"price": "50000.001"}, -1013),
        ({"quantity": "0.000001"}, -1013),
        ({"quantity": "0.00001"}, -1013),
        ({"price": "0"}, -1013),
        ({"quantity": "1000"}, -2010),
        ({"type": "MARKET"}, -1106),
        ({"type": "LIMIT_MAKER"}, -1106),
        ({"type": "LIMIT_MAKER", "timeInForce": "", "price": "70000.00"}, -2010),
        ({"newClientOrderId": "a b"}, -1100),
        ({"newClientOrderId": "a~1"}, -1100),
        ({"newOrderRespType": "LONG"}, -1100),
        ({"selfTradePreventionMode": "NONE"}, -1013),
        ({"icebergQty": "1"}, -1104),
    ],
    ids=str,
)
def test_a_bad_order_is_refused(changes: dict[str, str], code: int) -> None:
    venue = Venue()

    with pytest.raises(Refusal) as refused:
        venue.order(changes)

    assert refused.value.code == code
    assert venue.premises.host.exchange.working() == ()


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("GET /api/v3/depth", {}, -1102),
        ("GET /api/v3/depth", {"symbol": "BTCUSDT", "limit": "5001"}, -1100),
        ("GET /api/v3/depth", {"symbol": "BTCUSDT", "limit": "0"}, -1100),
        ("GET /api/v3/depth", {"symbol": "btcusdt"}, -1121),
        ("GET /api/v3/trades", {"symbol": "BTCUSDT", "fromId": "1"}, -1104),
        ("GET /api/v3/ticker/24hr", {"symbol": "BTCUSDT", "symbols": '["BTCUSDT"]'}, -1128),
        ("GET /api/v3/ticker/24hr", {"symbols": "BTCUSDT"}, -1100),
        ("GET /api/v3/order", {"symbol": "BTCUSDT"}, -1102),
        ("GET /api/v3/order", {"symbol": "BTCUSDT", "orderId": "1"}, -2013),
        ("DELETE /api/v3/order", {"symbol": "BTCUSDT", "origClientOrderId": "x"}, -2011),
        ("DELETE /api/v3/openOrders", {"symbol": "BTCUSDT"}, -2011),
    ],
    ids=str,
)
def test_a_bad_question_is_refused(name: str, params: dict[str, str], code: int) -> None:
    assert refusal_of(Venue(), name, **params) == code


def test_an_order_is_known_by_both_its_names_and_not_under_another_symbol() -> None:
    venue = Venue()
    placed = venue.order({"newClientOrderId": "a1"})
    by_number = {"symbol": "BTCUSDT", "orderId": str(placed["orderId"])}

    assert venue.ask("GET /api/v3/order", **by_number)["clientOrderId"] == "a1"
    assert venue.ask("order.status", symbol="BTCUSDT", origClientOrderId="a1")["status"] == "NEW"
    assert refusal_of(venue, "GET /api/v3/order", **{**by_number, "symbol": "ETHUSDT"}) == -2013
    assert refusal_of(venue, "GET /api/v3/order", **by_number, origClientOrderId="b") == -2013


def test_a_cancel_has_an_id_of_its_own_and_works_once() -> None:
    venue = Venue()
    venue.order({"newClientOrderId": "a1"})
    which = {"symbol": "BTCUSDT", "origClientOrderId": "a1"}

    answer = venue.ask("DELETE /api/v3/order", **which, newClientOrderId="c1")

    assert (answer["origClientOrderId"], answer["clientOrderId"]) == ("a1", "c1")
    assert answer["status"] == "CANCELED"
    assert refusal_of(venue, "DELETE /api/v3/order", **which) == -2011


def test_all_orders_of_a_symbol_are_canceled_together() -> None:
    venue = Venue()
    for name in ("a1", "a2"):
        venue.order({"newClientOrderId": name})
    venue.order({"symbol": "ETHUSDT", "price": "2000", "quantity": "0.01"})

    canceled = venue.ask("DELETE /api/v3/openOrders", symbol="BTCUSDT")

    assert [each["origClientOrderId"] for each in canceled] == ["a1", "a2"]
    assert len(venue.ask("GET /api/v3/openOrders")) == 1


def test_a_market_order_tells_its_fills_and_moves_the_balances() -> None:
    venue = Venue()

    answer = venue.order({"type": "MARKET", "price": "", "timeInForce": "", "quantity": "0.2"})

    filled = sum(float(fill["qty"]) for fill in answer["fills"])
    trades = venue.ask("GET /api/v3/myTrades", symbol="BTCUSDT")
    balances = {b["asset"]: b["free"] for b in venue.ask("GET /api/v3/account")["balances"]}
    assert answer["status"] == "FILLED"
    assert round(filled, 8) == 0.2
    assert [trade["id"] for trade in trades] == [fill["tradeId"] for fill in answer["fills"]]
    assert balances["BTC"] == "20.20000000"


@pytest.mark.parametrize(
    ("style", "keys"),
    [("ACK", 5), ("RESULT", 16), ("FULL", 17)],
)
def test_the_answer_is_as_long_as_was_asked_for(style: str, keys: int) -> None:
    assert len(Venue().order({"newOrderRespType": style})) == keys


def test_locked_funds_are_told() -> None:
    venue = Venue()
    venue.order()

    (usdt,) = [
        each for each in venue.ask("GET /api/v3/account")["balances"] if each["asset"] == "USDT"
    ]

    assert usdt["locked"] == "50.02500000"


def test_history_is_told_from_an_id_on_or_the_last() -> None:
    venue = Venue()
    numbers = [venue.order()["orderId"] for _ in range(4)]

    last = venue.ask("GET /api/v3/allOrders", symbol="BTCUSDT", limit="2")
    middle = venue.ask(
        "GET /api/v3/allOrders", symbol="BTCUSDT", limit="2", orderId=str(numbers[1])
    )

    assert [order["orderId"] for order in last] == numbers[2:]
    assert [order["orderId"] for order in middle] == numbers[1:3]


def test_weights_are_as_published() -> None:
    venue = Venue()
    weights = {
        limit: venue.endpoints["GET /api/v3/depth"].weight({"symbol": "BTCUSDT", "limit": limit})
        for limit in ("100", "101", "500", "1000", "5000")
    }

    assert weights == {"100": 5, "101": 25, "500": 25, "1000": 50, "5000": 250}
    assert venue.endpoints["GET /api/v3/ticker/24hr"].weight({}) == 80
    assert venue.endpoints["GET /api/v3/openOrders"].weight({"symbol": "BTCUSDT"}) == 6


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"timestamp": str(NOW_MS - 5_001)}, -1021),
        ({"timestamp": str(NOW_MS + 1_000)}, -1021),
        ({"timestamp": str(NOW_MS), "recvWindow": "60001"}, -1131),
        ({"timestamp": "now"}, -1100),
    ],
    ids=str,
)
def test_a_request_of_another_time_is_refused(params: dict[str, str], code: int) -> None:
    with pytest.raises(Refusal) as refused:
        check_time(params, BEGAN)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "params",
    [
        {"timestamp": str(NOW_MS - 5_000)},
        {"timestamp": str(NOW_MS + 999)},
        {"timestamp": str(NOW_MS - 30_000), "recvWindow": "60000"},
    ],
    ids=str,
)
def test_a_request_within_its_window_is_taken(params: dict[str, str]) -> None:
    check_time(params, BEGAN)


def test_a_mismatched_balance_is_told_once() -> None:
    venue = Venue(Fault(Kind.BALANCE_MISMATCH))

    told = [venue.ask("GET /api/v3/account")["balances"][1]["free"] for _ in range(2)]

    assert told == ["19.98000000", "20.00000000"]


def test_the_market_goes_on_while_nobody_asks() -> None:
    venue = Venue()
    first = venue.ask("GET /api/v3/depth", symbol="BTCUSDT")["lastUpdateId"]

    later(venue.premises, 1.0)

    assert venue.ask("GET /api/v3/depth", symbol="BTCUSDT")["lastUpdateId"] > first
    assert venue.premises.host.now <= Nanos(BEGAN + 1_000 * MILLISECOND)
