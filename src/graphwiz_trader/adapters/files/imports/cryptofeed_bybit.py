"""
Bybit: the topics `orderBookL2_25`, `orderBook_200` and `trade` of the websocket API v2.

Source: Bybit API documentation, v2 inverse and linear websocket, until 2023.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Levels, Raw, RawBook, RawTrade

_BOOKS = ("orderBookL2_25.", "orderBook_200.")


class _Message(msgspec.Struct):
    topic: str = ""
    type: str = ""
    data: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))
    timestamp_e6: int | str = 0


class _Level(msgspec.Struct):
    price: Decimal
    side: str
    size: Decimal = Decimal(0)


class _Whole(msgspec.Struct):
    order_book: list[_Level]


class _Delta(msgspec.Struct):
    delete: list[_Level]
    update: list[_Level]
    insert: list[_Level]


class _Trade(msgspec.Struct):
    symbol: str
    price: Decimal
    size: Decimal
    side: str
    trade_time_ms: int | str


def bybit(frame: Frame) -> Iterator[Raw]:
    """Yield what one frame of Bybit tells."""
    if frame.url:
        return
    message = frame.decoded(_Message)
    if message.topic.startswith(_BOOKS):
        yield _book(frame, message)
    elif message.topic.startswith("trade."):
        for trade in frame.decoded_part(message.data, list[_Trade]):
            yield RawTrade(
                ts=frame.ts,
                ts_venue=int(trade.trade_time_ms) * 1_000_000,
                symbol=trade.symbol,
                side=1 if trade.side == "Buy" else -1,
                price=f"{trade.price:f}",
                qty=f"{trade.size:f}",
                place=frame.place,
            )


def _book(frame: Frame, message: _Message) -> RawBook:
    if message.type == "snapshot":
        # Linear contracts wrap the levels in an object, inverse ones do not.
        if bytes(message.data).startswith(b"["):
            levels = frame.decoded_part(message.data, list[_Level])
        else:
            levels = frame.decoded_part(message.data, _Whole).order_book
    else:
        delta = frame.decoded_part(message.data, _Delta)
        levels = [*delta.delete, *delta.update, *delta.insert]
    return RawBook(
        ts=frame.ts,
        ts_venue=int(message.timestamp_e6) * 1_000,
        symbol=message.topic.partition(".")[2],
        bids=_of(levels, "Buy"),
        asks=_of(levels, "Sell"),
        place=frame.place,
        snapshot=message.type == "snapshot",
    )


def _of(levels: list[_Level], side: str) -> Levels:
    return [(f"{level.price:f}", f"{level.size:f}") for level in levels if level.side == side]
