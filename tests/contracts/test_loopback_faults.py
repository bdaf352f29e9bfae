"""Every kind of fault strikes on the wire as it is scheduled, once, and is written down."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import aiohttp
import pytest

from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.running import RunningExchange, running_exchange
from graphwiz_trader.adapters.loopback.schedule import BAD_PRICES
from graphwiz_trader.adapters.loopback.server import Served
from graphwiz_trader.adapters.loopback.signing import (
    Credentials,
    binance_signature,
    okx_signature,
)

pytestmark = pytest.mark.contract

PATIENCE_S = 30.0
DEPTH = "btcusdt@depth@100ms"
OURS = Credentials()

Script = Callable[[RunningExchange, aiohttp.ClientSession], Awaitable[Any]]


def played(dialect: str, script: Script, *faults: Fault) -> tuple[Any, list[str]]:
    """What *script* saw of an exchange with *faults*, and which of them are on record."""

    async def playing() -> tuple[Any, list[str]]:
        async with (
            running_exchange((dialect,), faults=faults) as exchange,
            aiohttp.ClientSession() as session,
        ):
            seen = await asyncio.wait_for(script(exchange, session), PATIENCE_S)
            kinds = [e["kind"] for e in exchange.record.entries if e["what"] == "fault"]
            return seen, kinds

    return asyncio.run(playing())


async def stream(
    served: Served, session: aiohttp.ClientSession, count: int, fault: Fault | None = None
) -> list[str]:
    """
    The first texts of a socket subscribed to a book, or `END` where it ended.

    After two of them *fault* is scheduled.
    """
    is_okx = served.dialect == "okx"
    address = f"{served.ws}/ws/v5/public" if is_okx else f"{served.ws}/ws/{DEPTH}"
    texts: list[str] = []
    async with session.ws_connect(address) as socket:
        if is_okx:
            arg = {"channel": "books", "instId": "BTC-USDT"}
            await socket.send_json({"op": "subscribe", "args": [arg]})
            await socket.receive_str()
        while len(texts) < count:
            message = await socket.receive()
            texts.append(message.data if message.type is aiohttp.WSMsgType.TEXT else "END")
            if texts[-1] == "END":
                break
            if fault is not None and len(texts) == 2:
                served.premises.faults.add(fault)
    return texts


def streaming(count: int = 4, fault: Fault | None = None) -> Script:
    """A script that reads a socket, on which *fault* strikes after two messages."""

    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        return await stream(exchange.venues[0], session, count, fault)

    return script


def updates(texts: list[str]) -> list[tuple[int, int]]:
    """First and last numbers of Binance's messages."""
    return [(m["U"], m["u"]) for m in map(json.loads, texts)]


def signed(**params: str | int) -> str:
    """A Binance query with its signature."""
    stamp = int(time.time() * 1000)
    query = "&".join(f"{key}={value}" for key, value in {**params, "timestamp": stamp}.items())
    return f"{query}&signature={binance_signature(OURS.secret, query)}"


async def place(
    served: Served, session: aiohttp.ClientSession, name: str
) -> tuple[int, dict[str, Any]]:
    """Status and body of a Binance order that rests."""
    query = signed(
        symbol="BTCUSDT",
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.001",
        price="50000",
        newClientOrderId=name,
    )
    async with session.post(f"{served.rest}/api/v3/order", data=query, headers=HEADERS) as answer:
        return answer.status, json.loads(await answer.text())


