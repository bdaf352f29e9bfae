"""OrderWire: what leaves, over what, and what an answer means."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import pytest
from aiohttp import WSMessage, WSMsgType
from ccxt.base import errors as theirs

from graphwiz_trader.adapters.ccxt.exchange import Client, Exchange
from graphwiz_trader.adapters.ccxt.order_wire import OrderWire, Wanted
from graphwiz_trader.adapters.ccxt.patience import OrderPatience
from graphwiz_trader.adapters.ccxt.private_exchange import PrivateExchange
from graphwiz_trader.adapters.ccxt.quirk import Trading, quirks_of
from graphwiz_trader.adapters.ccxt.tap import tap
from graphwiz_trader.domain.errors import (
    InvalidOrder,
    OrderNotFound,
    OutcomeUnknown,
    PortError,
    RateLimited,
)
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, ClOrdId, Lots, Nanos, Ticks
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from tests.unit.adapters.ccxt.fake_exchange import FakeExchange

BTC = make.instrument()
HASTE = OrderPatience(ack=Nanos(20 * MILLISECOND))
URL = "wss://example.org/ws-api"
T = TypeVar("T")


def wanted(
    ord_type: OrdType = OrdType.LIMIT, time_in_force: TimeInForce = TimeInForce.GTC
) -> Wanted:
    return Wanted(ClOrdId("a1"), BTC, Side.BUY, ord_type, time_in_force, Ticks(995), Lots(3))


def wire_of(exchange: FakeExchange, trading: Trading | None = None) -> OrderWire:
    trading = trading or Trading()
    made = cast("PrivateExchange", exchange)
    return OrderWire(made, trading, ManualClock(), HASTE, lambda text: text, "a")


def submitted(exchange: FakeExchange, order: Wanted, trading: Trading | None = None) -> object:
    return asyncio.run(wire_of(exchange, trading).submit(order))


def over_socket(
    exchange: FakeExchange, trading: Trading, scene: Callable[[OrderWire], Awaitable[T]]
) -> T:
    """What *scene* returns on a wire whose socket is open."""

    async def playing() -> T:
        wire = wire_of(exchange, trading)
        exchange.client(URL)
        exchange.clients.clear()
        opened = exchange.client

        async def opener(*_: object) -> None:
            opened(URL)

        cast("Any", exchange).authenticate = opener
        task = asyncio.create_task(wire.keep("BTC/USDT"))
        for _ in range(20):
            await asyncio.sleep(0)
        assert wire.is_socket
        try:
            return await scene(wire)
        finally:
            task.cancel()
            await asyncio.wait([task])

    return asyncio.run(playing())


SOCKET = Trading(order_socket="authenticate", ws_order_id="newClientOrderId")


@pytest.mark.parametrize(
    ("order", "trading", "sent"),
    [
        (wanted(), Trading(), ("limit", "99.5", {"timeInForce": "GTC"})),
        (
            wanted(time_in_force=TimeInForce.IOC),
            Trading(),
            ("limit", "99.5", {"timeInForce": "IOC"}),
        ),
        (wanted(OrdType.MARKET), Trading(), ("market", None, {})),
        (wanted(OrdType.LIMIT_MAKER), Trading(), ("limit", "99.5", {"postOnly": True})),
        (
            wanted(OrdType.LIMIT_MAKER),
            quirks_of("binance").trading,
            ("LIMIT_MAKER", "99.5", {}),
        ),
    ],
    ids=["limit", "ioc", "market", "maker", "binance's maker"],
)
def test_an_order_is_said_in_ccxts_words(
    order: Wanted, trading: Trading, sent: tuple[str, str | None, dict[str, object]]
) -> None:
    exchange = FakeExchange(create_order=[{"id": "7"}])

    submitted(exchange, order, trading)

    kind, price, params = sent
    params = {**params, "clientOrderId": "a1"}
    qty = format(BTC.qty(3), "f")
    assert exchange.asked == [("create_order", ("BTC/USDT", kind, "buy", qty, price, params))]


def test_over_a_socket_our_id_has_one_key() -> None:
    exchange = FakeExchange(create_order_ws=[{"id": "7"}])

    over_socket(exchange, SOCKET, lambda wire: wire.submit(wanted()))

    ((_, given),) = exchange.asked
    assert given[5] == {"timeInForce": "GTC", "newClientOrderId": "a1"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"id": None}, OutcomeUnknown),
        ({}, OutcomeUnknown),
        ("<html>", OutcomeUnknown),
        (None, OutcomeUnknown),
        ({"id": "7", "clientOrderId": "another"}, OutcomeUnknown),
        (theirs.NetworkError("reset"), OutcomeUnknown),
        (theirs.ExchangeNotAvailable("503"), OutcomeUnknown),
        (TypeError("NoneType"), OutcomeUnknown),
        (theirs.ExchangeError("what nobody knows"), PortError),
        (theirs.InvalidOrder("-1013"), InvalidOrder),
        (theirs.DDoSProtection("418"), RateLimited),
    ],
    ids=lambda item: repr(item)[:30],
)
def test_what_an_answer_means(answer: object, kind: type[Exception]) -> None:
    exchange = FakeExchange(create_order=[answer])

    with pytest.raises(PortError) as caught:
        submitted(exchange, wanted())

    assert type(caught.value) is kind
    assert len(exchange.asked) == 1


def test_a_code_that_ccxt_left_in_the_text_is_read() -> None:
    error = theirs.ExchangeError('okx {"code":"1","data":[{"sCode":"51016","sMsg":"exists"}]}')
    exchange = FakeExchange(create_order=[error])
    exchange.exceptions["exact"]["51016"] = theirs.InvalidOrder

    with pytest.raises(InvalidOrder, match="51016"):
        submitted(exchange, wanted(), quirks_of("okx").trading)


def test_an_answer_that_never_comes_is_given_up() -> None:
    exchange = FakeExchange()

    async def never(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    cast("Any", exchange).create_order = never

    with pytest.raises(OutcomeUnknown):
        submitted(exchange, wanted())


@pytest.mark.parametrize(
    ("trading", "order_id", "given"),
    [
        (Trading(), "7", ("7", "BTC/USDT", {})),
        (Trading(), "", (None, "BTC/USDT", {"clientOrderId": "a1"})),
        (Trading(asks_by_our_id=True), "7", (None, "BTC/USDT", {"clientOrderId": "a1"})),
    ],
)
def test_a_cancel_names_the_order_as_the_venue_wants(
    trading: Trading, order_id: str, given: tuple[object, ...]
) -> None:
    exchange = FakeExchange(cancel_order=[{"id": "7", "clientOrderId": "the cancel's own"}])

    asyncio.run(wire_of(exchange, trading).cancel(ClOrdId("a1"), order_id, BTC))

    assert exchange.asked == [("cancel_order", given)]


def test_a_cancel_of_what_is_gone_says_so() -> None:
    exchange = FakeExchange(cancel_order=[theirs.OrderNotFound("-2011")])

    with pytest.raises(OrderNotFound):
        asyncio.run(wire_of(exchange).cancel(ClOrdId("a1"), "7", BTC))


def test_an_error_that_names_no_request_leaves_all_in_flight_open() -> None:
    """ccxt would hand its words to each, as if every order had been refused."""
    exchange = FakeExchange(create_order=[{"id": "7"}])

    async def scene(wire: OrderWire) -> list[type[BaseException]]:
        client = exchange.clients[URL]
        client.reject(theirs.BadRequest("60012 Illegal request"))
        await wire.submit(wanted())
        return [type(error) for error in client.failed]

    assert over_socket(exchange, SOCKET, scene) == [theirs.NetworkError]
    assert [name for name, _ in exchange.asked] == ["create_order"]


def test_a_socket_that_closed_takes_no_order() -> None:
    exchange = FakeExchange(create_order=[{"id": "7"}])

    async def scene(wire: OrderWire) -> None:
        exchange.clients[URL].is_open = False
        await wire.submit(wanted())

    over_socket(exchange, SOCKET, scene)

    assert [name for name, _ in exchange.asked] == ["create_order"]


def test_a_socket_that_swallowed_an_answer_takes_no_further_order() -> None:
    exchange = FakeExchange(create_order=[{"id": "8"}])

    async def never(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    cast("Any", exchange).create_order_ws = never

    async def scene(wire: OrderWire) -> bool:
        with pytest.raises(OutcomeUnknown):
            await wire.submit(wanted())
        await wire.submit(wanted())
        return wire.is_socket

    assert not over_socket(exchange, SOCKET, scene)
    assert [name for name, _ in exchange.asked] == ["create_order"]


def test_a_venue_that_takes_none_over_a_socket_gets_none() -> None:
    exchange = FakeExchange()
    exchange.has["cancelOrderWs"] = False

    async def playing() -> bool:
        wire = wire_of(exchange, SOCKET)
        await wire.keep("BTC/USDT")
        return wire.is_socket

    assert not asyncio.run(playing())


def test_frames_lose_what_nobody_may_read_before_ccxt_sees_them() -> None:
    seen: list[str] = []

    class Reading:
        def opened(self, client: Client) -> None: ...
        def heard(self, client: Client, message: object) -> None: ...
        def resolved(self, client: Client, result: object, name: str) -> None: ...
        def rejected(self, client: Client, error: BaseException, name: str | None) -> None: ...

    exchange = FakeExchange()
    fresh = exchange.client(URL)
    cast("Any", fresh).handle_message = lambda message: seen.append(message.data)
    exchange.clients.clear()
    cast("Any", exchange).client = lambda url: exchange.clients.setdefault(url, fresh)
    tap(cast("Exchange", exchange), Reading(), lambda text: text.replace("p4ss", "***"))

    client = exchange.client(URL)
    client.handle_message(WSMessage(WSMsgType.TEXT, 'Illegal request: {"passphrase":"p4ss"}', ""))
    client.handle_message(WSMessage(WSMsgType.PONG, b"", ""))

    assert seen == ['Illegal request: {"passphrase":"***"}', b""]
