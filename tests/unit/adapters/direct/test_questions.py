"""What is asked over HTTP, and what answers come to."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from typing_extensions import override

from graphwiz_trader.adapters.direct.binance_questions import BinanceQuestions
from graphwiz_trader.adapters.direct.binance_requests import BinanceRequests
from graphwiz_trader.adapters.direct.hosts import simulated_hosts
from graphwiz_trader.adapters.direct.http_call import HttpAnswer, HttpCall
from graphwiz_trader.adapters.direct.questions import Questions
from graphwiz_trader.adapters.direct.rest import Rest
from graphwiz_trader.adapters.direct.told import Told
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import AccessDenied, Transient
from graphwiz_trader.domain.units import DAY, MILLISECOND, SECOND, ClOrdId, Nanos, Venue
from graphwiz_trader.domain.venue import OrderRef
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock

BTC = make.instrument("BTC/USDT@binance", "0.01", "0.00001")
KEY = Credentials("the-key", "the-secret")
NOW = Nanos(1_700_000_000 * SECOND)
SINCE = Nanos(NOW - SECOND)


class Replies(Rest):
    """Gives its answers in turn, and remembers what was asked."""

    def __init__(self, answers: Sequence[HttpAnswer]) -> None:
        super().__init__(simulated_hosts(Venue("binance"), "http://127.0.0.1:1"), SECOND)
        self.asked: list[str] = []
        self._answers = list(answers)

    @override
    async def ask(self, call: HttpCall) -> HttpAnswer:
        await asyncio.sleep(0)
        self.asked.append(call.path)
        return self._answers.pop(0)


def answer(body: object, status: int = 200, used: str = "") -> HttpAnswer:
    return HttpAnswer(status, {"X-MBX-USED-WEIGHT-1M": used}, msgspec.json.encode(body))


def questions(*answers: HttpAnswer) -> tuple[Questions, Replies]:
    rest, listed = Replies(answers), {BTC.id: BTC}
    words = BinanceQuestions(Venue("binance"), listed, BinanceRequests([BTC], KEY))
    return Questions(words, KEY.hidden, rest, ManualClock(NOW), Told(), "a"), rest


def trade(number: int, order: int, qty: str = "0.00001") -> dict[str, object]:
    return {
        "id": number, "orderId": order, "price": "10.00", "qty": qty, "commission": "0",
        "commissionAsset": "BNB", "time": NOW // MILLISECOND, "isMaker": True,
    }  # fmt: skip


def order(name: str) -> dict[str, object]:
    return {
        "symbol": "BTCUSDT", "orderId": 7, "clientOrderId": name, "price": "10.00",
        "origQty": "0.00002", "executedQty": "0.00001", "status": "PARTIALLY_FILLED",
        "side": "SELL", "updateTime": 5,
    }  # fmt: skip


def test_a_refusal_is_quoted_without_our_key() -> None:
    asked, _ = questions(answer({"code": -2015, "msg": "Invalid the-key of the-secret"}, 401))

    with pytest.raises(AccessDenied, match=r"^-2015 Invalid \*\*\* of \*\*\*$"):
        asyncio.run(asked.snapshot())


def test_fills_of_other_people_are_left_out_and_their_orders_asked_for_once() -> None:
    trades = [trade(1, 7), trade(2, 8), trade(3, 8)]
    asked, rest = questions(answer(trades), answer(order("a1")), answer(order("web_1")))

    found = asyncio.run(asked.fills(BTC.id, SINCE))

    assert [(fill.cl_ord_id, fill.exec_id) for fill in found] == [("a1", "1")]
    assert len(rest.asked) == 3


def test_more_than_a_page_of_fills_is_asked_for_until_the_end() -> None:
    first = [trade(number, 7) for number in range(1_000)]
    asked, rest = questions(answer(first), answer(order("a1")), answer([trade(1_000, 7)]))

    found = asyncio.run(asked.fills(BTC.id, SINCE))

    assert [fill.exec_id for fill in found] == [str(number) for number in range(1_001)]
    assert ["startTime=" in path for path in rest.asked] == [True, False, False]
    assert "fromId=1000&" in rest.asked[-1]


def test_a_time_of_more_than_a_day_ago_is_not_asked_for() -> None:
    asked, rest = questions(answer([]))

    asyncio.run(asked.fills(BTC.id, Nanos(NOW - DAY)))

    assert "startTime" not in rest.asked[0]


def test_a_fill_off_the_grid_is_counted_and_never_told() -> None:
    asked, _ = questions(answer([trade(1, 7, qty="0.000015")]))

    with pytest.raises(Transient, match="not a multiple"):
        asyncio.run(asked.fills(BTC.id, SINCE))
    assert asked.garbled == 1


def test_the_weight_the_venue_counts_is_remembered() -> None:
    asked, _ = questions(answer(order("a1"), used="61"))

    asyncio.run(asked.query(OrderRef(BTC.id, ClOrdId("a1"))))

    assert asked.usage is not None
    assert (asked.usage.used, asked.usage.closed_until) == (61, 0)


def test_clocks_are_measured_from_the_middle_of_the_question() -> None:
    asked, _ = questions(answer({"serverTime": NOW // MILLISECOND + 250}))

    asyncio.run(asked.measure())

    assert asked.offset == 250 * MILLISECOND
    assert asked.at() == NOW + 250 * MILLISECOND


def test_a_refusal_that_nobody_can_read_is_no_answer() -> None:
    """A 400 whose body was cut off ended the engine once."""
    asking, _ = questions(HttpAnswer(400, {}, b'{"code":-10'))

    with pytest.raises(Transient, match="HTTP 400"):
        asyncio.run(asking.snapshot())
