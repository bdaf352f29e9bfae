"""Binance: its market streams, spot, USDⓈ-M and COIN-M."""

from collections.abc import Sequence
from typing import Final

import msgspec

from graphwiz_trader.adapters.direct.binance_depth import DepthParser
from graphwiz_trader.adapters.direct.binance_said import read_answer, read_trade
from graphwiz_trader.adapters.direct.dialect import BookRules, Dialect, Prover, Snapshots
from graphwiz_trader.adapters.direct.level_wire import ASKS, BIDS, NAME
from graphwiz_trader.adapters.direct.message_reader import MessageReader
from graphwiz_trader.adapters.direct.plain_reader import PlainReader
from graphwiz_trader.adapters.direct.row_ring import RowRing
from graphwiz_trader.adapters.direct.said import Answered, Said, Unreadable
from graphwiz_trader.adapters.direct.schema import Schema
from graphwiz_trader.adapters.direct.trades import trade
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.sequence import SeqRule
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue
from graphwiz_trader.domain.value import value

SNAPSHOT = Schema({"bids": BIDS, "asks": ASKS}, ("lastUpdateId", "T"), optional=("T",))
DIFF = Schema(
    {"b": BIDS, "a": ASKS, "s": NAME},
    ("E", "T", "U", "u", "pu"),
    ("e",),
    ("data",),
    optional=("T", "pu", "data"),
)
SNAPSHOT_LEVELS = 1000
STREAMS_EACH = 2
NAMED, DEPTH_UPDATE = b'"s":"', b'"e":"depthUpdate"'
NAME_WITHIN = 200
STREAM: Final = len(b'{"stream":"')
HEAD_END: Final = 43
STREAM_WITHIN: Final = 80
HEAD = b'@depth@100ms","data":{"e":"depthUpdate"'
"""What follows the symbol of a diff as it is sent now; 32 bytes tell whose it is at one look."""


@value
class BinanceMarket:
    """One of Binance's markets: where it is, how it differs, and its streams a connection."""

    stream_url: str
    depth_url: str
    trades: str
    seq: SeqRule
    streams: int


SPOT = BinanceMarket(
    "wss://stream.binance.com:9443/stream",
    "https://api.binance.com/api/v3/depth",
    "trade",
    SeqRule.CONTIGUOUS,
    1024,
)
USDM = BinanceMarket(
    "wss://fstream.binance.com/stream",
    "https://fapi.binance.com/fapi/v1/depth",
    "aggTrade",
    SeqRule.LINKED,
    200,
)

COINM = BinanceMarket(
    "wss://dstream.binance.com/stream",
    "https://dapi.binance.com/dapi/v1/depth",
    "aggTrade",
    SeqRule.LINKED,
    200,
)


