"""
OKX: the channels `books` and `trades` of API v5.

Source: OKX API guide v5, "Order book channel", "Trades channel".
"""

from collections.abc import Iterator

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Levels, Raw, RawBook, RawTrade

_MS = 1_000_000


class _Channel(msgspec.Struct):
    channel: str = ""
    instId: str = ""  # noqa: N815 # the venue's spelling


class _Message(msgspec.Struct):
    arg: _Channel = msgspec.field(default_factory=_Channel)
    action: str = ""
    data: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"[]"))


class _Level(msgspec.Struct, array_like=True):
    price: str
    qty: str


class _Book(msgspec.Struct):
    asks: list[_Level]
    bids: list[_Level]
    ts: str
    checksum: int | None = None
    seqId: int = -1  # noqa: N815 # the venue's spelling
    prevSeqId: int = -1  # noqa: N815 # the venue's spelling


class _Trade(msgspec.Struct):
    instId: str  # noqa: N815 # the venue's spelling
    px: str
    sz: str
    side: str
    ts: str


def okx(frame: Frame) -> Iterator[Raw]:
    """Yield what one frame of OKX tells; tickers and acknowledgements tell nothing."""
    if frame.url or not frame.text.startswith("{"):
        return
    message = frame.decoded(_Message)
    if message.arg.channel == "books":
        for book in frame.decoded_part(message.data, list[_Book]):
            yield RawBook(
                ts=frame.ts,
                ts_venue=int(book.ts) * _MS,
                symbol=message.arg.instId,
                bids=_levels(book.bids),
                asks=_levels(book.asks),
                place=frame.place,
                snapshot=message.action == "snapshot",
                first_seq=book.seqId,
                last_seq=book.seqId,
                prev_seq=book.prevSeqId,
                checksum=book.checksum,
            )
    elif message.arg.channel == "trades":
        for trade in frame.decoded_part(message.data, list[_Trade]):
            side = 1 if trade.side == "buy" else -1
            ts_venue = int(trade.ts) * _MS
            yield RawTrade(frame.ts, ts_venue, trade.instId, side, trade.px, trade.sz, frame.place)


def _levels(levels: list[_Level]) -> Levels:
    return [(level.price, level.qty) for level in levels]
