"""Bybit: its v5 public stream."""

from collections.abc import Sequence

import msgspec

from graphwiz_trader.adapters.direct.dialect import BookRules, Dialect, Prover, Snapshots
from graphwiz_trader.adapters.direct.json_words import reader
from graphwiz_trader.adapters.direct.level_wire import ASKS, BIDS, NAME
from graphwiz_trader.adapters.direct.roster import Entry, Roster, chunks, read
from graphwiz_trader.adapters.direct.said import Answered, Denied, Said, Unreadable
from graphwiz_trader.adapters.direct.schema import Schema
from graphwiz_trader.adapters.direct.trades import trade
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sequence import SeqRule
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue

SPOT = "wss://stream.bybit.com/v5/public/spot"
LINEAR = "wss://stream.bybit.com/v5/public/linear"
DEPTH = 200
BOOKS = Schema(
    {"b": BIDS, "a": ASKS, "s": NAME}, ("ts", "u", "cts"), ("type",), ("data",), optional=("cts",)
)
BOOK, TRADES = b'{"topic":"orderbook.', b'{"topic":"publicTrade.'
NAMED = b'"s":"'
KINDS = (f"orderbook.{DEPTH}", "publicTrade")
MOST_ARGS = 10
MOST = 200
"""A connection takes 21,000 characters of topics, two topics of at most 50 each."""


class BybitDialect:
    """
    The best 200 levels, counted by `u`, and trades.

    `u` of 1 is a snapshot after a restart of the service.
    Source: bybit-exchange.github.io/docs/v5, "Orderbook", "Trade", "Connect".
    """

    def __init__(self, venue: Venue, url: str = SPOT) -> None:
        self.venue = venue
        self.url = url
        self.most = MOST
        self.ping: bytes | None = b'{"op":"ping"}'
        self.rules = BookRules(SeqRule.CONTIGUOUS, depth=DEPTH, restart_seq=1)
        self.snapshots: Snapshots | None = None
        self._roster = Roster(BOOKS, name_of)

    def another(self) -> Dialect:
        """Return one like this for another connection."""
        return BybitDialect(self.venue, self.url)

    def opened(self) -> Sequence[bytes]:
        """Begin a connection; nothing is sent first."""
        return ()

    def subscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Prepare to read *instruments*; return what asks for them."""
        return _requests("subscribe", self._roster.add(instruments))

    def unsubscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the data of *instruments*."""
        return _requests("unsubscribe", self._roster.drop(instruments))

    def trades_again(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the trades of *instruments*, and begins them anew."""
        names = [name_of(one) for one in instruments]
        asked = (_requests(op, names, KINDS[1:]) for op in ("unsubscribe", "subscribe"))
        return [text for texts in asked for text in texts]

    def prover(self, instrument: Instrument) -> Prover | None:  # noqa: ARG002 # as promised
        """Return None: what is read here is proven afterwards."""
        return None

    def read(self, payload: bytes, now: Nanos) -> Said:
        """Return what the frame received at *now* says, or raise `Unreadable`."""
        is_book = payload.startswith(BOOK)
        if not is_book and not payload.startswith(TRADES):
            return _answer(payload)
        entry = self._roster.named(payload, NAMED)
        if entry is None:
            return _answer(payload)
        if not is_book:
            return _trades(entry, payload, now)
        message = read(entry, payload)
        ms, number, matched = message.numbers[:3]
        return BookUpdate(
            now,
            Nanos((matched if matched > 0 else ms) * MILLISECOND),
            entry.instrument.id,
            message.rows,
            0,
            message.count,
            message.texts[0] == "snapshot",
            False,
            number,
            number,
            number - 1,
        )


def name_of(instrument: Instrument) -> str:
    """Return Bybit's name: `BTCUSDT`."""
    return f"{instrument.base}{instrument.quote}"


class _Row(msgspec.Struct):
    p: str
    v: str
    S: str
    T: int


class _Push(msgspec.Struct):
    data: list[_Row]


class _Answer(msgspec.Struct):
    success: bool = True
    ret_msg: str = ""


_decode_push = msgspec.json.Decoder(_Push).decode
_read_answer = reader(_Answer, Unreadable)


def _trades(entry: Entry, payload: bytes, now: Nanos) -> Said:
    one = entry.instrument
    try:
        return tuple(
            trade(
                one,
                Side.BUY if row.S == "Buy" else Side.SELL,
                row.p,
                row.v,
                now,
                Nanos(row.T * MILLISECOND),
            )
            for row in _decode_push(payload).data
        )
    except (msgspec.DecodeError, Garbled, UnicodeDecodeError) as error:
        raise Unreadable(f"{payload[:80]!r}: {error}", one.id) from error


def _answer(payload: bytes) -> Said:
    said = _read_answer(payload)
    return Answered() if said.success else Denied(said.ret_msg)


def _requests(op: str, names: Sequence[str], kinds: Sequence[str] = KINDS) -> list[bytes]:
    topics = [f"{kind}.{name}" for name in names for kind in kinds]
    return [
        msgspec.json.encode({"op": op, "args": list(part)}) for part in chunks(topics, MOST_ARGS)
    ]
