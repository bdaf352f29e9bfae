"""Ccxt peer: what ccxt.pro's book of Binance costs on the very frames that ours reads."""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter_ns, process_time

import ccxt.pro
import msgspec
from ccxt.async_support.base.ws.client import Client

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT
from graphwiz_trader.entrypoints.bench.row import seconds

SYMBOL = "BTC/USDT"
NONCE = 1_000
STREAMS = "wss://stream.binance.com:9443/ws"
REST = "https://api.binance.com/api/v3"
PATIENCE_S = 60.0
MARKET = {
    "id": "BTCUSDT",
    "lowercaseId": "btcusdt",
    "symbol": SYMBOL,
    "base": "BTC",
    "quote": "USDT",
    "baseId": "BTC",
    "quoteId": "USDT",
    "type": "spot",
    "spot": True,
    "contract": False,
    "linear": False,
    "inverse": False,
    "active": True,
    "precision": {"amount": 0.001, "price": 0.1},
    "limits": {},
    "info": {"orderTypes": ["LIMIT"]},
}


def ccxt_us(begin: BookUpdate, frames: Sequence[bytes]) -> float:
    """
    Return µs a frame that decoding (msgspec) and `handle_message` take.

    Nothing is sent: the client never connects.

    Raises:
        DataError: ccxt did not follow the frames to their end.
    """
    return asyncio.run(_timed(begin, frames))


async def ccxt_flood(port: int, tell: Callable[[str], None], last: int) -> tuple[float, int]:
    """
    Follow the venue at *port* (`flood.serve`) to update *last*.

    Returns:
        The CPU seconds it took, and how many books were handed over, which ccxt.pro does once a
        turn of the loop whatever came in it; it computes no signal.

    Raises:
        TimeoutError: the flood did not arrive.
    """
    exchange = _exchange(f"ws://127.0.0.1:{port}/stream", f"http://127.0.0.1:{port}")
    try:
        async with asyncio.timeout(PATIENCE_S):
            book = await exchange.watch_order_book(SYMBOL)
            books = 0
            began = process_time()
            tell("go")
            while book["nonce"] < last:
                book = await exchange.watch_order_book(SYMBOL)
                books += 1
            return process_time() - began, books
    finally:
        await exchange.close()


async def ccxt_ticks(port: int, tell: Callable[[str], None], last: int) -> list[int]:
    """
    Answer books of the venue at *port* (`thin_venue.serve`), to update *last*, with an order each.

    Returns:
        What each order took until it was answered, ns; the venue measures from tick to order.

    Raises:
        TimeoutError: the frames did not arrive.
    """
    rest = f"http://127.0.0.1:{port}/api/v3"
    exchange = _exchange(f"ws://127.0.0.1:{port}/stream", rest)
    exchange.urls["api"]["private"] = rest
    exchange.apiKey, exchange.secret = "key", "secret"
    took = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            book = await exchange.watch_order_book(SYMBOL)
            tell("go")
            while exchange.orderbooks[SYMBOL]["nonce"] < last:
                book = await exchange.watch_order_book(SYMBOL)
                name = {"newClientOrderId": f"frame{book['nonce']}"}
                bid = book["bids"][0][0]
                began = perf_counter_ns()
                await exchange.create_order(SYMBOL, "limit", "buy", 0.01, bid, name)
                took.append(perf_counter_ns() - began)
            return took
    finally:
        await exchange.close()


async def _timed(begin: BookUpdate, frames: Sequence[bytes]) -> float:
    exchange = _exchange(STREAMS, REST)
    client: Client = exchange.client(f"{STREAMS}/0")
    book = exchange.order_book(_snapshot(begin), 1_000)
    exchange.orderbooks[SYMBOL] = book
    texts = [_numbered(text, NONCE + place) for place, text in enumerate(frames)]
    decode = msgspec.json.decode

    def work() -> None:
        book.reset(_snapshot(begin))
        for text in texts:
            exchange.handle_message(client, decode(text))

    took = seconds(work, 3)
    await exchange.close()
    if book["nonce"] != NONCE + len(texts):
        raise DataError(f"ccxt stopped at {book['nonce']}, expected {NONCE + len(texts)}")
    return took / len(texts) * 1e6


def _exchange(streams: str, rest: str) -> ccxt.pro.binance:
    exchange = ccxt.pro.binance({"enableRateLimit": False, "options": {"defaultType": "spot"}})
    exchange.set_markets([MARKET])
    exchange.urls["api"]["ws"]["spot"] = streams
    exchange.urls["api"]["public"] = rest
    return exchange


def _snapshot(begin: BookUpdate) -> dict[str, object]:
    """Return *begin* as ccxt keeps books: price and quantity as floats, best first."""
    sides: dict[int, list[list[float]]] = {Side.BUY: [], Side.SELL: []}
    rows = begin.rows
    for row in range(begin.first, begin.last):
        price = float(INSTRUMENT.price(int(rows.ticks[row])))
        sides[int(rows.side[row])].append([price, float(INSTRUMENT.qty(int(rows.lots[row])))])
    return {
        "symbol": SYMBOL,
        "bids": sorted(sides[Side.BUY], reverse=True),
        "asks": sorted(sides[Side.SELL]),
        "nonce": NONCE,
        "timestamp": 1,
    }


def _numbered(text: bytes, before: int) -> bytes:
    """Return a frame whose numbers follow *before*."""
    frame = msgspec.json.decode(text)
    spot = {key: frame[key] for key in ("e", "E", "s", "b", "a")}
    return msgspec.json.encode({**spot, "U": before + 1, "u": before + 1})