HEADERS = {"X-MBX-APIKEY": OURS.key, "Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("kind", [Kind.CLOSE, Kind.ABORT])
def test_a_socket_ends(kind: Kind) -> None:
    texts, struck = played("binance", streaming(), Fault(kind, match=DEPTH))

    assert texts == ["END"]
    assert struck == [kind.value]


def test_a_muted_stream_is_silent_and_comes_back_with_a_hole() -> None:
    seen, _ = played("binance", streaming(2), Fault(Kind.MUTE, 1, match=DEPTH, seconds=0.5))

    assert updates(seen)[0][0] > 10


def test_a_gap_leaves_a_hole() -> None:
    seen, struck = played("binance", streaming(6, Fault(Kind.GAP, match=DEPTH)))

    steps = [later[0] - earlier[1] for earlier, later in pairwise(updates(seen))]
    assert struck == ["gap"]
    assert len([step for step in steps if step != 1]) == 1


def test_two_messages_change_places() -> None:
    seen, _ = played("binance", streaming(6, Fault(Kind.REORDER, match=DEPTH)))

    numbers = updates(seen)
    assert numbers != sorted(numbers)
    ordered = sorted(numbers)
    assert all(b[0] == a[1] + 1 for a, b in pairwise(ordered))


def test_a_message_comes_twice() -> None:
    seen, _ = played("binance", streaming(4), Fault(Kind.DUPLICATE, match=DEPTH))

    assert seen[0] == seen[1]
    assert seen[1] != seen[2]


@pytest.mark.parametrize("kind", [Kind.TRUNCATED_FRAME, Kind.GARBAGE])
def test_a_message_is_broken(kind: Kind) -> None:
    seen, _ = played("binance", streaming(2), Fault(kind, match=DEPTH))

    with pytest.raises(json.JSONDecodeError):
        json.loads(seen[0])
    assert json.loads(seen[1])["e"] == "depthUpdate"


@pytest.mark.parametrize(
    ("kind", "is_zero"), [(Kind.BAD_CHECKSUM, False), (Kind.ZERO_CHECKSUM, True)]
)
def test_a_checksum_is_wrong(kind: Kind, is_zero: bool) -> None:
    (seen, _), (right, _) = (
        played("okx", streaming(1), *faults) for faults in ((Fault(kind),), ())
    )

    found, expected = (json.loads(text)["data"][0]["checksum"] for text in (*seen, *right))
    assert (found == 0) is is_zero
    assert found != expected


def test_a_stream_is_terminated_and_says_so() -> None:
    seen, _ = played("okx", streaming(1), Fault(Kind.STREAM_TERMINATED, match="books:*"))

    assert json.loads(seen[0])["event"] == "notice"


def test_an_error_names_no_request() -> None:
    seen, _ = played("okx", streaming(2), Fault(Kind.IDLESS_ERROR, match="books:*"))

    assert json.loads(seen[0])["event"] == "error"
    assert "id" not in json.loads(seen[0])
    assert json.loads(seen[1])["action"] == "snapshot"


@pytest.mark.parametrize("dialect", ["binance", "okx"])
def test_a_book_crosses(dialect: str) -> None:
    seen, struck = played(dialect, streaming(6, Fault(Kind.CROSSED)))

    bids, asks = ("bids", "asks") if dialect == "okx" else ("b", "a")
    books = [m["data"][0] if dialect == "okx" else m for m in map(json.loads, seen)]
    highest = [max(float(row[0]) for row in book[bids] or [["0"]]) for book in books]
    lowest = min(float(row[0]) for book in books for row in book[asks])
    assert struck == ["crossed"]
    assert len([price for price in highest if price > 1.5 * lowest]) == 1


def test_a_delayed_stream_loses_nothing() -> None:
    seen, _ = played("binance", streaming(5), Fault(Kind.DELAY, match=DEPTH, seconds=0.3))

    numbers = updates(seen)
    assert all(b[0] == a[1] + 1 for a, b in pairwise(numbers))


def test_a_snapshot_is_older_than_the_stream() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        address = f"{exchange.venues[0].rest}/api/v3/depth?symbol=BTCUSDT"
        numbers = []
        for wanted in (1, 4):
            await stream(exchange.venues[0], session, wanted)
            async with session.get(address) as answer:
                numbers.append((await answer.json())["lastUpdateId"])
        return numbers

    seen, struck = played("binance", script)
    assert seen[1] > seen[0]

    seen, struck = played("binance", script, Fault(Kind.STALE_SNAPSHOT, count=2))
    assert seen[1] == seen[0]
    assert struck == ["stale_snapshot"] * 2


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault(Kind.HTTP_5XX, status=502), 502),
        (Fault(Kind.HTTP_429), 429),
        (Fault(Kind.HTTP_418), 418),
        (Fault(Kind.HTTP_403), 403),
    ],
    ids=lambda each: each.kind.value if isinstance(each, Fault) else str(each),
)
@pytest.mark.parametrize("dialect", ["binance", "okx"])
def test_a_request_fails_once(dialect: str, fault: Fault, status: int) -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        path = {"binance": "/api/v3/time", "okx": "/api/v5/public/time"}[dialect]
        answers = []
        for _ in range(2):
            async with session.get(exchange.venues[0].rest + path) as answer:
                answers.append((answer.status, "Retry-After" in answer.headers))
        return answers

    seen, struck = played(dialect, script, fault)

    assert seen == [(status, status in (418, 429)), (200, False)]
    assert struck == [fault.kind.value]


