"""OKX: its v5 market channels."""

from collections.abc import Sequence

import msgspec

from graphwiz_trader.adapters.direct.dialect import BookRules, Dialect, Prover, Snapshots
from graphwiz_trader.adapters.direct.json_words import reader
from graphwiz_trader.adapters.direct.level_wire import ASKS, BIDS, NAME
from graphwiz_trader.adapters.direct.roster import Entry, Roster, read
from graphwiz_trader.adapters.direct.said import Answered, Denied, Ending, Said, Unreadable
from graphwiz_trader.adapters.direct.schema import Schema
from graphwiz_trader.adapters.direct.trades import trade
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.sequence import SeqRule
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue

PUBLIC = "wss://ws.okx.com:8443/ws/v5/public"
BOOKS = Schema(
    {"bids": BIDS, "asks": ASKS, "instId": NAME},
    ("ts", "checksum", "prevSeqId", "seqId"),
    ("action",),
    ("arg", "data"),
    optional=("checksum", "prevSeqId", "seqId"),
)
NAMED = b'"instId":"'
BOOK, TRADES = b'"channel":"books"', b'"channel":"trades"'
CHANNELS = ("books", "trades")
ARG_WITHIN = 60
MOST = 200
"""A connection takes 64 KB of channels in one request, and 480 requests an hour."""

UPGRADE = "64008"


class OkxDialect:
    """
    The 400 levels of `books`, whose messages name the one before, and `trades`.

    Checksums are checked where the venue still sends them.
    Source: OKX API guide v5, "Order book channel", "Trades channel", "Notification".
    """

    def __init__(self, venue: Venue, url: str = PUBLIC) -> None:
        self.venue = venue
        self.url = url
        self.most = MOST
        self.ping: bytes | None = b"ping"
        self.rules = BookRules(SeqRule.LINKED, ChecksumRule.OKX)
        self.snapshots: Snapshots | None = None
        self._roster = Roster(BOOKS, name_of)

    def another(self) -> Dialect:
        """Return one like this for another connection."""
        return OkxDialect(self.venue, self.url)

    def opened(self) -> Sequence[bytes]:
        """Begin a connection; nothing is sent first."""
        return ()

    def subscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Prepare to read *instruments*; return what asks for them."""
        return (_request("subscribe", self._roster.add(instruments)),)

    def unsubscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the data of *instruments*."""
        return (_request("unsubscribe", self._roster.drop(instruments)),)

    def trades_again(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the trades of *instruments*, and begins them anew."""
        names = [name_of(one) for one in instruments]
        return [_request(op, names, CHANNELS[1:]) for op in ("unsubscribe", "subscribe")]

    def prover(self, instrument: Instrument) -> Prover | None:  # noqa: ARG002 # as promised
        """Return None: what is read here is proven afterwards."""
        return None

    def read(self, payload: bytes, now: Nanos) -> Said:
        """Return what the frame received at *now* says, or raise `Unreadable`."""
        if payload.startswith(b'{"event"') or not payload.startswith(b"{"):
            return _answer(payload)
        entry = self._roster.named(payload, NAMED)
        if entry is None:
            return _answer(payload)
        if payload.find(BOOK, 0, ARG_WITHIN) < 0:
            is_trade = payload.find(TRADES, 0, ARG_WITHIN) >= 0
            return _trades(entry, payload, now) if is_trade else _answer(payload)
        message = read(entry, payload)
        ms, checksum, prev_seq, seq = message.numbers[:4]
        return BookUpdate(
            now,
            Nanos(ms * MILLISECOND),
            entry.instrument.id,
            message.rows,
            0,
            message.count,
            message.texts[0] == "snapshot",
            False,
            prev_seq + 1,
            seq,
            prev_seq,
            checksum if checksum != -1 else None,
        )


def name_of(instrument: Instrument) -> str:
    """Return OKX's name: `BTC-USDT`, `BTC-USDT-SWAP`, `BTC-USDT-241227`."""
    pair = f"{instrument.base}-{instrument.quote}"
    if instrument.kind is Kind.SPOT:
        return pair
    _, dash, expiry = instrument.symbol.partition(":")[2].partition("-")
    return f"{pair}-{expiry}" if dash else f"{pair}-SWAP"


class _Arg(msgspec.Struct):
    channel: str = ""


class _Row(msgspec.Struct):
    px: str
    sz: str
    side: str
    ts: str


class _Push(msgspec.Struct):
    arg: _Arg
    data: list[_Row] = []


class _Answer(msgspec.Struct):
    event: str = ""
    code: str = ""
    msg: str = ""


_decode_push = msgspec.json.Decoder(_Push).decode
_read_answer = reader(_Answer, Unreadable)


def _trades(entry: Entry, payload: bytes, now: Nanos) -> Said:
    one = entry.instrument
    try:
        push = _decode_push(payload)
        return tuple(
            trade(
                one,
                Side.BUY if row.side == "buy" else Side.SELL,
                row.px,
                row.sz,
                now,
                Nanos(int(row.ts) * MILLISECOND),
            )
            for row in push.data
        )
    except (msgspec.DecodeError, Garbled, ValueError) as error:
        raise Unreadable(f"{payload[:80]!r}: {error}", one.id) from error


def _answer(payload: bytes) -> Said:
    if payload == b"pong":
        return Answered()
    said = _read_answer(payload)
    if said.event == "error":
        return Denied(f"{said.code} {said.msg}")
    if said.event == "notice" and said.code == UPGRADE:
        return Ending(said.msg)
    return Answered()


def _request(op: str, names: Sequence[str], channels: Sequence[str] = CHANNELS) -> bytes:
    args = [{"channel": channel, "instId": name} for name in names for channel in channels]
    return msgspec.json.encode({"op": op, "args": args})
