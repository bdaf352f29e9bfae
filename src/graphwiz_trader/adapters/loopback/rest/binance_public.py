"""
Binance's public questions.

Source: Binance spot API documentation, "General endpoints" and "Market data endpoints".
"""

import json

from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Params, Refusal, constant
from graphwiz_trader.adapters.loopback.wire import binance
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.sides import Side

_DEPTH_WEIGHTS = ((100, 5), (500, 25), (1_000, 50), (5_000, 250))
MOST_TRADES = 1_000


class BinancePublic:
    """Answers what anybody may ask."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._earlier: dict[str, Plain] = {}

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return every question."""
        several = ("symbol", "symbols")
        return (
            Endpoint("GET /api/v3/ping", lambda _: {}),
            Endpoint("GET /api/v3/time", self.time),
            Endpoint(
                "GET /api/v3/exchangeInfo",
                self.exchange_info,
                optional=(*several, "permissions", "showPermissionSets"),
                weight=constant(20),
            ),
            Endpoint("GET /api/v3/depth", self.depth, ("symbol",), ("limit",), _depth_weight),
            Endpoint("GET /api/v3/trades", self.trades, ("symbol",), ("limit",), constant(25)),
            Endpoint(
                "GET /api/v3/aggTrades",
                self.agg_trades,
                ("symbol",),
                ("limit", "fromId"),
                constant(4),
            ),
            Endpoint(
                "GET /api/v3/ticker/24hr", self.ticker, optional=several, weight=_ticker_weight
            ),
            Endpoint(
                "GET /api/v3/ticker/bookTicker",
                self.book_ticker,
                optional=several,
                weight=lambda params: 2 if "symbol" in params else 4,
            ),
        )

    def time(self, _: Params) -> Plain:
        """Return the venue's clock."""
        return {"serverTime": binance.millis(self._premises.clock())}

    def exchange_info(self, params: Params) -> Plain:
        """Return symbols, filters and limits."""
        self._premises.rule()
        symbols, _ = self._asked(params)
        limits = self._premises.limits
        described: list[Plain] = [
            _limit("REQUEST_WEIGHT", "MINUTE", 1, limits.weight),
            _limit("ORDERS", "SECOND", 10, limits.orders),
        ]
        return binance.exchange_info(symbols, described, self._premises.clock())

    def depth(self, params: Params) -> Plain:
        """Return the best levels as they are this moment, also between two stream messages."""
        symbol = self.symbol(params["symbol"])
        limit = whole(params, "limit", 100, 1, 5_000)
        ladder = self._premises.host.ladders[symbol.instrument.id]
        now = self._premises.host.now
        seq, bids = ladder.published(Side.BUY, limit)
        _, asks = ladder.published(Side.SELL, limit)
        fresh = binance.depth(symbol, seq, bids, asks)
        stale = self._earlier.setdefault(symbol.name, fresh)
        what = f"GET /api/v3/depth:{symbol.name}"
        fault = self._premises.faults.strike(Stage.SNAPSHOT, what, now)
        return fresh if fault is None else stale

    def trades(self, params: Params) -> Plain:
        """Return the last trades, oldest first."""
        symbol = self.symbol(params["symbol"])
        limit = whole(params, "limit", 500, 1, MOST_TRADES)
        recent = tuple(self._premises.host.prints[symbol.instrument.id].recent)
        return binance.trades(symbol, recent[-limit:])

    def agg_trades(self, params: Params) -> Plain:
        """Return the last trades as their takers saw them, or those from an id on."""
        symbol = self.symbol(params["symbol"])
        limit = whole(params, "limit", 500, 1, MOST_TRADES)
        first = whole(params, "fromId", 0, 0, 1 << 63)
        kept = self._premises.host.prints[symbol.instrument.id].aggregates
        found = [aggregate for aggregate in kept if aggregate.number >= first]
        chosen = found[:limit] if "fromId" in params else found[-limit:]
        return binance.agg_trades(chosen, symbol)

    def ticker(self, params: Params) -> Plain:
        """Return the day of one symbol, or of several."""
        symbols, is_one = self._asked(params)
        answers: list[Plain] = [self._ticker(symbol) for symbol in symbols]
        return answers[0] if is_one else answers

    def book_ticker(self, params: Params) -> Plain:
        """Return the best prices of one symbol, or of several."""
        symbols, is_one = self._asked(params)
        ladders = self._premises.host.ladders
        answers: list[Plain] = [
            binance.book_ticker(symbol, ladders[symbol.instrument.id].touch) for symbol in symbols
        ]
        return answers[0] if is_one else answers

    def symbol(self, name: str) -> Symbol:
        """Return the symbol called *name*, or refuse."""
        found = self._premises.symbols.by_name.get(name)
        if found is None:
            raise Refusal(400, -1121, "Invalid symbol.")
        return found

    def _ticker(self, symbol: Symbol) -> dict[str, Plain]:
        host = self._premises.host
        name = symbol.instrument.id
        return binance.ticker(symbol, host.prints[name].day, host.ladders[name].touch, host.now)

    def _asked(self, params: Params) -> tuple[list[Symbol], bool]:
        """Return the symbols asked for, all if none is named, and whether it is just one."""
        if "symbol" in params and "symbols" in params:
            raise Refusal(400, -1128, "Combination of optional parameters invalid.")
        if "symbol" in params:
            return [self.symbol(params["symbol"])], True
        if "symbols" in params:
            return [self.symbol(name) for name in _names(params["symbols"])], False
        return list(self._premises.symbols.by_name.values()), False


def whole(params: Params, name: str, default: int, least: int, most: int) -> int:
    """Return the whole number *name*, or refuse; there is no silent clipping."""
    text = params.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Refusal(400, -1100, f"Illegal characters found in parameter '{name}'.")
    return int(text)


def _names(text: str) -> list[str]:
    try:
        names = json.loads(text)
    except json.JSONDecodeError:
        names = None
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise Refusal(400, -1100, "Illegal characters found in parameter 'symbols'.")
    return names


def _depth_weight(params: Params) -> int:
    limit = whole(params, "limit", 100, 1, 5_000)
    return next(weight for most, weight in _DEPTH_WEIGHTS if limit <= most)


def _ticker_weight(params: Params) -> int:
    return 2 if "symbol" in params else 80


def _limit(kind: str, interval: str, count: int, limit: int) -> dict[str, Plain]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": count, "limit": limit}
