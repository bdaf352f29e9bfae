"""OKX's orders and questions are answered strictly, each order with a code of its own."""

from collections.abc import Mapping
from typing import Any

import pytest

from graphwiz_trader.adapters.loopback.account import Account
from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.limits import GENEROUS, Limits
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Refusal
from graphwiz_trader.adapters.loopback.rest.okx import check_params
from graphwiz_trader.adapters.loopback.rest.okx_orders import OkxOrders
from graphwiz_trader.adapters.loopback.rest.okx_private import OkxPrivate
from graphwiz_trader.adapters.loopback.rest.okx_public import OkxPublic
from tests.unit.adapters.loopback.venues import later, premises

LIMIT = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "px": "50000",
    "sz": "0.001",
    "clOrdId": "a1",
}


class Venue:
    """A venue's orders and questions, without a door."""

    def __init__(self, *faults: Fault, limits: Limits = GENEROUS) -> None:
        self.premises, _ = premises("okx", faults, limits)
        self.account = Account(self.premises)
        self.premises.host.listeners.append(self.account)
        self.orders = OkxOrders(self.premises, self.account)
        private = OkxPrivate(self.premises, self.account, self.orders)
        self.endpoints: dict[str, Endpoint] = {
            endpoint.name.partition("/api/v5/")[2]: endpoint
            for endpoint in (*OkxPublic(self.premises).endpoints(), *private.endpoints())
            if endpoint.name.startswith("GET")
        }

    def ask(self, name: str, **params: str) -> Any:
        """The rows of an answer, checked as the door checks it."""
        check_params(self.endpoints[name], params)
        return self.endpoints[name].answer(params)

    def order(self, changes: Mapping[str, Any] | None = None) -> Any:
        """The row of a new order with *changes*; None leaves a parameter out."""
        params = {**LIMIT, **(changes or {})}
        told = self.orders.carry_out("order", [{k: v for k, v in params.items() if v is not None}])
        return told["data"][0]

    def tell(self, op: str, **request: str) -> Any:
        """The code of another operation."""
        return self.orders.carry_out(op, [request])["data"][0]["sCode"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "0"),
        ({"instId": "BTC-USD"}, "51001"),
        ({"instId": None, "instIdCode": 1}, "0"),
        ({"instId": None, "instIdCode": 9}, "51001"),
        ({"tdMode": "cross"}, "51000"),
        ({"side": "BUY"}, "51000"),
        ({"ordType": "optimal_limit_ioc"}, "51000"),
        ({"ordType": "market"}, "51000"),
        ({"ordType": "market", "px": None}, "51000"),
        ({"ordType": "market", "px": None, "tgtCcy": "base_ccy"}, "0"),
        ({"px": None}, "51000"),
        ({"px": "50000.001"}, "51006"),
        ({"sz": 0.001}, "51000"),
        ({"sz": "0.0000001"}, "51121"),
        ({"sz": "0.00001"}, "0"),
        ({"sz": "1000"}, "51008"),
        ({"clOrdId": "a-1"}, "51000"),
        ({"clOrdId": ""}, "51000"),
        ({"stpMode": "cancel_maker"}, "51000"),
    ],
    ids=str,
)
def test_an_order_is_answered_with_its_code(changes: dict[str, Any], code: str) -> None:
    assert Venue().order(changes)["sCode"] == code


def test_an_id_is_taken_once() -> None:
    venue = Venue()

    assert [venue.order()["sCode"] for _ in range(2)] == ["0", "51016"]


def test_a_post_only_order_that_would_take_is_accepted_and_ended_at_once() -> None:
    """OKX answers yes, then cancels: `cancelSource` 31."""
    venue = Venue()

    row = venue.order({"ordType": "post_only", "px": "70000"})
    (order,) = venue.ask("trade/order", instId="BTC-USDT", ordId=row["ordId"])

    assert row["sCode"] == "0"
    assert (order["state"], order["cancelSource"]) == ("canceled", "31")
    assert venue.premises.record.entries == []


def test_an_amendment_keeps_both_names() -> None:
    venue = Venue()
    number = venue.order()["ordId"]

    code = venue.tell("amend-order", instId="BTC-USDT", clOrdId="a1", newPx="49000", newSz="0.002")
    (order,) = venue.ask("trade/order", instId="BTC-USDT", clOrdId="a1")

    assert code == "0"
    assert (order["ordId"], order["px"], order["sz"]) == (number, "49000", "0.002")
    assert (order["state"], len(venue.ask("trade/orders-pending"))) == ("live", 1)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"newPx": "49000.001"}, "51006"),
        ({"newSz": "1000"}, "51008"),
        ({}, "51500"),
        ({"clOrdId": "b", "newPx": "49000"}, "51503"),
        ({"newPx": "49000", "cxlOnFail": "true"}, "51000"),
    ],
    ids=str,
)
def test_a_failed_amendment_leaves_the_order_working(request_: dict[str, str], code: str) -> None:
    venue = Venue()
    venue.order()

    answer = venue.tell("amend-order", **{"instId": "BTC-USDT", "clOrdId": "a1", **request_})
    (order,) = venue.ask("trade/orders-pending")

    assert answer == code
    assert (order["px"], order["sz"], order["state"]) == ("50000", "0.001", "live")


