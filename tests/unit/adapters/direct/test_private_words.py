"""What private messages come to, read from texts as the venues document them."""

from decimal import Decimal

import msgspec
import pytest

from graphwiz_trader.adapters.direct.binance_reports import BinanceReports
from graphwiz_trader.adapters.direct.binance_requests import BinanceRequests
from graphwiz_trader.adapters.direct.okx_reports import OkxReports
from graphwiz_trader.adapters.direct.okx_requests import OkxRequests
from graphwiz_trader.adapters.direct.private_said import (
    Ended,
    Proceed,
    Purpose,
    Ready,
    Refused,
    Reply,
    Terms,
)
from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Asset,
    ClOrdId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.testing import make

KEY = Credentials("the-key", "the-secret", "the-passphrase")
BINANCE_BTC = make.instrument("BTC/USDT@binance", "0.01", "0.00001")
OKX_BTC = make.instrument("BTC/USDT@okx", "0.1", "0.0001")
NOW = Nanos(1_700_000_000_123 * MILLISECOND)
TRADED: dict[str, object] = {
    "e": "executionReport", "E": 1, "s": "BTCUSDT", "c": "a1", "S": "BUY", "o": "LIMIT",
    "f": "GTC", "q": "0.00004", "p": "100.00", "C": "", "x": "TRADE", "X": "PARTIALLY_FILLED",
    "r": "NONE", "i": 7, "l": "0.00003000", "z": "0.00003000", "L": "99.50000000",
    "n": "0.00000300", "N": "BNB", "T": 1_700_000_000_100, "t": 55, "I": 9, "m": True,
}  # fmt: skip
PUSHED: dict[str, str] = {
    "instId": "BTC-USDT", "clOrdId": "a1", "ordId": "7", "state": "filled", "side": "buy",
    "px": "100", "sz": "0.0004", "accFillSz": "0.0004", "fillSz": "0.0001", "fillPx": "99.5",
    "fillTime": "1700000000100", "fillFee": "-0.0000004", "fillFeeCcy": "BTC", "tradeId": "55",
    "execType": "T", "cancelSource": "", "uTime": "1700000000101",
}  # fmt: skip


LIMITED = (
    b'{"id":3,"status":200,"result":{"orderId":7,"transactTime":5},'
    b'"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","count":12}]}'
)


def binance(event: dict[str, object]) -> object:
    text = msgspec.json.encode({"subscriptionId": 0, "event": event})
    return BinanceReports([BINANCE_BTC], KEY).hear(text, NOW, Purpose.USER)


def okx(row: dict[str, str]) -> object:
    arg = {"channel": "orders", "instType": "SPOT"}
    text = msgspec.json.encode({"arg": arg, "data": [row]})
    return OkxReports([OKX_BTC], KEY).hear(text, NOW, Purpose.USER)


def order(instrument: object, kind: OrdType = OrdType.LIMIT) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId("a1"),
        StrategyId("s"),
        instrument,  # type: ignore[arg-type] # an id
        Side.BUY,
        kind,
        TimeInForce.IOC if kind is OrdType.LIMIT else TimeInForce.GTC,
        Ticks(1_000),
        Lots(4),
    )


def test_a_fill_at_binance_is_read_whole() -> None:
    assert binance(TRADED) == (
        ExecutionReport(
            NOW,
            Nanos(1_700_000_000_100 * MILLISECOND),
            ClOrdId("a1"),
            "7",
            "55",
            ExecType.TRADE,
            OrdStatus.PARTIALLY_FILLED,
            BINANCE_BTC.id,
            Ticks(9_950),
            Lots(3),
            Lots(3),
            Liquidity.MAKER,
            Money(Decimal("0.00000300"), Asset("BNB")),
        ),
    )


def test_a_fill_at_okx_is_read_whole() -> None:
    assert okx(PUSHED) == (
        ExecutionReport(
            NOW,
            Nanos(1_700_000_000_100 * MILLISECOND),
            ClOrdId("a1"),
            "7",
            "55",
            ExecType.TRADE,
            OrdStatus.FILLED,
            OKX_BTC.id,
            Ticks(995),
            Lots(1),
            Lots(4),
            Liquidity.TAKER,
            Money(Decimal("0.0000004"), Asset("BTC")),
        ),
    )


@pytest.mark.parametrize("wrong", [{"L": "99.505"}, {"l": "0.000031"}, {"z": "NaN"}, {"n": "?"}])
def test_what_is_on_no_grid_at_binance_is_garbled(wrong: dict[str, object]) -> None:
    with pytest.raises(Garbled):
        binance({**TRADED, **wrong})


