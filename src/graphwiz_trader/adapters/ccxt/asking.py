"""Asking: the calls of ccxt that begin and end a subscription; never with a limit."""

from contextlib import suppress

from graphwiz_trader.adapters.ccxt.errors import Operation, translated
from graphwiz_trader.adapters.ccxt.exchange import Client, Exchange
from graphwiz_trader.adapters.ccxt.line import Line, Topic
from graphwiz_trader.domain.errors import PortError

_LEAVING = {
    Topic.BOOK: "unWatchOrderBook",
    Topic.TOUCH: "unWatchBidsAsks",
    Topic.TRADES: "unWatchTrades",
}


async def watch(exchange: Exchange, line: Line) -> None:
    """
    Subscribe to *line* if ccxt has not yet, and return when something of it came.

    A limit would truncate a Binance book for good: the wrong best ask in 21 of 25 checks.
    """
    symbol = line.instrument.symbol
    match line.topic:
        case Topic.BOOK:
            await exchange.watch_order_book(symbol)
        case Topic.TOUCH:
            # Binance's tickers have neither bid nor ask.
            await exchange.watch_bids_asks([symbol])
        case Topic.TRADES:
            await exchange.watch_trades(symbol)


def can_leave(exchange: Exchange, topic: Topic) -> bool:
    """Whether ccxt can end a subscription to *topic*."""
    return bool(exchange.has.get(_LEAVING[topic]))


async def leave(exchange: Exchange, line: Line) -> None:
    """End the subscription to *line*; return when the venue confirmed it."""
    symbol = line.instrument.symbol
    match line.topic:
        case Topic.BOOK:
            await exchange.un_watch_order_book(symbol)
        case Topic.TOUCH:
            await exchange.un_watch_bids_asks([symbol])
        case Topic.TRADES:
            await exchange.un_watch_trades(symbol)


async def hang_up(client: Client) -> None:
    """Close a connection that is given up; it is no loss if that fails."""
    with suppress(PortError), translated(Operation.ASK):
        await client.aiohttp_close()
