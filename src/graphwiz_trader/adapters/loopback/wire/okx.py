"""
OKX's public messages: what its v5 spot market data looks like on the wire.

Source: OKX API guide v5, "Public data", "Order book trading: market data".
"""

from collections.abc import Iterable, Sequence

import numpy as np

from graphwiz_trader.adapters.loopback.ladder import Change, Touch
from graphwiz_trader.adapters.loopback.prints import Aggregate, Day, Print
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.adapters.loopback.wire.text import shortest
from graphwiz_trader.domain.checksum import DEPTH, ChecksumRule, Levels, checksum_of
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, Nanos

Rows = Sequence[tuple[int, int]]

CHECKSUM_DEPTH = DEPTH[ChecksumRule.OKX]


def answer(data: list[Plain]) -> dict[str, Plain]:
    """Return the envelope of a REST answer."""
    return {"code": "0", "msg": "", "data": data}


def refusal(code: str, text: str) -> dict[str, Plain]:
    """Return the envelope of a refused REST request."""
    return {"code": code, "msg": text, "data": []}


def millis(at: Nanos) -> str:
    """Return *at* in whole milliseconds, as text."""
    return str(at // MILLISECOND)


def rows(symbol: Symbol, levels: Rows) -> list[Plain]:
    """Return *levels* as OKX writes them; the third field is deprecated, the fourth counts."""
    return [
        [symbol.price(ticks), symbol.qty(lots), "0", "1" if lots else "0"] for ticks, lots in levels
    ]


def book(symbol: Symbol, bids: Rows, asks: Rows, ts: Nanos, seq: int) -> dict[str, Plain]:
    """Return a whole book: the answer to `GET /api/v5/market/books`, `books5`, `bbo-tbt`."""
    return {
        "asks": rows(symbol, asks),
        "bids": rows(symbol, bids),
        "ts": millis(ts),
        "seqId": seq,
    }


def book_snapshot(
    symbol: Symbol, bids: Rows, asks: Rows, ts: Nanos, seq: int, checksum: int
) -> dict[str, Plain]:
    """Return the first message of `books`."""
    return {**book(symbol, bids, asks, ts, seq), "checksum": checksum, "prevSeqId": -1}


def book_update(symbol: Symbol, change: Change, checksum: int) -> dict[str, Plain]:
    """Return a further message of `books`."""
    return {
        **book(symbol, change.bids, change.asks, change.ts, change.last_seq),
        "checksum": checksum,
        "prevSeqId": change.prev_seq,
    }


def checksum(symbol: Symbol, bids: Rows, asks: Rows) -> int:
    """Return the CRC32 of the best levels as OKX sends it: signed."""
    rule = checksum_of(ChecksumRule.OKX, symbol.instrument)
    unsigned = rule.of(_levels(bids), _levels(asks)) if rule is not None else 0
    return unsigned - (1 << 32) if unsigned >= 1 << 31 else unsigned


def touch_book(symbol: Symbol, touch: Touch) -> dict[str, Plain]:
    """Return a message of `bbo-tbt`."""
    bids = [(touch.bid, touch.bid_qty)] if touch.bid_qty else []
    asks = [(touch.ask, touch.ask_qty)] if touch.ask_qty else []
    return book(symbol, bids, asks, touch.ts, touch.seq)


def trade(symbol: Symbol, made: Print) -> dict[str, Plain]:
    """Return one trade, as the channel `trades` and `GET /api/v5/market/trades` show it."""
    return {
        "instId": symbol.name,
        "tradeId": str(made.number),
        "px": symbol.price(made.price),
        "sz": symbol.qty(made.qty),
        "side": "buy" if made.side is Side.BUY else "sell",
        "ts": millis(made.ts),
    }


def trade_update(symbol: Symbol, aggregate: Aggregate, seq: int) -> dict[str, Plain]:
    """Return what one taker traded at one price, as the channel `trades` shows it."""
    return {
        **trade(symbol, aggregate.print),
        "tradeId": str(aggregate.last),
        "sz": symbol.qty(aggregate.qty),
        "count": str(aggregate.last - aggregate.first + 1),
        "source": "0",
        "seqId": seq,
    }


def ticker(symbol: Symbol, day: Day, touch: Touch, now: Nanos) -> dict[str, Plain]:
    """Return one ticker."""
    return {
        "instType": "SPOT",
        "instId": symbol.name,
        "last": symbol.price(day.last),
        "lastSz": symbol.qty(day.last_qty),
        "askPx": symbol.price(touch.ask),
        "askSz": symbol.qty(touch.ask_qty),
        "bidPx": symbol.price(touch.bid),
        "bidSz": symbol.qty(touch.bid_qty),
        "open24h": symbol.price(day.first),
        "high24h": symbol.price(day.high),
        "low24h": symbol.price(day.low),
        "sodUtc0": symbol.price(day.first),
        "sodUtc8": symbol.price(day.first),
        "volCcy24h": symbol.notional(day.notional),
        "vol24h": symbol.qty(day.volume),
        "ts": millis(now),
    }


def instruments(symbols: Iterable[Symbol]) -> list[Plain]:
    """Return the answer to `GET /api/v5/public/instruments?instType=SPOT`."""
    return [_listed(symbol, code) for code, symbol in enumerate(symbols, 1)]


_EMPTY = (
    "alias", "ctMult", "ctType", "ctVal", "ctValCcy", "expTime", "instFamily", "optType",
    "settleCcy", "stk", "uly",
)  # fmt: skip


def _listed(symbol: Symbol, code: int) -> dict[str, Plain]:
    instrument = symbol.instrument
    largest = "9999999999" if instrument.max_qty is None else symbol.qty(instrument.max_qty)
    return {
        **dict.fromkeys(_EMPTY, ""),
        "baseCcy": instrument.base,
        "category": "1",
        "instId": symbol.name,
        "instIdCode": code,
        "instType": "SPOT",
        "lever": "1",
        "listTime": "1548133413000",
        "lotSz": symbol.qty(1),
        "maxIcebergSz": largest,
        "maxLmtAmt": "20000000",
        "maxLmtSz": largest,
        "maxMktAmt": "1000000",
        "maxMktSz": "1000000",
        "maxStopSz": "1000000",
        "maxTriggerSz": largest,
        "maxTwapSz": largest,
        "minSz": shortest(instrument.qty(instrument.min_qty)),
        "quoteCcy": instrument.quote,
        "ruleType": "normal",
        "state": "live",
        "tickSz": symbol.price(1),
    }


def _levels(levels: Rows) -> Levels:
    best = levels[:CHECKSUM_DEPTH]
    return Levels(
        np.array([ticks for ticks, _ in best], np.int64),
        np.array([lots for _, lots in best], np.int64),
    )
