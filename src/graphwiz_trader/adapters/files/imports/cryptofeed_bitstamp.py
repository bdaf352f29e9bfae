"""
Bitstamp: the channels `diff_order_book` and `live_trades`, and REST snapshots.

Messages carry no sequence numbers, only a time in microseconds: a change counts when it is later
than the snapshot.
Source: Bitstamp websocket API v2, "Live full order book", "Live ticker".
"""

from collections.abc import Iterator

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTrade
from graphwiz_trader.adapters.files.imports.times import nanos


class _Message(msgspec.Struct):
    event: str
    channel: str
    data: msgspec.Raw


class _Book(msgspec.Struct):
    microtimestamp: str
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]


class _Trade(msgspec.Struct):
    microtimestamp: str
    amount_str: str
    price_str: str
    type: int


class Bitstamp:
    """Reads the frames of all books of one recording, one after the other."""

    def __init__(self) -> None:
        self._snapshot: dict[str, int] = {}

    def __call__(self, frame: Frame) -> Iterator[Raw]:
        """Yield what one frame of Bitstamp tells."""
        if frame.url:
            _, found, symbol = frame.url.partition("/api/v2/order_book/")
            if found:
                book = frame.decoded(_Book)
                self._snapshot[symbol] = int(book.microtimestamp)
                yield _snapshot(frame, symbol, book)
            return
        message = frame.decoded(_Message)
        channel, _, symbol = message.channel.rpartition("_")
        if (message.event, channel) == ("data", "diff_order_book"):
            book = frame.decoded_part(message.data, _Book)
            if int(book.microtimestamp) > self._snapshot.get(symbol, -1):
                yield _change(frame, symbol, book)
        elif (message.event, channel) == ("trade", "live_trades"):
            yield _trade(frame, symbol, frame.decoded_part(message.data, _Trade))


def _snapshot(frame: Frame, symbol: str, book: _Book) -> RawBook:
    ts_venue = nanos(book.microtimestamp)
    return RawBook(frame.ts, ts_venue, symbol, book.bids, book.asks, frame.place, snapshot=True)


def _change(frame: Frame, symbol: str, book: _Book) -> RawBook:
    ts_venue = nanos(book.microtimestamp)
    return RawBook(frame.ts, ts_venue, symbol, book.bids, book.asks, frame.place)


def _trade(frame: Frame, symbol: str, trade: _Trade) -> RawTrade:
    return RawTrade(
        ts=frame.ts,
        ts_venue=nanos(trade.microtimestamp),
        symbol=symbol,
        side=-1 if trade.type == 1 else 1,
        price=trade.price_str,
        qty=trade.amount_str,
        place=frame.place,
    )
