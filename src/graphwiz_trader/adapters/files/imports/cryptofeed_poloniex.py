"""
Poloniex: the channels `book_lv2` and `trades` of the spot websocket API of 2022.

Source: Poloniex API documentation, "Book Level 2", "Trades".
"""

from collections.abc import Iterator

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTrade

_MS = 1_000_000


class _Message(msgspec.Struct):
    channel: str = ""
    action: str = ""
    data: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"[]"))


class _Book(msgspec.Struct):
    symbol: str
    asks: list[tuple[str, str]]
    bids: list[tuple[str, str]]
    lastId: int  # noqa: N815 # the venue's spelling
    id: int
    ts: int


class _Trade(msgspec.Struct):
    symbol: str
    quantity: str
    takerSide: str  # noqa: N815 # the venue's spelling
    price: str
    ts: int


def poloniex(frame: Frame) -> Iterator[Raw]:
    """Yield what one frame of Poloniex tells."""
    if frame.url:
        return
    message = frame.decoded(_Message)
    if message.channel == "book_lv2":
        for book in frame.decoded_part(message.data, list[_Book]):
            yield RawBook(
                ts=frame.ts,
                ts_venue=book.ts * _MS,
                symbol=book.symbol,
                bids=book.bids,
                asks=book.asks,
                place=frame.place,
                snapshot=message.action == "snapshot",
                first_seq=book.id,
                last_seq=book.id,
                prev_seq=book.lastId,
            )
    elif message.channel == "trades":
        for trade in frame.decoded_part(message.data, list[_Trade]):
            side = 1 if trade.takerSide == "buy" else -1
            yield RawTrade(
                frame.ts,
                trade.ts * _MS,
                trade.symbol,
                side,
                trade.price,
                trade.quantity,
                frame.place,
            )
