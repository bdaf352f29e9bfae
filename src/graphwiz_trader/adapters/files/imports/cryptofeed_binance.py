"""
Binance: the combined streams `depth`, `bookTicker`, `aggTrade` and `trade`, and REST snapshots.

Source: Binance API documentation, "Diff. Depth Stream", "How to manage a local order book
correctly"; spot, USD-M and COIN-M differ in `pu` and `T` only.
"""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTop, RawTrade

_MS = 1_000_000
_REST_DEPTH = ("/api/v3/depth", "/fapi/v1/depth", "/dapi/v1/depth")


class _Combined(msgspec.Struct):
    stream: str
    data: msgspec.Raw


class _Depth(msgspec.Struct):
    E: int
    s: str
    U: int
    u: int
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    pu: int = -1
    T: int = 0


class _Ticker(msgspec.Struct):
    u: int
    s: str
    b: str
    B: str
    a: str
    A: str


class _Trade(msgspec.Struct):
    s: str
    p: str
    q: str
    T: int
    m: bool


class _Snapshot(msgspec.Struct):
    lastUpdateId: int  # noqa: N815 # the venue's spelling
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]
    E: int = 0
    T: int = 0


def binance(frame: Frame) -> Iterator[Raw]:
    """Yield what one frame of Binance tells; candles and the like tell nothing."""
    if frame.url:
        yield from _answered(frame)
        return
    combined = frame.decoded(_Combined)
    channel = combined.stream.partition("@")[2].partition("@")[0]
    if channel == "depth":
        yield _changed(frame, frame.decoded_part(combined.data, _Depth))
    elif channel == "bookTicker":
        top = frame.decoded_part(combined.data, _Ticker)
        yield RawTop(frame.ts, top.s, top.u, (top.b, top.B), (top.a, top.A), frame.place)
    elif channel in {"aggTrade", "trade"}:
        trade = frame.decoded_part(combined.data, _Trade)
        side = -1 if trade.m else 1
        ts_venue = trade.T * _MS
        yield RawTrade(frame.ts, ts_venue, trade.s, side, trade.p, trade.q, frame.place)


def _changed(frame: Frame, depth: _Depth) -> RawBook:
    return RawBook(
        ts=frame.ts,
        ts_venue=(depth.T or depth.E) * _MS,
        symbol=depth.s,
        bids=depth.b,
        asks=depth.a,
        place=frame.place,
        first_seq=depth.U,
        last_seq=depth.u,
        prev_seq=depth.pu,
    )


def _answered(frame: Frame) -> Iterator[RawBook]:
    url = urlsplit(frame.url)
    symbol = parse_qs(url.query).get("symbol")
    if url.path not in _REST_DEPTH or not symbol:
        return
    book = frame.decoded(_Snapshot)
    yield RawBook(
        ts=frame.ts,
        ts_venue=(book.T or book.E) * _MS or frame.ts,
        symbol=symbol[0],
        bids=book.bids,
        asks=book.asks,
        place=frame.place,
        snapshot=True,
        first_seq=book.lastUpdateId,
        last_seq=book.lastUpdateId,
    )
