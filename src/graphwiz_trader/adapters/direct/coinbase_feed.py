"""Coinbase: the market data stream of Advanced Trade."""

from collections.abc import Sequence

import msgspec

from graphwiz_trader.adapters.direct.dialect import BookRules, Dialect, Prover, Snapshots
from graphwiz_trader.adapters.direct.instants import instant
from graphwiz_trader.adapters.direct.json_words import reader
from graphwiz_trader.adapters.direct.level_wire import LEVELS, NAME, PRICE, QTY, SIDE
from graphwiz_trader.adapters.direct.roster import Entry, Roster, read
from graphwiz_trader.adapters.direct.said import Answered, Denied, Missed, Said, Unreadable
from graphwiz_trader.adapters.direct.schema import Schema
from graphwiz_trader.adapters.direct.trades import trade
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sequence import SeqRule
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Nanos, Venue

PUBLIC = "wss://advanced-trade-ws.coinbase.com"
BOOKS = Schema(
    {
        "updates": LEVELS,
        "price_level": PRICE,
        "new_quantity": QTY,
        "side": SIDE,
        "product_id": NAME,
    },
    ("sequence_num",),
    ("type", "timestamp"),
    ("events",),
)
BOOK = b'{"channel":"l2_data"'
MOST = 100
"""No limit is published; one gap in a connection's count costs every book on it."""

NAMED = b'"product_id":"'
CHANNELS = ("level2", "market_trades")


class CoinbaseDialect:
    """
    All levels of `level2`, and trades; one count runs through all messages of a connection.

    Source: docs.cdp.coinbase.com, "Advanced Trade WebSocket Channels", "Sequence Numbers".
    """

    def __init__(self, venue: Venue, url: str = PUBLIC) -> None:
        self.venue = venue
        self.url = url
        self.most = MOST
        self.ping: bytes | None = None
        self.rules = BookRules(SeqRule.NONE)
        self.snapshots: Snapshots | None = None
        self._roster = Roster(BOOKS, name_of)
        self._last = -1

    def another(self) -> Dialect:
        """Return one like this for another connection."""
        return CoinbaseDialect(self.venue, self.url)

    def opened(self) -> Sequence[bytes]:
        """Begin a connection, and keep it open through quiet times."""
        self._last = -1
        return (_request("subscribe", "heartbeats", ()),)

    def subscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Prepare to read *instruments*; return what asks for them."""
        names = self._roster.add(instruments)
        return [_request("subscribe", channel, names) for channel in CHANNELS]

    def unsubscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the data of *instruments*."""
        names = self._roster.drop(instruments)
        return [_request("unsubscribe", channel, names) for channel in CHANNELS]

    def trades_again(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the trades of *instruments*, and begins them anew."""
        names = [name_of(one) for one in instruments]
        return [_request(kind, CHANNELS[1], names) for kind in ("unsubscribe", "subscribe")]

    def prover(self, instrument: Instrument) -> Prover | None:  # noqa: ARG002 # as promised
        """Return None: what is read here is proven afterwards."""
        return None

    def read(self, payload: bytes, now: Nanos) -> Said:
        """Return what the frame received at *now* says, or raise `Unreadable`."""
        entry = self._roster.named(payload, NAMED) if payload.startswith(BOOK) else None
        if entry is None:
            number, said = self._other(payload, now)
        else:
            number, said = self._book(entry, payload, now)
        if number < 0:
            return said
        last, self._last = self._last, number
        if 0 <= number <= last:
            return Answered(f"message {number} again")
        if last >= 0 and number > last + 1:
            return Missed(f"gap: {number} after {last}", said)
        return said

    def _book(self, entry: Entry, payload: bytes, now: Nanos) -> tuple[int, Said]:
        message = read(entry, payload)
        number = message.numbers[0]
        kind, at = message.texts
        try:
            ts_venue = instant(at)
        except Garbled as error:
            raise Unreadable(str(error), entry.instrument.id) from error
        update = BookUpdate(
            now,
            ts_venue,
            entry.instrument.id,
            message.rows,
            0,
            message.count,
            snapshot=kind == "snapshot",
            first_seq=number,
            last_seq=number,
        )
        return number, update

    def _other(self, payload: bytes, now: Nanos) -> tuple[int, Said]:
        said = _read(payload)
        if said.type == "error":
            return -1, Denied(said.message)
        if said.channel != "market_trades":
            return said.sequence_num, Answered()
        return said.sequence_num, self._trades(said.events, now)

    def _trades(self, events: "list[_Event]", now: Nanos) -> tuple[Trade, ...]:
        trades = []
        for row in [row for event in events if event.type == "update" for row in event.trades]:
            one = self._roster.by_name(row.product_id)
            if one is None:
                continue
            # The venue names the maker's side.
            side = Side.SELL if row.side == "BUY" else Side.BUY
            try:
                trades.append(trade(one, side, row.price, row.size, now, instant(row.time)))
            except Garbled as error:
                raise Unreadable(str(error), one.id) from error
        return tuple(trades)


def name_of(instrument: Instrument) -> str:
    """Return Coinbase's name: `BTC-USD`."""
    return f"{instrument.base}-{instrument.quote}"


class _Row(msgspec.Struct):
    product_id: str
    price: str
    size: str
    side: str
    time: str


class _Event(msgspec.Struct):
    type: str = ""
    trades: list[_Row] = []


class _Push(msgspec.Struct):
    channel: str = ""
    type: str = ""
    message: str = ""
    sequence_num: int = -1
    events: list[_Event] = []


_read = reader(_Push, Unreadable)


def _request(kind: str, channel: str, names: Sequence[str]) -> bytes:
    body: dict[str, object] = {"type": kind, "channel": channel}
    if names:
        body["product_ids"] = list(names)
    return msgspec.json.encode(body)
