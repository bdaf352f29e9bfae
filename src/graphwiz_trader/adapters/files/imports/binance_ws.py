"""
Binance streams as recorded: lines `<receive time, ns> <combined-stream JSON>`.

One line is the REST depth snapshot, which comes after the first changes, as in life.
Source: Binance API documentation, "How to manage a local order book correctly" (spot) and
"How to manage a local order book correctly" (derivatives).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from graphwiz_trader.adapters.files.imports.bridge import Bridge
from graphwiz_trader.adapters.files.imports.files import lines
from graphwiz_trader.adapters.files.imports.raw import (
    Place,
    Raw,
    RawBook,
    RawTop,
    RawTrade,
    ReadOptions,
)
from graphwiz_trader.domain.errors import DataError

_MS = 1_000_000
_PAIRS = list[tuple[str, str]]


class _Frame(msgspec.Struct):
    stream: str = ""
    data: msgspec.Raw = msgspec.Raw(b"")
    lastUpdateId: int = -1  # noqa: N815 # the venue's spelling
    symbol: str = ""
    bids: _PAIRS = []
    asks: _PAIRS = []
    E: int = 0
    T: int = 0


class _Diff(msgspec.Struct):
    s: str
    U: int
    u: int
    b: _PAIRS
    a: _PAIRS
    E: int
    T: int = 0
    pu: int = -1


class _Trade(msgspec.Struct):
    s: str
    p: str
    q: str
    T: int
    m: bool
    X: str = "MARKET"


class _Top(msgspec.Struct):
    s: str
    u: int
    b: str
    B: str
    a: str
    A: str


_frame = msgspec.json.Decoder(_Frame).decode
_diff = msgspec.json.Decoder(_Diff).decode
_trade = msgspec.json.Decoder(_Trade).decode
_top = msgspec.json.Decoder(_Top).decode


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield books, trades and, if wanted, tops; the book is kept across files.

    Changes that came before the snapshot are held back until it, and then count as received
    with it.

    Raises:
        DataError: a line is of another form, or changes of a symbol have no snapshot.
    """
    bridge = Bridge(options.tally)
    for path in paths:
        for number, line in lines(path):
            options.tally.records += 1
            if not options.tops and line.find(b"@bookTicker", 0, 100) >= 0:
                continue
            place = Place(str(path), number)
            try:
                raw = _raw(line, place)
            except (msgspec.MsgspecError, ValueError) as error:
                found = f"{line[:60].decode(errors='replace')!r} ({error})"
                raise place.error(found, "`<receive time, ns> <Binance stream frame>`") from error
            if isinstance(raw, RawBook):
                yield from bridge.take(raw)
            elif raw is not None:
                yield raw
    if waiting := bridge.without_snapshot:
        files = ", ".join(map(str, paths))
        raise DataError(
            f"{files}: found changes of {', '.join(waiting)} without a snapshot, "
            "expected a line with lastUpdateId, bids and asks"
        )


def _raw(line: bytes, place: Place) -> Raw | None:
    time, _, text = line.partition(b" ")
    ts, frame = int(time), _frame(text)
    stream = frame.stream
    if "@depth" in stream:
        return _change(ts, _diff(frame.data), place)
    if "@bookTicker" in stream:
        top = _top(frame.data)
        return RawTop(ts, top.s, top.u, (top.b, top.B), (top.a, top.A), place)
    if stream.endswith(("@trade", "@aggTrade")):
        return _traded(ts, _trade(frame.data), place)
    if frame.lastUpdateId >= 0:
        return _snapshot(ts, frame, place)
    if stream:
        return None
    raise ValueError("neither a stream nor a snapshot")


def _change(ts: int, diff: _Diff, place: Place) -> RawBook:
    return RawBook(
        ts,
        (diff.T or diff.E) * _MS,
        diff.s,
        diff.b,
        diff.a,
        place,
        first_seq=diff.U,
        last_seq=diff.u,
        prev_seq=diff.pu,
    )


def _snapshot(ts: int, frame: _Frame, place: Place) -> RawBook:
    return RawBook(
        ts,
        (frame.T or frame.E) * _MS,
        frame.symbol,
        frame.bids,
        frame.asks,
        place,
        snapshot=True,
        last_seq=frame.lastUpdateId,
    )


def _traded(ts: int, trade: _Trade, place: Place) -> RawTrade | None:
    # A futures trade that is not of the market (insurance fund, unwound) met no book.
    if trade.X != "MARKET":
        return None
    return RawTrade(ts, trade.T * _MS, trade.s, -1 if trade.m else 1, trade.p, trade.q, place)
