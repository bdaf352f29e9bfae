"""ccxt's own validators, which ship in its wheel, find no fault with what it reads here."""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.loopback_clients import NAMES, PATIENCE_S, client_of

pytestmark = [pytest.mark.contract, pytest.mark.parametrize("name", NAMES)]

SYMBOL = "BTC/USDT"
NO_TIME = {"timestamp": "Binance tells none with a snapshot", "datetime": "likewise"}
FEW_KEYS = {"fee": "public trades have none", "fees": "likewise"}


def validated(kind: str, client: Any, method: str, entry: Any, *rest: object, skip: Any) -> None:
    """Let ccxt judge *entry*; it asserts."""
    module = import_module(f"ccxt.test.exchange.base.test_{kind}")
    getattr(module, f"test_{kind}")(client, skip, method, entry, *rest)


async def market_data(client: Any, name: str) -> None:
    """Everything public."""
    for market in client.markets.values():
        validated("market", client, "fetchMarkets", market, skip={})
    trades = await client.watch_trades(SYMBOL)
    now = client.milliseconds()
    for method, found in (
        ("watchTrades", trades),
        ("fetchTrades", await client.fetch_trades(SYMBOL)),
    ):
        for trade in found:
            validated("trade", client, method, trade, SYMBOL, now + 5_000, True, skip=FEW_KEYS)
    book = await client.fetch_order_book(SYMBOL)
    untimed = NO_TIME if name == "binance" else {}
    validated("order_book", client, "fetchOrderBook", book, SYMBOL, skip=untimed)
    for _ in range(2):  # the first may be a bare snapshot
        book = await client.watch_order_book(SYMBOL)
    validated("order_book", client, "watchOrderBook", book, SYMBOL, skip={})
    for method, ticker in (
        ("fetchTicker", await client.fetch_ticker(SYMBOL)),
        ("watchTicker", await client.watch_ticker(SYMBOL)),
    ):
        validated("ticker", client, method, ticker, SYMBOL, skip={})


async def account(client: Any) -> None:
    """Everything private."""
    validated("balance", client, "fetchBalance", await client.fetch_balance(), skip={})
    await client.create_order(SYMBOL, "limit", "buy", 0.001, 50_000)
    await client.create_order(SYMBOL, "market", "buy", 0.001)
    now = client.milliseconds() + 5_000
    for order in await client.fetch_open_orders(SYMBOL):
        validated("order", client, "fetchOpenOrders", order, SYMBOL, now, skip={})
    for trade in await client.fetch_my_trades(SYMBOL):
        validated("trade", client, "fetchMyTrades", trade, SYMBOL, now, False, skip={})


def test_ccxt_finds_no_fault(name: str, tmp_path: Path) -> None:
    async def judging() -> bool:
        async with client_of(name, "override", tmp_path) as (client, _):
            await client.load_markets()
            async with asyncio.timeout(PATIENCE_S):
                await market_data(client, name)
                await account(client)
        return True

    assert asyncio.run(judging())