@pytest.mark.parametrize(
    "wrong", [{"fillPx": "99.55"}, {"fillSz": "0.00011"}, {"state": "odd"}, {"fillTime": "x"}]
)
def test_what_is_on_no_grid_at_okx_is_garbled(wrong: dict[str, str]) -> None:
    with pytest.raises(Garbled):
        okx({**PUSHED, **wrong})


@pytest.mark.parametrize(
    ("event", "kind", "name"),
    [
        ({"x": "NEW", "X": "NEW"}, ExecType.NEW, "a1"),
        ({"x": "CANCELED", "X": "CANCELED", "c": "w1", "C": "a1"}, ExecType.CANCELED, "a1"),
        ({"x": "EXPIRED", "X": "EXPIRED"}, ExecType.EXPIRED, "a1"),
        ({"x": "TRADE_PREVENTION", "X": "EXPIRED_IN_MATCH"}, ExecType.CANCELED, "a1"),
    ],
)
def test_binances_word_is_ours(event: dict[str, object], kind: ExecType, name: str) -> None:
    said = binance({**TRADED, **event})

    assert isinstance(said, tuple)
    assert [(r.exec_type, r.cl_ord_id, r.last_qty) for r in said] == [(kind, name, 0)]


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ({"state": "live", "tradeId": "", "fillSz": "0"}, [ExecType.NEW]),
        ({"state": "canceled", "tradeId": "", "fillSz": "0"}, [ExecType.CANCELED]),
        ({"state": "canceled"}, [ExecType.TRADE, ExecType.CANCELED]),
        ({"state": "partially_filled"}, [ExecType.TRADE]),
        ({"state": "partially_filled", "tradeId": "", "fillSz": "0"}, []),
        ({"clOrdId": ""}, []),
        ({"instId": "DOGE-USDT"}, []),
    ],
)
def test_okxs_word_is_ours(row: dict[str, str], kinds: list[ExecType]) -> None:
    said = okx({**PUSHED, **row})

    assert isinstance(said, tuple)
    assert [report.exec_type for report in said] == kinds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"id":0,"status":200,"result":{"subscriptionId":0},"rateLimits":[]}', Ready()),
        (b'{"id":0,"status":400,"error":{"code":-1021,"msg":"late"}}', Refused("-1021 late")),
        (b'{"error":{"code":0,"msg":"Unknown property"}}', Refused("0 Unknown property")),
        (b'{"event":{"e":"eventStreamTerminated","E":1}}', Ended("eventStreamTerminated")),
        (b'{"event":{"e":"outboundAccountPosition","E":1}}', None),
        (
            LIMITED,
            Reply(3, Nanos(5 * MILLISECOND), "7", None, 12),
        ),
    ],
)
def test_binances_other_messages_are_told_apart(text: bytes, said: object) -> None:
    assert BinanceReports([BINANCE_BTC], KEY).hear(text, NOW, Purpose.USER) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"event":"login","code":"0","msg":""}', Ready()),
        (b'{"event":"error","code":"60009","msg":"Login failed."}', Refused("60009 Login failed.")),
        (b'{"event":"notice","code":"64008","msg":"soon"}', Ended("soon")),
        (b'{"event":"channel-conn-count","channel":"orders"}', None),
        (b"pong", None),
        (
            b'{"id":"3","op":"order","code":"0","data":[{"ordId":"7","sCode":"0","ts":"5"}]}',
            Reply(3, Nanos(5 * MILLISECOND), "7"),
        ),
    ],
)
def test_okxs_other_messages_are_told_apart(text: bytes, said: object) -> None:
    assert OkxReports([OKX_BTC], KEY).hear(text, NOW, Purpose.ORDERS) == said


def test_okxs_login_is_followed_by_the_subscription() -> None:
    said = OkxReports([OKX_BTC], KEY).hear(b'{"event":"login","code":"0"}', NOW, Purpose.USER)

    assert isinstance(said, Proceed)
    assert msgspec.json.decode(said.text)["args"] == [{"channel": "orders", "instType": "SPOT"}]


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"id":[]}', b'{"event":{"i":"x"}}'])
def test_what_is_no_message_is_garbled(text: bytes) -> None:
    with pytest.raises(Garbled):
        BinanceReports([BINANCE_BTC], KEY).hear(text, NOW, Purpose.USER)