def test_an_answer_bears_what_headers_the_entry_says() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        async with session.get(f"{exchange.venues[0].rest}/api/v3/time") as answer:
            return answer.status, answer.headers["Retry-After"]

    fault = Fault(Kind.HTTP_5XX, headers={"Retry-After": "7"})
    seen, _ = played("binance", script, fault)

    assert seen == (503, "7")


def test_a_body_is_broken_and_the_order_lives() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        served = exchange.venues[0]
        with pytest.raises(json.JSONDecodeError):
            await place(served, session, "a1")
        return len(served.premises.host.exchange.working())

    seen, _ = played("binance", script, Fault(Kind.BROKEN_BODY, match="POST *"))

    assert seen == 1


@pytest.mark.parametrize(
    ("kind", "lives"),
    [(Kind.DROP_BEFORE_ACCEPT, 0), (Kind.DROP_AFTER_ACCEPT, 1), (Kind.NO_ACK, 1)],
)
def test_an_order_without_an_answer_may_live(kind: Kind, lives: int) -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        served = exchange.venues[0]
        with pytest.raises(aiohttp.ClientError):
            await place(served, session, "a1")
        accepted = [e["cl_ord_id"] for e in exchange.record.entries if e["what"] == "accepted"]
        return len(served.premises.host.exchange.working()), len(accepted)

    seen, struck = played("binance", script, Fault(kind, seconds=0.2))

    assert seen == (lives, lives)
    assert struck == [kind.value]


def test_a_new_order_is_called_a_duplicate() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        served = exchange.venues[0]
        refused = await place(served, session, "a1")
        return refused, (await place(served, session, "a1"))[0]

    seen, _ = played("binance", script, Fault(Kind.DUPLICATE_ID))

    assert seen == ((400, {"code": -2010, "msg": "Duplicate order sent."}), 200)


def test_a_lost_subscription_is_never_answered() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        async with session.ws_connect(f"{exchange.venues[0].ws}/ws") as socket:
            for number in (1, 2):
                request = {"method": "SUBSCRIBE", "params": [DEPTH], "id": number}
                await socket.send_json(request)
            return await socket.receive_json()

    seen, _ = played("binance", script, Fault(Kind.LOST_SUBSCRIBE))

    assert seen == {"result": None, "id": 2}


def test_a_ping_is_swallowed() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        async with session.ws_connect(f"{exchange.venues[0].ws}/ws/v5/public") as socket:
            await socket.send_str("ping")
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    return await socket.receive_str()
            await socket.send_str("ping")
            return "nothing", await socket.receive_str()

    seen, struck = played("okx", script, Fault(Kind.SWALLOW_PONG))

    assert seen == ("nothing", "pong")
    assert struck == ["swallow_pong"]


def test_the_venues_clock_is_wrong() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        served = exchange.venues[0]
        async with session.get(f"{served.rest}/api/v3/time") as answer:
            shown = (await answer.json())["serverTime"]
        ahead = shown - served.premises.pacing.clock.now() // 1_000_000
        return round(ahead / 1000), await place(served, session, "a1")

    seen, _ = played("binance", script, Fault(Kind.SKEW, offset_ms=20_000, seconds=60))

    assert seen[0] == 20
    assert (seen[1][0], seen[1][1]["code"]) == (400, -1021)


def test_a_balance_is_told_wrong_once() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        totals = []
        for _ in range(2):
            address = f"{exchange.venues[0].rest}/api/v3/account?{signed()}"
            async with session.get(address, headers=HEADERS) as answer:
                owned = (await answer.json())["balances"]
            totals.append({each["asset"]: each["free"] for each in owned}["BTC"])
        return totals

    seen, _ = played("binance", script, Fault(Kind.BALANCE_MISMATCH))

    assert seen == ["19.98000000", "20.00000000"]


