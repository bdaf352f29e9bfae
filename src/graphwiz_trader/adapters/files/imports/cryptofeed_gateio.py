"""
Gate.io: the channels `spot.order_book_update` and `spot.trades` of API v4, and REST snapshots.

Source: Gate.io API v4 documentation, "Changed order book levels", "Public trades channel".
"""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTrade
from graphwiz_trader.adapters.files.imports.times import nanos

_MS = 1_000_000
_REST_BOOK = "/api/v4/spot/order_book"


class _Message(msgspec.Struct):
    channel: str
    event: str
    result: msgspec.Raw


class _Change(msgspec.Struct):
    t: int
    s: str
    U: int
    u: int
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]


class _Snapshot(msgspec.Struct):
    id: int
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]
    update: int | None = None


class _Trade(msgspec.Struct):
    create_time_ms: str
    side: str
    currency_pair: str
    amount: str
    price: str


def gateio(frame: Frame) -> Iterator[Raw]:
    """Yield what one frame of Gate.io tells."""
    if frame.url:
        yield from _answered(frame)
        return
    message = frame.decoded(_Message)
    if message.event != "update":
        return
    if message.channel == "spot.order_book_update":
        change = frame.decoded_part(message.result, _Change)
        yield RawBook(
            ts=frame.ts,
            ts_venue=change.t * _MS,
            symbol=change.s,
            bids=change.b,
            asks=change.a,
            place=frame.place,
            first_seq=change.U,
            last_seq=change.u,
        )
    elif message.channel == "spot.trades":
        trade = frame.decoded_part(message.result, _Trade)
        yield RawTrade(
            ts=frame.ts,
            ts_venue=nanos(trade.create_time_ms),
            symbol=trade.currency_pair,
            side=1 if trade.side == "buy" else -1,
            price=trade.price,
            qty=trade.amount,
            place=frame.place,
        )


def _answered(frame: Frame) -> Iterator[RawBook]:
    url = urlsplit(frame.url)
    pair = parse_qs(url.query).get("currency_pair")
    if url.path != _REST_BOOK or not pair:
        return
    book = frame.decoded(_Snapshot)
    yield RawBook(
        ts=frame.ts,
        ts_venue=frame.ts if book.update is None else book.update * _MS,
        symbol=pair[0],
        bids=book.bids,
        asks=book.asks,
        place=frame.place,
        snapshot=True,
        first_seq=book.id,
        last_seq=book.id,
    )
