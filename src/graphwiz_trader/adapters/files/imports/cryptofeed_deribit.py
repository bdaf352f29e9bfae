"""
Deribit: the channels `book` and `trades` of the JSON-RPC API v2.

Source: Deribit API documentation, "book.{instrument_name}.{interval}", "trades.{…}".
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Levels, Raw, RawBook, RawTrade

_MS = 1_000_000
_Level = tuple[str, Decimal, Decimal]


class _Params(msgspec.Struct):
    channel: str = ""
    data: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


class _Message(msgspec.Struct):
    params: _Params = msgspec.field(default_factory=_Params)


class _Book(msgspec.Struct):
    type: str
    timestamp: int
    instrument_name: str
    change_id: int
    bids: list[_Level]
    asks: list[_Level]
    prev_change_id: int = -1


class _Trade(msgspec.Struct):
    instrument_name: str
    timestamp: int
    direction: str
    price: Decimal
    amount: Decimal


def deribit(frame: Frame) -> Iterator[Raw]:
    """Yield what one frame of Deribit tells; tickers tell nothing."""
    if frame.url:
        return
    params = frame.decoded(_Message).params
    if params.channel.startswith("book."):
        book = frame.decoded_part(params.data, _Book)
        yield RawBook(
            ts=frame.ts,
            ts_venue=book.timestamp * _MS,
            symbol=book.instrument_name,
            bids=_levels(book.bids),
            asks=_levels(book.asks),
            place=frame.place,
            snapshot=book.type == "snapshot",
            first_seq=book.change_id,
            last_seq=book.change_id,
            prev_seq=book.prev_change_id,
        )
    elif params.channel.startswith("trades."):
        for trade in frame.decoded_part(params.data, list[_Trade]):
            yield RawTrade(
                ts=frame.ts,
                ts_venue=trade.timestamp * _MS,
                symbol=trade.instrument_name,
                side=1 if trade.direction == "buy" else -1,
                price=f"{trade.price:f}",
                qty=f"{trade.amount:f}",
                place=frame.place,
            )


def _levels(levels: list[_Level]) -> Levels:
    return [
        (f"{price:f}", "0" if action == "delete" else f"{qty:f}") for action, price, qty in levels
    ]
