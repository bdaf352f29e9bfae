"""Kraken: version 2 of its stream."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from graphwiz_trader.adapters.direct.dialect import BookRules, Dialect, Prover, Snapshots
from graphwiz_trader.adapters.direct.instants import instant
from graphwiz_trader.adapters.direct.json_words import reader
from graphwiz_trader.adapters.direct.level_wire import ASKS, BIDS, NAME, PRICE, QTY
from graphwiz_trader.adapters.direct.roster import Roster, read
from graphwiz_trader.adapters.direct.said import Answered, Denied, Said, Unreadable
from graphwiz_trader.adapters.direct.schema import Schema
from graphwiz_trader.adapters.direct.trades import trade
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sequence import SeqRule
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Nanos, Venue

PUBLIC = "wss://ws.kraken.com/v2"
DEPTH = 100
BOOKS = Schema(
    {"bids": BIDS, "asks": ASKS, "price": PRICE, "qty": QTY, "symbol": NAME},
    ("checksum",),
    ("type", "timestamp"),
    ("data",),
    optional=("checksum", "timestamp"),
)
BOOK, TRADES = b'{"channel":"book"', b'{"channel":"trade"'
MOST = 200
"""No limit is published; a lost connection should not cost everything."""

NAMED = b'"symbol":"'


class KrakenDialect:
    """
    The best 100 levels with a checksum in every message, and trades.

    Levels that fall out of the depth are not told, and messages are not numbered: a lost one
    shows in the next checksum.
    Source: docs.kraken.com, WebSocket v2 "Book", "Trades", "Spot Websockets (v2) Book Checksum".
    """

    def __init__(self, venue: Venue, url: str = PUBLIC) -> None:
        self.venue = venue
        self.url = url
        self.most = MOST
        self.ping: bytes | None = b'{"method":"ping"}'
        self.rules = BookRules(SeqRule.NONE, ChecksumRule.KRAKEN, depth=DEPTH)
        self.snapshots: Snapshots | None = None
        self._roster = Roster(BOOKS, name_of)

    def another(self) -> Dialect:
        """Return one like this for another connection."""
        return KrakenDialect(self.venue, self.url)

    def opened(self) -> Sequence[bytes]:
        """Begin a connection; nothing is sent first."""
        return ()

    def subscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Prepare to read *instruments*; return what asks for them."""
        names = self._roster.add(instruments)
        return (
            _request("subscribe", "book", names, depth=DEPTH, snapshot=True),
            _request("subscribe", "trade", names, snapshot=False),
        )

    def unsubscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the data of *instruments*."""
        names = self._roster.drop(instruments)
        return (
            _request("unsubscribe", "book", names, depth=DEPTH),
            _request("unsubscribe", "trade", names),
        )

    def trades_again(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the trades of *instruments*, and begins them anew."""
        names = [name_of(one) for one in instruments]
        return (
            _request("unsubscribe", "trade", names),
            _request("subscribe", "trade", names, snapshot=False),
        )

    def prover(self, instrument: Instrument) -> Prover | None:  # noqa: ARG002 # as promised
        """Return None: what is read here is proven afterwards."""
        return None

    def read(self, payload: bytes, now: Nanos) -> Said:
        """Return what the frame received at *now* says, or raise `Unreadable`."""
        if payload.startswith(TRADES):
            return self._trades(payload, now)
        entry = self._roster.named(payload, NAMED) if payload.startswith(BOOK) else None
        if entry is None:
            return _answer(payload)
        message = read(entry, payload)
        kind, at = message.texts
        try:
            ts_venue = instant(at) if at else now
        except Garbled as error:
            raise Unreadable(str(error), entry.instrument.id) from error
        return BookUpdate(
            now,
            ts_venue,
            entry.instrument.id,
            message.rows,
            0,
            message.count,
            snapshot=kind == "snapshot",
            checksum=message.numbers[0] if message.numbers[0] >= 0 else None,
        )

    def _trades(self, payload: bytes, now: Nanos) -> tuple[Trade, ...]:
        trades = []
        try:
            for row in _decode_push(payload).data:
                one = self._roster.by_name(row.symbol)
                if one is not None:
                    side = Side.BUY if row.side == "buy" else Side.SELL
                    at = instant(row.timestamp)
                    trades.append(trade(one, side, str(row.price), str(row.qty), now, at))
        except (msgspec.DecodeError, Garbled, UnicodeDecodeError, ArithmeticError) as error:
            raise Unreadable(f"{payload[:80]!r}: {error}") from error
        return tuple(trades)


def name_of(instrument: Instrument) -> str:
    """Return Kraken's name: `BTC/USD`."""
    return f"{instrument.base}/{instrument.quote}"


class _Row(msgspec.Struct):
    symbol: str
    side: str
    price: Decimal
    qty: Decimal
    timestamp: str


class _Push(msgspec.Struct):
    data: list[_Row]


class _Answer(msgspec.Struct):
    success: bool = True
    error: str = ""


_decode_push = msgspec.json.Decoder(_Push).decode
_read_answer = reader(_Answer, Unreadable)


def _answer(payload: bytes) -> Said:
    said = _read_answer(payload)
    return Answered() if said.success and not said.error else Denied(said.error)


def _request(method: str, channel: str, names: Sequence[str], **more: int) -> bytes:
    params = {"channel": channel, "symbol": list(names), **more}
    return msgspec.json.encode({"method": method, "params": params})
