"""Every route of a simulated venue takes as long as it was told, and keeps its order."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.latency import Routes, Way
from graphwiz_trader.adapters.loopback.limits import GENEROUS
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.server import Served, ServerSettings, serving
from graphwiz_trader.adapters.loopback.signing import Credentials, binance_signature
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue

pytestmark = pytest.mark.contract

OURS = Credentials()
FAR = Way(Nanos(150 * MILLISECOND))
BUSY_S = 0.4
"""What a busy machine may add."""

Script = Callable[[Served, aiohttp.ClientSession], Awaitable[Any]]


def played(routes: Routes, script: Script) -> tuple[Any, Record]:
    """What *script* saw of a Binance that far away."""
    record = Record()

    async def playing() -> Any:
        settings = ServerSettings(("binance",), limits=GENEROUS, routes={Venue("binance"): routes})
        async with (
            serving(settings, SystemClock(), record) as (served,),
            aiohttp.ClientSession() as session,
        ):
            return await asyncio.wait_for(script(served, session), 10)

    return asyncio.run(playing()), record


def request(name: str, number: int) -> str:
    """An order over a socket, signed."""
    params = {
        "apiKey": OURS.key,
        "newClientOrderId": name,
        "price": "50000",
        "quantity": "0.001",
        "side": "BUY",
        "symbol": "BTCUSDT",
        "timeInForce": "GTC",
        "timestamp": int(time.time() * 1000),
        "type": "LIMIT",
    }
    signed = "&".join(f"{key}={params[key]}" for key in sorted(params))
    params["signature"] = binance_signature(OURS.secret, signed)
    return json.dumps({"id": number, "method": "order.place", "params": params})


async def asked(served: Served, session: aiohttp.ClientSession) -> float:
    """How long a question over HTTP took."""
    began = time.perf_counter()
    async with session.get(f"{served.rest}/api/v3/time") as answer:
        await answer.read()
    return time.perf_counter() - began


async def ordered(served: Served, session: aiohttp.ClientSession) -> tuple[float, list[int]]:
    """How long five orders sent at once took, and in which order they were answered."""
    async with session.ws_connect(f"{served.ws}/ws-api/v3") as socket:
        began = time.perf_counter()
        for number in range(5):
            await socket.send_str(request(f"a{number}", number))
        answers = [(await socket.receive_json())["id"] for _ in range(5)]
        return time.perf_counter() - began, answers


@pytest.mark.parametrize("route", ["entry", "response"])
def test_a_request_and_its_answer_take_their_time(route: str) -> None:
    took, _ = played(Routes(**{route: FAR}), asked)

    assert 0.15 <= took < 0.15 + BUSY_S


@pytest.mark.parametrize("route", ["entry", "response"])
def test_requests_on_one_socket_travel_together_and_in_order(route: str) -> None:
    jittered = Way(FAR.base, Nanos(50 * MILLISECOND))

    (took, answers), record = played(Routes(**{route: jittered}), ordered)

    assert 0.15 <= took < 0.2 + BUSY_S
    assert answers == [0, 1, 2, 3, 4]
    accepted = [e["cl_ord_id"] for e in record.entries if e["what"] == "accepted"]
    assert accepted == ["a0", "a1", "a2", "a3", "a4"]


def test_what_a_client_sent_arrives_after_it_has_gone() -> None:
    async def script(served: Served, session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(f"{served.ws}/ws-api/v3") as socket:
            await socket.send_str(request("a1", 1))
        await asyncio.sleep(0.3)

    _, record = played(Routes(entry=FAR), script)

    assert [e["cl_ord_id"] for e in record.entries if e["what"] == "accepted"] == ["a1"]


def test_market_data_and_news_of_the_account_are_late_each_by_its_own_route() -> None:
    async def script(served: Served, session: aiohttp.ClientSession) -> float:
        async with session.ws_connect(f"{served.ws}/ws/btcusdt@depth@100ms") as socket:
            late: list[float] = []
            for _ in range(5):
                told = await socket.receive_json()
                late.append(time.time() - told["E"] / 1000)
            return min(late)

    near, _ = played(Routes(private=FAR), script)
    far, _ = played(Routes(market=FAR), script)

    assert near < 0.15
    assert 0.15 <= far < 0.15 + BUSY_S