def test_an_amended_order_is_canceled_under_its_first_name() -> None:
    venue = Venue()
    venue.order()
    which = {"instId": "BTC-USDT", "clOrdId": "a1"}
    venue.tell("amend-order", **which, newPx="49000")

    codes = [venue.tell("cancel-order", **which) for _ in range(2)]

    assert codes == ["0", "51400"]
    assert venue.premises.host.exchange.working() == ()
    assert {entry["cl_ord_id"] for entry in venue.premises.record.entries} == {"a1"}


def test_a_batch_may_succeed_in_part() -> None:
    venue = Venue()
    good, bad = {**LIMIT}, {**LIMIT, "clOrdId": "a2", "px": "0.001"}

    answer = venue.orders.carry_out("order", [good, bad])

    assert answer["code"] == "2"
    assert [row["sCode"] for row in answer["data"]] == ["0", "51006"]


@pytest.mark.parametrize("size", [0, 21])
def test_a_batch_has_one_to_twenty_orders(size: int) -> None:
    with pytest.raises(Refusal):
        Venue().orders.carry_out("order", [LIMIT] * size)


def test_a_partial_batch_does_not_place_the_order_it_fails() -> None:
    venue = Venue(Fault(Kind.PARTIAL_BATCH))

    answer = venue.orders.carry_out("order", [LIMIT, {**LIMIT, "clOrdId": "a2"}])

    assert [row["sCode"] for row in answer["data"]] == ["0", "50013"]
    assert len(venue.premises.host.exchange.working()) == 1


def test_orders_are_limited_to_sixty_in_two_seconds() -> None:
    venue = Venue(limits=Limits())

    codes = [venue.order({"clOrdId": f"a{number}"})["sCode"] for number in range(61)]

    assert codes == ["0"] * 60 + ["50011"]


def test_fills_and_balances_agree() -> None:
    venue = Venue()

    row = venue.order({"ordType": "market", "px": None, "tgtCcy": "base_ccy", "sz": "0.2"})
    fills = venue.ask("trade/fills", ordId=row["ordId"])
    (order,) = venue.ask("trade/order", instId="BTC-USDT", ordId=row["ordId"])
    (balance,) = venue.ask("account/balance", ccy="BTC")

    assert order["state"] == "filled"
    assert order["accFillSz"] == "0.2"
    assert round(sum(float(fill["fillSz"]) for fill in fills), 8) == 0.2
    assert float(order["fee"]) == pytest.approx(sum(float(fill["fee"]) for fill in fills))
    assert float(order["fee"]) < 0
    assert balance["details"][0]["cashBal"] == "20.2"


def test_pages_go_back_from_an_id() -> None:
    venue = Venue()
    numbers = [venue.order({"clOrdId": f"a{n}"})["ordId"] for n in range(4)]

    newest = venue.ask("trade/orders-pending", limit="2")
    older = venue.ask("trade/orders-pending", limit="2", after=newest[-1]["ordId"])

    assert [row["ordId"] for row in (*newest, *older)] == numbers[::-1]


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("market/books", {}, 50014),
        ("market/books", {"instId": "BTC-USDT", "sz": "401"}, 51000),
        ("market/books", {"instId": "BTC-USDT", "depth": "5"}, 51000),
        ("market/ticker", {"instId": "BTCUSDT"}, 51001),
        ("market/tickers", {"instType": "spot"}, 51000),
        ("trade/order", {"instId": "BTC-USDT"}, 51000),
        ("trade/order", {"instId": "BTC-USDT", "ordId": "1"}, 51603),
        ("trade/fills", {"after": "x"}, 51000),
    ],
    ids=str,
)
def test_a_bad_question_is_refused(name: str, params: dict[str, str], code: int) -> None:
    venue = Venue()

    with pytest.raises(Refusal) as refused:
        venue.ask(name, **params)

    assert refused.value.code == code


def test_there_is_nothing_but_spot() -> None:
    venue = Venue()

    assert venue.ask("market/tickers", instType="SWAP") == []
    assert len(venue.ask("market/tickers", instType="SPOT")) == 3
    assert venue.ask("public/instruments", instType="FUTURES") == []


def test_trades_are_told_newest_first() -> None:
    venue = Venue()
    later(venue.premises, 5.0)

    rows = venue.ask("market/trades", instId="BTC-USDT", limit="3")

    numbers = [int(row["tradeId"]) for row in rows]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 3
