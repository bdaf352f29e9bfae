"""
Coinbase: the channels `level2` and `matches` of the Exchange websocket feed.

Source: Coinbase Exchange documentation, "WebSocket channels".
"""

from collections.abc import Iterator

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTrade
from graphwiz_trader.adapters.files.imports.times import nanos


class _Kind(msgspec.Struct):
    type: str


class _Snapshot(msgspec.Struct):
    product_id: str
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]


class _Update(msgspec.Struct):
    product_id: str
    changes: list[tuple[str, str, str]]
    time: str


class _Match(msgspec.Struct):
    product_id: str
    side: str
    price: str
    size: str
    time: str


def coinbase(frame: Frame) -> Iterator[Raw]:
    """Yield what one frame of Coinbase tells."""
    if frame.url:
        return
    kind = frame.decoded(_Kind).type
    if kind == "snapshot":
        book = frame.decoded(_Snapshot)
        yield RawBook(
            ts=frame.ts,
            ts_venue=frame.ts,  # a snapshot carries no time
            symbol=book.product_id,
            bids=book.bids,
            asks=book.asks,
            place=frame.place,
            snapshot=True,
        )
    elif kind == "l2update":
        update = frame.decoded(_Update)
        yield RawBook(
            ts=frame.ts,
            ts_venue=nanos(update.time),
            symbol=update.product_id,
            bids=[(price, qty) for side, price, qty in update.changes if side == "buy"],
            asks=[(price, qty) for side, price, qty in update.changes if side == "sell"],
            place=frame.place,
        )
    elif kind in {"match", "last_match"}:
        yield _trade(frame)


def _trade(frame: Frame) -> RawTrade:
    match = frame.decoded(_Match)
    return RawTrade(
        ts=frame.ts,
        ts_venue=nanos(match.time),
        symbol=match.product_id,
        side=-1 if match.side == "buy" else 1,  # the maker's side
        price=match.price,
        qty=match.size,
        place=frame.place,
    )