class BinanceDialect:
    """
    Diffs every 100 ms, bridged from REST snapshots, and trades.

    Source: developers.binance.com, "How to manage a local order book correctly", of either market.
    """

    def __init__(self, venue: Venue, market: BinanceMarket = SPOT) -> None:
        self.venue = venue
        self.url = market.stream_url
        self.most = market.streams // STREAMS_EACH
        self.ping: bytes | None = None
        self.rules = BookRules(market.seq)
        self.snapshots: Snapshots | None = _DepthSnapshots(market.depth_url)
        self._market = market
        self._ring = RowRing()
        self._streams: dict[bytes, DepthParser] = {}
        self._heads: dict[bytes, DepthParser] = {}
        self._instruments: dict[bytes, Instrument] = {}
        self._asked = 0

    def another(self) -> Dialect:
        """Return one like this for another connection."""
        return BinanceDialect(self.venue, self._market)

    def opened(self) -> Sequence[bytes]:
        """Begin a connection; nothing is sent first."""
        self._asked = 0
        return ()

    def subscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Prepare to read *instruments*; return what asks for them."""
        for one in instruments:
            name = symbol(one)
            self._instruments[name.encode()] = one
            parser = DepthParser(one, name, self._ring)
            self._streams[_stream(one)] = self._heads[_head(one)] = parser
        return (self._request("SUBSCRIBE", instruments),)

    def unsubscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the data of *instruments*."""
        for one in instruments:
            self._instruments.pop(symbol(one).encode(), None)
            self._streams.pop(_stream(one), None)
            self._heads.pop(_head(one), None)
        return (self._request("UNSUBSCRIBE", instruments),)

    def trades_again(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the trades of *instruments*, and begins them anew."""
        trades = self._market.trades
        return [self._request(f"{un}SUBSCRIBE", instruments, trades) for un in ("UN", "")]

    def prover(self, instrument: Instrument) -> Prover | None:
        """Return the parser of *instrument*'s diffs."""
        return self._streams.get(_stream(instrument))

    def read(self, payload: bytes, now: Nanos) -> Said:
        """Return what the frame received at *now* says, or raise `Unreadable`."""
        depth = self._heads.get(payload[STREAM:HEAD_END])
        if depth is None:
            at = payload.find(b"@", STREAM, STREAM_WITHIN)
            depth = self._streams.get(payload[STREAM : at + 2]) if at >= 0 else None
        if depth is None:
            return self._read_other(payload, now)
        try:
            return depth.parse(payload, now)
        except Garbled:
            return self._read_plainly(depth.instrument, payload, now)

    def _read_other(self, payload: bytes, now: Nanos) -> Said:
        """Read what is not a wrapped diff that was asked for: a bare diff, a trade, an answer."""
        at = payload.find(NAMED, 0, NAME_WITHIN)
        end = payload.find(b'"', at + len(NAMED))
        if at < 0 or end < 0:
            return read_answer(payload)
        name = payload[at + len(NAMED) : end]
        instrument = self._instruments.get(name)
        if instrument is None:
            return Answered(f"about {name!r}, which nobody asked for")
        try:
            if payload.find(DEPTH_UPDATE, 0, at) >= 0:
                return self._streams[_stream(instrument)].parse(payload, now)
            return self._trade(payload, instrument, now)
        except Garbled:
            return self._read_plainly(instrument, payload, now)

    def _read_plainly(self, instrument: Instrument, payload: bytes, now: Nanos) -> Said:
        """Read a diff that the compiled parser does not follow, or raise `Unreadable`."""
        try:
            return plain_diff(instrument, payload, now)
        except Garbled as error:
            raise Unreadable(str(error), instrument.id) from error

    def _trade(self, payload: bytes, instrument: Instrument, now: Nanos) -> Said:
        body = read_trade(payload)
        if body.e != self._market.trades:
            return Answered(body.e)
        side = Side.SELL if body.m else Side.BUY
        return trade(instrument, side, body.p, body.q, now, Nanos(body.T * MILLISECOND))

    def _request(self, method: str, instruments: Sequence[Instrument], *kinds: str) -> bytes:
        self._asked += 1
        streams = [
            f"{symbol(one).lower()}@{kind}"
            for one in instruments
            for kind in kinds or ("depth@100ms", self._market.trades)
        ]
        return msgspec.json.encode({"method": method, "params": streams, "id": self._asked})


class _DepthSnapshots:
    """Books by REST."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, instrument: Instrument) -> str:
        """Return where the snapshot of *instrument* is had."""
        return f"{self._url}?symbol={symbol(instrument)}&limit={SNAPSHOT_LEVELS}"

    def read(self, instrument: Instrument, body: bytes, now: Nanos) -> BookUpdate:
        """Return the book in *body*, or raise `Garbled`."""
        reader = MessageReader(instrument, symbol(instrument), SNAPSHOT, RowRing(1))
        message = reader.read(body)
        number, ms = message.numbers[:2]
        return BookUpdate(
            now,
            Nanos(ms * MILLISECOND) if ms > 0 else now,
            instrument.id,
            message.rows,
            0,
            message.count,
            snapshot=True,
            first_seq=number,
            last_seq=number,
        )


def _stream(instrument: Instrument) -> bytes:
    """Return how the name of its stream of diffs begins: `btcusdt@d`."""
    return f"{symbol(instrument).lower()}@d".encode()


def _head(instrument: Instrument) -> bytes:
    """Return what stands between `STREAM` and `HEAD_END` in its diffs."""
    return (symbol(instrument).lower().encode() + HEAD)[: HEAD_END - STREAM]


def plain_diff(instrument: Instrument, payload: bytes, now: Nanos) -> BookUpdate:
    """Return what `DepthParser` reads, by a JSON library and decimals; raise `Garbled`."""
    message = PlainReader(instrument, symbol(instrument), DIFF).read(payload)
    sent_ms, matched_ms, first, last, prev = message.numbers[:5]
    if message.texts[0] != "depthUpdate" or sent_ms < 0 or min(first, last) < 0:
        raise Garbled(f"{instrument.id}: no depthUpdate: {payload[:80]!r}")
    ms = sent_ms if matched_ms < 0 else matched_ms
    return BookUpdate(
        now,
        Nanos(ms * MILLISECOND),
        instrument.id,
        message.rows,
        0,
        message.count,
        first_seq=first,
        last_seq=last,
        prev_seq=prev,
    )


def symbol(instrument: Instrument) -> str:
    """Return Binance's name: `BTCUSDT`, also of its swap, `BTCUSDT_241227`, `BTCUSD_PERP`."""
    pair = f"{instrument.base}{instrument.quote}"
    _, dash, expiry = instrument.symbol.partition(":")[2].partition("-")
    if dash:
        return f"{pair}_{expiry}"
    return f"{pair}_PERP" if instrument.kind is Kind.INVERSE else pair
