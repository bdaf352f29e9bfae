"""Questions: fills page by page and day by day, and answers that cannot be read."""

import asyncio
from decimal import Decimal
from typing import Any, cast

import pytest
from ccxt.base import errors as theirs

from graphwiz_trader.adapters.ccxt import questions as module
from graphwiz_trader.adapters.ccxt.blotter import Blotter
from graphwiz_trader.adapters.ccxt.private_session import PrivateSession
from graphwiz_trader.adapters.ccxt.questions import Questions
from graphwiz_trader.adapters.ccxt.quirk import Trading
from graphwiz_trader.domain.errors import AccessDenied, Transient
from graphwiz_trader.domain.units import MILLISECOND, SECOND, ClOrdId, Nanos
from graphwiz_trader.domain.venue import OrderRef
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from tests.unit.adapters.ccxt.fake_exchange import FakeExchange

BTC = make.instrument()
NOW = 1_700_000_000 * SECOND
DAY = Nanos(86_400 * SECOND)


def trade(number: int, ms: int) -> dict[str, object]:
    return {
        "id": f"t{number}",
        "order": "v-a1",
        "timestamp": ms,
        "price": "99.5",
        "amount": str(BTC.qty(1)),
        "takerOrMaker": "maker",
        "fee": {"cost": "0.1", "currency": "USDT"},
    }


def questions(exchange: FakeExchange, trading: Trading) -> Questions:
    clock = ManualClock(NOW)
    session = PrivateSession(cast("Any", exchange), cast("Any", FakeExchange()))
    blotter = Blotter(lambda event: None, clock.now, lambda ticket: None, "a")
    return Questions(BTC.venue, session, trading, {BTC.id: BTC}, blotter, clock, "a")


class Archive:
    """Fills at a venue, told in pages of two."""

    def __init__(self, ages_s: list[int], *, newest_first: bool) -> None:
        self.trades = [trade(i, NOW // MILLISECOND - s * 1_000) for i, s in enumerate(ages_s)]
        self.newest_first = newest_first
        self.spans: list[int] = []

    async def page(
        self, symbol: str, since: int, limit: int, params: dict[str, int]
    ) -> list[dict[str, object]]:
        self.spans.append(params["until"] - since)
        found = [t for t in self.trades if since <= cast("int", t["timestamp"]) <= params["until"]]
        found.sort(key=lambda t: cast("int", t["timestamp"]))
        return found[-limit:] if self.newest_first else found[:limit]


def found_in(archive: Archive, trading: Trading, since: int) -> list[str]:
    exchange = FakeExchange(fetch_order=[{"id": "v-a1", "clientOrderId": "a1"}])
    cast("Any", exchange).fetch_my_trades = archive.page
    asking = questions(exchange, trading)
    return [fill.exec_id for _, fill in asyncio.run(asking.fills(BTC.id, Nanos(since)))]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("window", [Nanos(0), DAY])
def test_every_page_and_every_day_is_asked_for(
    newest_first: bool, window: Nanos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    ages = [300_000, 200_000, 90_000, 3_000, 2_000, 1_000, 10]
    archive = Archive(ages, newest_first=newest_first)
    trading = Trading(newest_first=newest_first, fills_window=window)

    found = found_in(archive, trading, NOW - 250_000 * SECOND)

    assert found == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert not window or max(archive.spans) <= window // MILLISECOND


def test_a_week_is_as_far_back_as_it_goes() -> None:
    archive = Archive([8 * 86_400, 6 * 86_400], newest_first=False)

    assert found_in(archive, Trading(), 0) == ["t1"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (theirs.NetworkError("reset"), Transient),
        (theirs.BadResponse("<html>"), Transient),
        (theirs.InvalidNonce("-1021"), Transient),
        (theirs.BadRequest("-1100"), Transient),
        ({"id": None}, Transient),
        ("<html>", Transient),
        ({"id": "7", "clientOrderId": "another"}, Transient),
        ({"id": "7", "amount": "0.123456789"}, Transient),
        (theirs.AuthenticationError("-2015"), AccessDenied),
    ],
    ids=lambda item: repr(item)[:30],
)
def test_what_cannot_be_read_is_no_answer(answer: object, error: type[Exception]) -> None:
    asking = questions(FakeExchange(fetch_order=[answer]), Trading(asks_by_our_id=True))

    with pytest.raises(error):
        asyncio.run(asking.order(OrderRef(BTC.id, ClOrdId("a1"))))


def test_an_order_that_is_not_found_is_none() -> None:
    exchange = FakeExchange(fetch_order=[theirs.OrderNotFound("-2013")])
    asking = questions(exchange, Trading(asks_by_our_id=True))

    assert asyncio.run(asking.order(OrderRef(BTC.id, ClOrdId("a1")))) is None


@pytest.mark.parametrize(
    ("has", "script"),
    [
        ({"fetchOrders": True}, ["fetch_orders"]),
        ({}, ["fetch_open_orders", "fetch_closed_orders"]),
        (
            {"fetchCanceledOrders": True},
            ["fetch_open_orders", "fetch_closed_orders", "fetch_canceled_orders"],
        ),
    ],
)
def test_where_our_id_will_not_do_the_order_is_looked_for(
    has: dict[str, object], script: list[str]
) -> None:
    order = {"id": "7", "clientOrderId": "a1", "status": "closed", "amount": str(BTC.qty(4))}
    answers: dict[str, list[object]] = {name: [[{"id": "6"}]] for name in script}
    answers[script[-1]] = [[{"id": "6", "clientOrderId": "a0"}, order]]
    exchange = FakeExchange(**answers)
    exchange.has = has

    found = asyncio.run(questions(exchange, Trading()).order(OrderRef(BTC.id, ClOrdId("a1"))))

    assert found is not None
    assert (found.order_id, found.order_qty) == ("7", 4)
    assert [name for name, _ in exchange.asked if name.startswith("fetch")] == script


def test_connections_are_closed_after_the_last_question() -> None:
    exchange = FakeExchange(fetch_time=[NOW // MILLISECOND])
    asking = questions(exchange, Trading())

    async def playing() -> list[Nanos]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(asking.time()) for _ in range(3)]
        return [task.result() for task in tasks]

    assert asyncio.run(playing()) == [NOW] * 3
    assert [name for name, _ in exchange.asked].count("close") == 1
    assert exchange.asked[-1] == ("close", ())


def test_balances_are_exact_and_positions_of_others_left_out() -> None:
    exchange = FakeExchange(
        fetch_open_orders=[[]],
        fetch_balance=[
            {"total": {"BTC": "0.10000000", "DUST": "0", "USDT": "3.3"}, "free": {"BTC": "0.04"}}
        ],
    )

    snapshot = asyncio.run(questions(exchange, Trading()).snapshot())

    assert [(b.asset, b.total, b.free) for b in snapshot.balances] == [
        ("BTC", Decimal("0.10000000"), Decimal("0.04")),
        ("USDT", Decimal("3.3"), Decimal("3.3")),
    ]


def test_no_balances_are_no_answer() -> None:
    exchange = FakeExchange(fetch_open_orders=[[]], fetch_balance=["<html>"])

    with pytest.raises(Transient, match="no balances"):
        asyncio.run(questions(exchange, Trading()).snapshot())