def test_the_last_of_a_batch_fails() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        served = exchange.venues[0]
        order = {
            "instId": "BTC-USDT",
            "tdMode": "cash",
            "side": "buy",
            "ordType": "limit",
            "px": "50000",
            "sz": "0.001",
        }
        body = json.dumps([{**order, "clOrdId": name} for name in ("a1", "a2")])
        path = "/api/v5/trade/batch-orders"
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        headers = {
            "OK-ACCESS-KEY": OURS.key,
            "OK-ACCESS-PASSPHRASE": OURS.passphrase,
            "OK-ACCESS-TIMESTAMP": stamp,
            "OK-ACCESS-SIGN": okx_signature(OURS.secret, stamp, "POST", path, body),
        }
        async with session.post(served.rest + path, data=body, headers=headers) as answer:
            told = await answer.json()
        codes = [row["sCode"] for row in told["data"]]
        return told["code"], codes, len(served.premises.host.exchange.working())

    seen, struck = played("okx", script, Fault(Kind.PARTIAL_BATCH))

    assert seen == ("2", ["0", "50013"], 1)
    assert struck == ["partial_batch"]


@pytest.mark.parametrize("dialect", ["binance", "okx"])
@pytest.mark.parametrize("price", BAD_PRICES)
def test_a_book_has_a_price_that_is_none(dialect: str, price: str) -> None:
    seen, struck = played(dialect, streaming(4, Fault(Kind.BAD_PRICE, price=price)))

    asks = "asks" if dialect == "okx" else "a"
    books = [m["data"][0] if dialect == "okx" else m for m in map(json.loads, seen)]
    assert struck == ["bad_price"]
    assert sum(row[0] == price for book in books for row in book[asks]) == 1


@pytest.mark.parametrize("dialect", ["binance", "okx"])
def test_a_symbol_that_nobody_lists_is_told_of_beside_the_book(dialect: str) -> None:
    seen, struck = played(dialect, streaming(6, Fault(Kind.UNKNOWN_SYMBOL)))

    assert struck == ["unknown_symbol"]
    strangers = [number for number, text in enumerate(seen) if "NONE" in text]
    assert len(strangers) == 1
    own = json.loads(seen[strangers[0] + 1])
    stranger = json.loads(seen[strangers[0]])
    assert {**own, "s": "", "arg": ""} == {**stranger, "s": "", "arg": ""}


async def least(served: Served, session: aiohttp.ClientSession) -> dict[str, float]:
    """The least quantity of every symbol, as the venue's rules tell it."""
    if served.dialect == "okx":
        async with session.get(f"{served.rest}/api/v5/public/instruments?instType=SPOT") as told:
            return {each["instId"]: float(each["minSz"]) for each in (await told.json())["data"]}
    async with session.get(f"{served.rest}/api/v3/exchangeInfo") as told:
        symbols = (await told.json())["symbols"]
    return {
        each["symbol"]: float(lot["minQty"])
        for each in symbols
        for lot in each["filters"]
        if lot["filterType"] == "LOT_SIZE"
    }


@pytest.mark.parametrize(("dialect", "name"), [("binance", "BTCUSDT"), ("okx", "BTC-USDT")])
def test_the_least_quantity_grows_tenfold_for_good(dialect: str, name: str) -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        served = exchange.venues[0]
        told = [await least(served, session)]
        served.premises.faults.add(Fault(Kind.NEW_RULES, match=name))
        return told + [await least(served, session) for _ in range(2)]

    (before, after, later), struck = played(dialect, script)

    assert after[name] == pytest.approx(10 * before[name])
    assert {**after, name: 0} == {**before, name: 0}
    assert (later, struck) == (after, ["new_rules"])


def test_what_the_new_rules_call_too_little_is_refused() -> None:
    async def script(exchange: RunningExchange, session: aiohttp.ClientSession) -> object:
        served = exchange.venues[0]
        first = await place(served, session, "a1")
        served.premises.faults.add(Fault(Kind.NEW_RULES, match="BTCUSDT", count=4))
        for _ in range(3):
            await least(served, session)
        return first[0], await place(served, session, "a2")

    (before, (status, refusal)), _ = played("binance", script)

    assert (before, status) == (200, 400)
    assert refusal["msg"] == "Filter failure: LOT_SIZE"
