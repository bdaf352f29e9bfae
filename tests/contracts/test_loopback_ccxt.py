"""Unmodified ccxt on the simulated exchange: production addresses over TLS, and overridden ones."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import pytest

from graphwiz_trader.adapters.loopback.running import RunningExchange
from tests.contracts.loopback_clients import NAMES, PATIENCE_S, WAYS, client_of

pytestmark = [pytest.mark.contract, pytest.mark.parametrize("name", NAMES)]

SYMBOL = "BTC/USDT"
both_ways = pytest.mark.parametrize("way", WAYS)

Ask = Callable[[Any, RunningExchange], Awaitable[object]]


def asked(ask: Ask, name: str, folder: Path, way: str = "override") -> Any:
    """What *ask* finds out with a client of the venue *name*, within a few seconds."""

    async def asking() -> object:
        async with client_of(name, way, folder) as (client, exchange):
            await client.load_markets()
            return await asyncio.wait_for(ask(client, exchange), PATIENCE_S)

    return asyncio.run(asking())


@both_ways
def test_markets_are_loaded_with_their_grids(name: str, way: str, tmp_path: Path) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        return {symbol: market["precision"] for symbol, market in client.markets.items()}

    precisions = asked(ask, name, tmp_path, way)

    assert {symbol: (p["price"], p["amount"]) for symbol, p in precisions.items()} == {
        "BTC/USDT": (0.01, 0.00001),
        "ETH/USDT": (0.01, 0.0001),
        "ETH/BTC": (0.000001, 0.0001),
    }


@both_ways
def test_rest_books_tickers_and_trades_are_read(name: str, way: str, tmp_path: Path) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        await client.watch_trades(SYMBOL)
        book = await client.fetch_order_book(SYMBOL)
        ticker = await client.fetch_ticker(SYMBOL)
        trades = await client.fetch_trades(SYMBOL)
        return book, ticker, trades

    book, ticker, trades = asked(ask, name, tmp_path, way)

    assert book["bids"][0][0] < book["asks"][0][0]
    assert ticker["bid"] < ticker["ask"]
    assert ticker["last"] > 0
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}
    assert trades


@both_ways
def test_a_watched_book_is_the_exchanges_own(name: str, way: str, tmp_path: Path) -> None:
    """Of every version ccxt shows, the best prices are those recorded under its number."""

    async def ask(client: Any, exchange: RunningExchange) -> object:
        seen = []
        for _ in range(8):
            book = await client.watch_order_book(SYMBOL)
            seen.append((book["nonce"], book["bids"][0][:2], book["asks"][0][:2]))
        instrument = exchange.instrument(f"{SYMBOL}@{name}")
        differences = []
        for number, bid, ask in seen:
            touch = exchange.record.touch_at(instrument.id, number)
            assert touch is not None
            right = [
                [float(instrument.price(price)), float(instrument.qty(qty))]
                for price, qty in ((touch.bid, touch.bid_qty), (touch.ask, touch.ask_qty))
            ]
            if [list(bid), list(ask)] != right:
                differences.append((number, bid, ask, right))
        return differences, len({number for number, _, _ in seen})

    differences, versions = asked(ask, name, tmp_path, way)

    assert differences == []
    assert versions == 8


@both_ways
def test_trades_and_tickers_are_watched(name: str, way: str, tmp_path: Path) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        trades = await client.watch_trades(SYMBOL)
        tops = await client.watch_bids_asks([SYMBOL])
        ticker = await client.watch_ticker(SYMBOL)
        return trades[-1]["price"], tops[SYMBOL]["bid"], ticker["last"]

    prices = asked(ask, name, tmp_path, way)

    assert all(50_000 < price < 70_000 for price in prices)


@both_ways
def test_an_order_is_placed_seen_and_canceled(name: str, way: str, tmp_path: Path) -> None:
    async def ask(client: Any, exchange: RunningExchange) -> object:
        placed = await client.create_order(
            SYMBOL, "limit", "buy", 0.001, 50_000, {"clientOrderId": "a700012011"}
        )
        pending = await client.fetch_open_orders(SYMBOL)
        await client.cancel_order(placed["id"], SYMBOL)
        gone = await client.fetch_open_orders(SYMBOL)
        ended = await client.fetch_order(placed["id"], SYMBOL)
        return [order["clientOrderId"] for order in pending], gone, ended["status"]

    assert asked(ask, name, tmp_path, way) == (["a700012011"], [], "canceled")


@both_ways
def test_a_fill_is_told_once_everywhere(name: str, way: str, tmp_path: Path) -> None:
    """The record, my trades and the balances agree on one market order."""

    async def ask(client: Any, exchange: RunningExchange) -> object:
        before = await client.fetch_balance()
        placed = await client.create_order(SYMBOL, "market", "buy", 0.01)
        trades = await client.fetch_my_trades(SYMBOL)
        after = await client.fetch_balance()
        assert {trade["order"] for trade in trades} == {placed["id"]}
        bought = sum(Decimal(str(trade["amount"])) for trade in trades)
        recorded = sum(
            Decimal(str(entry["qty"]))
            for entry in exchange.record.entries
            if entry["what"] == "fill"
        )
        gained = Decimal(str(after["BTC"]["total"])) - Decimal(str(before["BTC"]["total"]))
        return bought, recorded, gained

    assert asked(ask, name, tmp_path, way) == (Decimal("0.01"),) * 3


def test_own_orders_are_watched(name: str, tmp_path: Path) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(client.watch_orders())
            seen: list[object] = []
            while not seen:
                # A subscription is under way for an unknown time; each order is news of its own.
                await client.create_order(SYMBOL, "limit", "buy", 0.001, 50_000)
                await asyncio.wait([watching], timeout=0.1)
                if watching.done():
                    seen += watching.result()
        return seen

    orders = asked(ask, name, tmp_path)

    assert {order["symbol"] for order in orders} == {SYMBOL}
    assert {order["status"] for order in orders} == {"open"}


def test_orders_go_over_the_socket_too(name: str, tmp_path: Path) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        placed = await client.create_order_ws(SYMBOL, "limit", "sell", 0.001, 90_000)
        pending = await client.fetch_open_orders(SYMBOL)
        await client.cancel_order_ws(placed["id"], SYMBOL)
        return [order["id"] for order in pending] == [placed["id"]], len(
            await client.fetch_open_orders(SYMBOL)
        )

    assert asked(ask, name, tmp_path) == (True, 0)


@pytest.mark.parametrize(
    ("order", "errors"),
    [
        (("limit", "buy", 0.000001, 10_000), dict.fromkeys(NAMES, "InvalidOrder")),
        (("limit", "buy", 5_000, 59_000), dict.fromkeys(NAMES, "InsufficientFunds")),
        (
            ("limit", "buy", 0.001, 50_000, {"clientOrderId": "twice"}),
            dict.fromkeys(NAMES, "InvalidOrder"),
        ),
    ],
    ids=["too small", "too dear", "the same id twice"],
)
def test_a_bad_order_is_refused(
    name: str, tmp_path: Path, order: tuple[object, ...], errors: dict[str, str]
) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        first = {"clientOrderId": "twice"}
        await client.create_order(SYMBOL, "limit", "buy", 0.001, 49_000, first)
        with pytest.raises(ccxt.ExchangeError) as refused:
            await client.create_order(SYMBOL, *order)
        return type(refused.value).__name__, len(await client.fetch_open_orders(SYMBOL))

    assert asked(ask, name, tmp_path) == (errors[name], 1)


def test_binance_has_a_least_notional_and_okx_has_none(name: str, tmp_path: Path) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        try:
            await client.create_order(SYMBOL, "limit", "buy", 0.00001, 10_000)
        except ccxt.BadRequest as refused:
            return "refused" if "NOTIONAL" in str(refused) else str(refused)
        return "taken"

    assert asked(ask, name, tmp_path) == {"binance": "refused", "okx": "taken"}[name]


def test_a_wrong_secret_is_refused(name: str, tmp_path: Path) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        client.secret = "wrong"
        with pytest.raises(ccxt.AuthenticationError):
            await client.fetch_balance()
        return True

    assert asked(ask, name, tmp_path)


def test_a_stale_clock_is_refused(name: str, tmp_path: Path) -> None:
    async def ask(client: Any, _: RunningExchange) -> object:
        client.nonce = lambda: client.milliseconds() - 60_000
        with pytest.raises((ccxt.InvalidNonce, ccxt.AuthenticationError)):
            await client.fetch_balance()
        return True

    assert asked(ask, name, tmp_path)


def test_the_venue_has_published_what_it_recorded(name: str, tmp_path: Path) -> None:
    """A snapshot over REST is of a moment the record knows."""

    async def ask(client: Any, exchange: RunningExchange) -> object:
        if name == "okx":
            (book,) = (await client.publicGetMarketBooks({"instId": "BTC-USDT"}))["data"]
        else:
            book = await client.publicGetDepth({"symbol": "BTCUSDT"})
        number = int(book["seqId" if name == "okx" else "lastUpdateId"])
        instrument = exchange.instrument(f"{SYMBOL}@{name}")
        touch = exchange.record.touch_at(instrument.id, number)
        assert touch is not None
        return instrument.price(touch.bid), Decimal(book["bids"][0][0])

    recorded, told = asked(ask, name, tmp_path)

    assert recorded == told
