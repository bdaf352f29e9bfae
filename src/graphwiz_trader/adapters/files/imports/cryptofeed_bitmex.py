"""
BitMEX: the tables `orderBookL2` and `trade` of the realtime API.

Changes name a level by its id, whose price only the first message about it tells.
Source: BitMEX API documentation, "Websocket API, response format".
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTrade
from graphwiz_trader.adapters.files.imports.times import nanos


class _Filter(msgspec.Struct):
    symbol: str = ""


class _Message(msgspec.Struct):
    table: str = ""
    action: str = ""
    data: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"[]"))
    filter: _Filter = msgspec.field(default_factory=_Filter)


class _Level(msgspec.Struct):
    symbol: str
    id: int
    side: str
    size: int = 0
    price: Decimal | None = None


class _Trade(msgspec.Struct):
    timestamp: str
    symbol: str
    side: str
    size: int
    price: Decimal


class Bitmex:
    """Reads the frames of all books of one recording, one after the other."""

    def __init__(self) -> None:
        self._prices: dict[str, dict[int, str]] = {}

    def __call__(self, frame: Frame) -> Iterator[Raw]:
        """Yield what one frame of BitMEX tells; quotes tell nothing."""
        if frame.url:
            return
        message = frame.decoded(_Message)
        if message.table == "orderBookL2":
            levels = frame.decoded_part(message.data, list[_Level])
            symbols = dict.fromkeys(level.symbol for level in levels)
            if message.action == "partial":
                symbols = symbols or {message.filter.symbol: None}
                for symbol in symbols:
                    self._prices[symbol] = {}
            for symbol in symbols:
                own = [level for level in levels if level.symbol == symbol]
                yield self._book(frame, symbol, message.action, own)
        elif message.table == "trade":
            for trade in frame.decoded_part(message.data, list[_Trade]):
                yield _trade(frame, trade)

    def _book(self, frame: Frame, symbol: str, action: str, levels: list[_Level]) -> RawBook:
        sides: dict[str, list[tuple[str, str]]] = {"Buy": [], "Sell": []}
        prices = self._prices.setdefault(symbol, {})
        for level in levels:
            if level.price is not None:
                prices[level.id] = f"{level.price:f}"
            if level.id not in prices:
                raise frame.place.error(f"level {level.id} of {symbol}", "one with a known price")
            removed = action == "delete"
            sides[level.side].append((prices[level.id], "0" if removed else str(level.size)))
        return RawBook(
            ts=frame.ts,
            ts_venue=frame.ts,  # book messages of 2021 carry no time
            symbol=symbol,
            bids=sides["Buy"],
            asks=sides["Sell"],
            place=frame.place,
            snapshot=action == "partial",
        )


def _trade(frame: Frame, trade: _Trade) -> RawTrade:
    return RawTrade(
        ts=frame.ts,
        ts_venue=nanos(trade.timestamp),
        symbol=trade.symbol,
        side=1 if trade.side == "Buy" else -1,
        price=f"{trade.price:f}",
        qty=str(trade.size),
        place=frame.place,
    )
