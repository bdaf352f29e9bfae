"""Limits hold on the wire: weights are told, and who goes on regardless is banned."""

import asyncio
from collections.abc import Sequence

import aiohttp
import pytest

from graphwiz_trader.adapters.loopback.limits import Limits
from graphwiz_trader.adapters.loopback.running import running_exchange

pytestmark = pytest.mark.contract


def asked(
    dialect: str, paths: Sequence[str], limits: Limits
) -> list[tuple[int, str | None, str | None]]:
    """Status, weight used and `Retry-After` of one request after the other."""

    async def asking() -> list[tuple[int, str | None, str | None]]:
        answers = []
        async with (
            running_exchange((dialect,), limits=limits) as exchange,
            aiohttp.ClientSession() as session,
        ):
            for path in paths:
                async with session.get(exchange[dialect].rest + path) as answer:
                    used = answer.headers.get("X-MBX-USED-WEIGHT-1M")
                    answers.append((answer.status, used, answer.headers.get("Retry-After")))
        return answers

    return asyncio.run(asking())


@pytest.mark.usefixtures("full_minute")
def test_weight_adds_up_and_too_much_is_429_then_418() -> None:
    depth = "/api/v3/depth?symbol=BTCUSDT&limit=1000"
    limits = Limits(weight=101, patience=1, ban_s=90)

    answers = asked("binance", ["/api/v3/ping", *[depth] * 4], limits)

    statuses = [status for status, _, _ in answers]
    assert statuses == [200, 200, 200, 429, 418]
    assert [used for _, used, _ in answers[:3]] == ["1", "51", "101"]
    assert answers[4][2] == "90"


def test_okx_counts_requests_of_one_kind() -> None:
    limits = Limits()
    time, tickers = "/api/v5/public/time", "/api/v5/market/tickers?instType=SPOT"

    answers = asked("okx", [*[time] * 11, tickers], limits)

    assert [status for status, _, _ in answers] == [200] * 10 + [429, 200]


def test_a_client_that_talks_too_much_is_thrown_out() -> None:
    async def talking() -> object:
        async with (
            running_exchange(("binance",), limits=Limits()) as exchange,
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{exchange['binance'].ws}/ws") as socket,
        ):
            for number in range(6):
                await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": number})
            kinds = [(await socket.receive()).type for _ in range(6)]
            return kinds.count(aiohttp.WSMsgType.TEXT), socket.close_code

    assert asyncio.run(talking()) == (5, aiohttp.WSCloseCode.POLICY_VIOLATION)