def test_an_order_at_binance_is_one_signed_message() -> None:
    """The signature is that of the parameters in the order of their names."""
    import hmac

    text = BinanceRequests([BINANCE_BTC], KEY).submit(3, order(BINANCE_BTC.id), NOW)

    said = msgspec.json.decode(text)
    params = dict(said["params"])
    signature = params.pop("signature")
    signed = "&".join(f"{name}={params[name]}" for name in sorted(params))
    assert (said["id"], said["method"]) == (3, "order.place")
    assert signature == hmac.new(b"the-secret", signed.encode(), "sha256").hexdigest()
    assert params == {
        "apiKey": "the-key",
        "newClientOrderId": "a1",
        "newOrderRespType": "ACK",
        "price": "10.00",
        "quantity": "0.00004",
        "recvWindow": "5000",
        "side": "BUY",
        "symbol": "BTCUSDT",
        "timeInForce": "IOC",
        "timestamp": 1_700_000_000_123,
        "type": "LIMIT",
    }


@pytest.mark.parametrize(
    ("kind", "without"),
    [(OrdType.MARKET, {"price", "timeInForce"}), (OrdType.LIMIT_MAKER, {"timeInForce"})],
)
def test_other_orders_say_no_more_than_binance_takes(kind: OrdType, without: set[str]) -> None:
    requests = BinanceRequests([BINANCE_BTC], KEY)

    limit = msgspec.json.decode(requests.submit(1, order(BINANCE_BTC.id), NOW))["params"]
    other = msgspec.json.decode(requests.submit(1, order(BINANCE_BTC.id, kind), NOW))["params"]

    assert limit.keys() - other.keys() == without
    assert other["type"] == kind.value


def test_a_replacement_at_binance_stops_if_the_cancel_fails() -> None:
    command = ReplaceOrder(ClOrdId("a2"), ClOrdId("a1"), BINANCE_BTC.id, Ticks(1_100), Lots(3))
    terms = Terms(Side.SELL, OrdType.LIMIT, TimeInForce.GTC)

    text = BinanceRequests([BINANCE_BTC], KEY).replace(3, command, terms, NOW)

    params = msgspec.json.decode(text)["params"]
    assert params["cancelReplaceMode"] == "STOP_ON_FAILURE"
    assert (params["cancelOrigClientOrderId"], params["newClientOrderId"]) == ("a1", "a2")
    assert (params["side"], params["price"], params["quantity"]) == ("SELL", "11.00", "0.00003")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (OrdType.LIMIT, {"ordType": "ioc", "px": "100.0"}),
        (OrdType.LIMIT_MAKER, {"ordType": "post_only", "px": "100.0"}),
        (OrdType.MARKET, {"ordType": "market", "tgtCcy": "base_ccy"}),
    ],
)
def test_an_order_at_okx_is_one_message(kind: OrdType, words: dict[str, str]) -> None:
    text = OkxRequests([OKX_BTC], KEY, {}).submit(3, order(OKX_BTC.id, kind), NOW)

    common = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "clOrdId": "a1"}
    assert msgspec.json.decode(text) == {
        "id": "3",
        "op": "order",
        "args": [{**common, "sz": "0.0004", **words}],
    }


def test_a_countdown_at_okx_is_confined_to_what_bears_our_mark() -> None:
    requests = OkxRequests([OKX_BTC], KEY, {}, "a7")

    text = requests.submit(3, order(OKX_BTC.id, OrdType.LIMIT), NOW)
    call = requests.count_down(Nanos(30 * SECOND), NOW)

    assert msgspec.json.decode(text)["args"][0]["tag"] == "a7"
    assert call.path == "/api/v5/trade/cancel-all-after"
    assert msgspec.json.decode(call.body) == {"timeOut": "30", "tag": "a7"}


def test_okxs_demo_is_asked_for_by_a_header() -> None:
    demo = OkxRequests([OKX_BTC], KEY, {"x-simulated-trading": "1"})

    call = demo.by_http(CancelOrder(ClOrdId("a1"), OKX_BTC.id), NOW)

    assert call.headers["x-simulated-trading"] == "1"
    assert call.headers["OK-ACCESS-TIMESTAMP"] == "2023-11-14T22:13:20.123Z"
    assert msgspec.json.decode(call.body) == {"instId": "BTC-USDT", "clOrdId": "a1"}


def test_no_error_shows_a_key() -> None:
    """What is raised quotes what the venue sent, and never what we did."""
    requests = BinanceRequests([BINANCE_BTC], KEY)

    assert KEY.key not in repr(KEY)
    assert KEY.secret.encode() not in requests.submit(3, order(BINANCE_BTC.id), NOW)
