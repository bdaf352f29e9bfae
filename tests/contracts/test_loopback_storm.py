"""In a storm of faults the exchange goes wrong only as scheduled, and loses nothing of ours."""

import asyncio
import json
import logging
import time
from contextlib import suppress
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.running import RunningExchange, running_exchange
from graphwiz_trader.adapters.loopback.signing import Credentials, binance_signature
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.domain.value import evolve

pytestmark = pytest.mark.contract

OURS = Credentials()
HEADERS = {"X-MBX-APIKEY": OURS.key, "Content-Type": "application/x-www-form-urlencoded"}
STREAMS = "/".join(f"btcusdt@{kind}" for kind in ("depth@100ms", "trade", "bookTicker"))
STREAM_KINDS = (Kind.CLOSE, Kind.ABORT, Kind.MUTE, Kind.GAP, Kind.GARBAGE, Kind.DUPLICATE)
ORDER_KINDS = (Kind.DROP_BEFORE_ACCEPT, Kind.DROP_AFTER_ACCEPT, Kind.NO_ACK, Kind.DUPLICATE_ID)


async def listen(exchange: RunningExchange, session: aiohttp.ClientSession) -> None:
    """Read a market stream, and connect again whenever it ends."""
    while True:
        with suppress(aiohttp.ClientError):
            address = f"{exchange['binance'].ws}/stream?streams={STREAMS}"
            async with session.ws_connect(address) as socket:
                async for message in socket:
                    assert message.type is aiohttp.WSMsgType.TEXT


async def trade(exchange: RunningExchange, session: aiohttp.ClientSession) -> None:
    """Buy and sell a little, again and again, whatever is answered."""
    served = exchange["binance"]
    number = 0
    while True:
        number += 1
        side = ("BUY", "SELL")[number % 2]
        query = (
            f"symbol=BTCUSDT&side={side}&type=MARKET&quantity=0.001"
            f"&newClientOrderId=a{number}&timestamp={int(time.time() * 1000)}"
        )
        body = f"{query}&signature={binance_signature(OURS.secret, query)}"
        with suppress(aiohttp.ClientError):
            async with session.post(
                f"{served.rest}/api/v3/order", data=body, headers=HEADERS
            ) as answer:
                await answer.read()


def stormed(seconds: float, faults: tuple[Fault, ...]) -> RunningExchange:
    """The exchange after *seconds* of two clients in a storm."""

    async def storming() -> RunningExchange:
        async with running_exchange(("binance",), faults=faults) as exchange:
            async with aiohttp.ClientSession() as session:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                        group.create_task(listen(exchange, session))
                        group.create_task(trade(exchange, session))
            return exchange

    return asyncio.run(storming())


def bought(entries: list[dict[str, Any]]) -> Decimal:
    """What the record says was bought, less what was sold: even orders buy."""
    total = Decimal(0)
    for entry in entries:
        if entry["what"] == "fill":
            is_buy = int(entry["cl_ord_id"][1:]) % 2 == 0
            total += Decimal(entry["qty"]) * (1 if is_buy else -1)
    return total


def squalls(seconds: float) -> tuple[Fault, ...]:
    """Every kind that strikes these clients, in turn, every 20 ms."""
    kinds = STREAM_KINDS + ORDER_KINDS + (Kind.HTTP_5XX, Kind.BROKEN_BODY, Kind.DELAY)
    step = 20 * MILLISECOND
    return tuple(
        evolve(Fault(kinds[n % len(kinds)], seconds=0.02), at=Nanos(n * step))
        for n in range(int(seconds * 1_000 / 20))
    )


def check(seconds: float, caplog: pytest.LogCaptureFixture) -> None:
    """The record and the balances agree, every order is known, and no handler failed."""
    with caplog.at_level(logging.ERROR):
        exchange = stormed(seconds, squalls(seconds))

    entries = exchange.record.entries
    struck = {entry["kind"] for entry in entries if entry["what"] == "fault"}
    balances = exchange["binance"].premises.host.exchange.balances()
    (owned,) = [each.total for each in balances if each.asset == "BTC"]
    assert struck >= {kind.value for kind in (*STREAM_KINDS, *ORDER_KINDS)}
    assert sum(entry["what"] == "fill" for entry in entries) > 10
    assert owned == 20 + bought(entries)
    assert caplog.messages == []
    json.dumps(entries)


def test_a_storm_breaks_nothing_but_what_it_should(caplog: pytest.LogCaptureFixture) -> None:
    check(1.5, caplog)


@pytest.mark.long
def test_a_long_storm_breaks_nothing_but_what_it_should(
    caplog: pytest.LogCaptureFixture, long_factor: float
) -> None:
    check(max(3.0, 200 * long_factor), caplog)
