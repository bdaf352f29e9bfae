"""Another dialect of ccxt, whose books begin in the stream: Kraken v2, by its published example."""

import asyncio
from typing import Any

from graphwiz_trader.adapters.ccxt.exchange import Access, exchange_of
from graphwiz_trader.adapters.ccxt.feed import CcxtFeed
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookUpdate, Event, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, Venue
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.make import instrument
from tests.unit.adapters.ccxt.wire import Session, Socket

MATIC = instrument("POL/USD@kraken", tick="0.0001", lot="0.00000001")
PAIRS = {
    "error": [],
    "result": {
        "POLUSD": {
            "altname": "POLUSD", "wsname": "POL/USD", "aclass_base": "currency", "base": "POL",
            "aclass_quote": "currency", "quote": "ZUSD", "lot": "unit", "cost_decimals": 6,
            "pair_decimals": 4, "lot_decimals": 8, "lot_multiplier": 1, "leverage_buy": [],
            "leverage_sell": [], "fees": [[0, 0.4]], "fees_maker": [[0, 0.25]],
            "fee_volume_currency": "ZUSD", "ordermin": "10", "costmin": "0.5",
            "tick_size": "0.0001", "status": "online",
        }
    },
}  # fmt: skip


def level(price: float, qty: float) -> dict[str, float]:
    return {"price": price, "qty": qty}


def book(kind: str, bids: list[dict[str, float]], asks: list[dict[str, float]]) -> dict[str, Any]:
    body = {"symbol": "POL/USD", "bids": bids, "asks": asks, "checksum": 2439117997}
    if kind == "update":
        body["timestamp"] = "2023-10-06T17:35:55.440295Z"
    return {"channel": "book", "type": kind, "data": [body]}


def trade(number: int) -> dict[str, Any]:
    made = {
        "symbol": "POL/USD", "side": "sell", "price": 0.5117, "qty": 40.0, "ord_type": "market",
        "trade_id": number, "timestamp": "2023-09-25T07:49:37.708706Z",
    }  # fmt: skip
    return {"channel": "trade", "type": "update", "data": [made]}


async def subscribed(session: Session, clock: ManualClock, channel: str) -> Socket:
    """Wait until ccxt subscribed to *channel*."""
    for _ in range(100):
        for socket in session.sockets:
            if any(channel in str(message) for message in socket.sent):
                return socket
        await clock.advance(SECOND // 10)
    raise LookupError(channel)


def test_krakens_books_and_trades_arrive() -> None:
    events: list[Event] = []
    kept = OrderBook(MATIC)

    def deliver(event: Event) -> None:
        events.append(event)
        if isinstance(event, BookUpdate):
            kept.apply(event)

    async def play() -> None:
        clock = ManualClock(1_700_000_000 * SECOND)
        session: Any = Session({"/AssetPairs": PAIRS})
        exchange = exchange_of(Access("kraken"), session)
        exchange.timeout_on_exit = 0
        feed = CcxtFeed(Venue("kraken"), exchange, clock)
        feed.subscribe([MATIC])
        task = asyncio.create_task(feed.run(deliver))
        socket = await subscribed(session, clock, "'book'")
        bids = [level(0.5666, 4831.75496356), level(0.5665, 6658.22734739)]
        socket.tell(book("snapshot", bids, [level(0.5668, 4410.79769741)]))
        socket.tell(book("update", [level(0.5667, 1098.3947558), level(0.5665, 0)], []))
        trades = await subscribed(session, clock, "'trade'")
        trades.tell(trade(4665847))
        await clock.advance(SECOND)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(play())

    updates = [event for event in events if isinstance(event, BookUpdate)]
    assert [update.snapshot for update in updates] == [True, False]
    ticks, lots = kept.levels(Side.BUY, 9)
    assert (ticks.tolist(), lots.tolist()) == ([5667, 5666], [109839475580, 483175496356])
    (told,) = [event for event in events if isinstance(event, Trade)]
    assert (told.side, told.price, told.qty) == (Side.SELL, 5117, 4_000_000_000)
