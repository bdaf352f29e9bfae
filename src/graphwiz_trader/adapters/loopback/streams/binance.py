"""
Binance's market streams.

Source: Binance spot API documentation, "WebSocket streams".
"""

import json
from collections.abc import Sequence

from aiohttp import WSCloseCode
from typing_extensions import override

from graphwiz_trader.adapters.loopback.connection import Connection, Style
from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.host import Listener
from graphwiz_trader.adapters.loopback.hub import compact
from graphwiz_trader.adapters.loopback.ladder import Change, Touch
from graphwiz_trader.adapters.loopback.limits import Sliding
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.prints import Aggregate, Print
from graphwiz_trader.adapters.loopback.wire import binance
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos

KINDS = ("depth@100ms", "trade", "aggTrade", "bookTicker", "ticker", "miniTicker")
MOST_STREAMS = 1_024


class BinanceStreams(Listener):
    """Publishes what happens at the host, and takes subscriptions."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._hub = premises.hub
        self.names = {
            f"{symbol.name.lower()}@{kind}": None
            for symbol in premises.symbols.by_name.values()
            for kind in KINDS
        }

    @override
    def on_touch(self, touch: Touch) -> None:
        """Publish `bookTicker`."""
        symbol = self._symbol(touch.instrument)
        self._hub.publish(
            _topic(symbol, "bookTicker"),
            lambda: binance.book_ticker_update(symbol, touch),
            touch.ts,
        )

    @override
    def on_change(self, change: Change) -> None:
        """Publish `depth@100ms`."""
        symbol = self._symbol(change.instrument)
        self._hub.publish(
            _topic(symbol, "depth@100ms"), lambda: binance.depth_update(symbol, change), change.ts
        )

    @override
    def on_prints(self, prints: Sequence[Print], aggregates: Sequence[Aggregate]) -> None:
        """Publish `trade` and `aggTrade`."""
        for made in prints:
            self._publish_trade(made)
        for aggregate in aggregates:
            self._publish_aggregate(aggregate)

    @override
    def on_second(self, now: Nanos) -> None:
        """Publish `ticker` and `miniTicker`."""
        for symbol in self._premises.symbols.by_name.values():
            self._publish_ticker(symbol, now)

    def take(self, connection: Connection, text: str, rate: Sliding) -> None:
        """Answer a message of a client; who sends too many is thrown out."""
        now = self._premises.now()
        if not rate.take(1, now):
            connection.close(WSCloseCode.POLICY_VIOLATION)
            return
        request = _parsed(text)
        if isinstance(request, str):
            connection.reply(_error(None, 3, request))
            return
        number, method, params = request
        if method == "LIST_SUBSCRIPTIONS":
            listed: list[Plain] = list(connection.topics)
            connection.reply(compact({"result": listed, "id": number}))
            return
        unknown = [name for name in params if name not in self.names]
        if method not in ("SUBSCRIBE", "UNSUBSCRIBE") or unknown or not params:
            what = f"unknown stream {unknown[0]}" if unknown else f"unknown method {method}"
            connection.reply(_error(number, 2, f"Invalid request: {what}"))
            return
        self._change(connection, method, params, number, now)

    def join(self, connection: Connection, names: Sequence[str]) -> bool:
        """Subscribe to the streams named in an address; return whether all of them exist."""
        if any(name not in self.names for name in names):
            return False
        for name in names:
            self._hub.join(name, connection)
        return True

    def _change(
        self,
        connection: Connection,
        method: str,
        names: Sequence[str],
        number: Plain,
        now: Nanos,
    ) -> None:
        if method == "SUBSCRIBE":
            fault = self._premises.faults.strike(Stage.SUBSCRIBE, names[0], now)
            if fault is not None:
                return
            if len({*connection.topics, *names}) > MOST_STREAMS:
                connection.reply(_error(number, 2, "Invalid request: too many streams"))
                return
        change = self._hub.join if method == "SUBSCRIBE" else self._hub.leave
        for name in names:
            change(name, connection)
        connection.reply(compact({"result": None, "id": number}))

    def _publish_trade(self, made: Print) -> None:
        symbol = self._symbol(made.instrument)
        self._hub.publish(
            _topic(symbol, "trade"), lambda: binance.trade_update(symbol, made), made.ts
        )

    def _publish_aggregate(self, aggregate: Aggregate) -> None:
        symbol = self._symbol(aggregate.print.instrument)
        self._hub.publish(
            _topic(symbol, "aggTrade"),
            lambda: binance.agg_trade_update(symbol, aggregate),
            aggregate.print.ts,
        )

    def _publish_ticker(self, symbol: Symbol, now: Nanos) -> None:
        host = self._premises.host
        name = symbol.instrument.id
        day, touch = host.prints[name].day, host.ladders[name].touch
        self._hub.publish(
            _topic(symbol, "ticker"), lambda: binance.ticker_update(symbol, day, touch, now), now
        )
        self._hub.publish(
            _topic(symbol, "miniTicker"),
            lambda: binance.mini_ticker_update(symbol, day, touch, now),
            now,
        )

    def _symbol(self, instrument: InstrumentId) -> Symbol:
        return self._premises.symbols.by_id[instrument]


_TERMINATED = '{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":0}}'
_ERROR = '{"error":{"code":0,"msg":"Unknown property"}}'

RAW = Style(lambda _, text: text, _TERMINATED, _ERROR)
"""Messages as they are."""

COMBINED = Style(lambda topic, text: f'{{"stream":"{topic}","data":{text}}}', _TERMINATED, _ERROR)
"""Messages with the name of their stream."""


def message_rate(premises: Premises) -> Sliding:
    """Return the limit of one connection's messages."""
    return Sliding(premises.limits.messages, SECOND)


def _topic(symbol: Symbol, kind: str) -> str:
    return f"{symbol.name.lower()}@{kind}"


def _parsed(text: str) -> tuple[Plain, str, list[str]] | str:
    """Return id, method and parameters of a request, or what is wrong with it."""
    try:
        request = json.loads(text)
    except json.JSONDecodeError:
        return "Invalid JSON: expected value at line 1 column 1"
    if not isinstance(request, dict) or not isinstance(request.get("method"), str):
        return "Invalid request: missing field `method`"
    unknown = request.keys() - {"method", "params", "id"}
    if unknown:
        return f"Invalid request: unknown field {min(unknown)}"
    params = request.get("params", [])
    if not isinstance(params, list) or not all(isinstance(each, str) for each in params):
        return "Invalid request: `params` is not a list of strings"
    number = request.get("id")
    if not isinstance(number, int | str | None):
        return "Invalid request: `id` is not a number or a string"
    return number, request["method"], params


def _error(number: Plain, code: int, text: str) -> str:
    return compact({"error": {"code": code, "msg": text}, "id": number})
