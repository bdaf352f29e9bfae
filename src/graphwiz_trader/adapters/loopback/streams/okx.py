"""
OKX's market channels.

Source: OKX API guide v5, "WebSocket: Subscribe", "Order book channel", "Trades channel".
"""

from collections.abc import Callable, Sequence

from typing_extensions import override

from graphwiz_trader.adapters.loopback.connection import Connection
from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.host import Listener
from graphwiz_trader.adapters.loopback.hub import compact
from graphwiz_trader.adapters.loopback.ladder import Change, Ladder, Touch
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.prints import Aggregate, Print
from graphwiz_trader.adapters.loopback.wire import okx
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Nanos

CHANNELS = ("books", "books5", "bbo-tbt", "tickers", "trades")
SHALLOW = 5
_EVERYTHING = 1 << 30


class OkxChannels(Listener):
    """Publishes what happens at the host, and opens channels to clients."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._hub = premises.hub
        self._earlier: dict[str, dict[str, Plain]] = {}

    @override
    def on_touch(self, touch: Touch) -> None:
        """Publish `bbo-tbt`."""
        symbol = self._symbol(touch.instrument)
        self._publish("bbo-tbt", symbol, lambda: [okx.touch_book(symbol, touch)], touch.ts)

    @override
    def on_change(self, change: Change) -> None:
        """Publish `books`, `books5` and `tickers`."""
        symbol = self._symbol(change.instrument)
        self._hub.publish(
            f"books:{symbol.name}",
            lambda: _pushed("books", symbol, [self._update(symbol, change)], "update"),
            change.ts,
        )
        self._publish("books5", symbol, lambda: [self._shallow(symbol)], change.ts)
        self._publish("tickers", symbol, lambda: [self._ticker(symbol)], change.ts)

    @override
    def on_prints(self, prints: Sequence[Print], aggregates: Sequence[Aggregate]) -> None:
        """Publish `trades`."""
        for aggregate in aggregates:
            self._publish_trade(aggregate)

    def first(self, channel: str, symbol: Symbol) -> Plain:
        """Return what a new subscriber of *channel* is told first; None: nothing."""
        if channel == "books":
            return self._first_book(symbol)
        first = {
            "books5": self._shallow,
            "bbo-tbt": lambda each: okx.touch_book(each, self._ladder(each).touch),
            "tickers": self._ticker,
        }.get(channel)
        return None if first is None else _pushed(channel, symbol, [first(symbol)])

    def open(self, connection: Connection, channel: str, symbol: Symbol) -> None:
        """Subscribe, and tell the present state; then changes follow without a gap."""
        topic = f"{channel}:{symbol.name}"
        self._hub.join(topic, connection)
        message = self.first(channel, symbol)
        if message is not None:
            connection.publish(topic, compact(message), self._premises.host.now)

    def _first_book(self, symbol: Symbol) -> Plain:
        ladder = self._ladder(symbol)
        bids, asks = ladder.levels(Side.BUY, _EVERYTHING), ladder.levels(Side.SELL, _EVERYTHING)
        crc = okx.checksum(symbol, bids, asks)
        fresh = okx.book_snapshot(symbol, bids, asks, ladder.ts, ladder.seq, crc)
        stale = self._earlier.setdefault(symbol.name, fresh)
        now = self._premises.host.now
        fault = self._premises.faults.strike(Stage.SNAPSHOT, f"books:{symbol.name}", now)
        return _pushed("books", symbol, [fresh if fault is None else stale], "snapshot")

    def _update(self, symbol: Symbol, change: Change) -> dict[str, Plain]:
        ladder = self._ladder(symbol)
        depth = okx.CHECKSUM_DEPTH
        crc = okx.checksum(symbol, ladder.levels(Side.BUY, depth), ladder.levels(Side.SELL, depth))
        return okx.book_update(symbol, change, crc)

    def _shallow(self, symbol: Symbol) -> dict[str, Plain]:
        ladder = self._ladder(symbol)
        bids, asks = ladder.levels(Side.BUY, SHALLOW), ladder.levels(Side.SELL, SHALLOW)
        return {"instId": symbol.name, **okx.book(symbol, bids, asks, ladder.ts, ladder.seq)}

    def _ticker(self, symbol: Symbol) -> dict[str, Plain]:
        host = self._premises.host
        day = host.prints[symbol.instrument.id].day
        return okx.ticker(symbol, day, self._ladder(symbol).touch, host.now)

    def _publish_trade(self, aggregate: Aggregate) -> None:
        made = aggregate.print
        symbol = self._symbol(made.instrument)
        seq = self._ladder(symbol).touch.seq
        self._publish("trades", symbol, lambda: [okx.trade_update(symbol, aggregate, seq)], made.ts)

    def _publish(
        self, channel: str, symbol: Symbol, rows: Callable[[], list[Plain]], now: Nanos
    ) -> None:
        self._hub.publish(f"{channel}:{symbol.name}", lambda: _pushed(channel, symbol, rows()), now)

    def _ladder(self, symbol: Symbol) -> Ladder:
        return self._premises.host.ladders[symbol.instrument.id]

    def _symbol(self, instrument: InstrumentId) -> Symbol:
        return self._premises.symbols.by_id[instrument]


def _pushed(
    channel: str, symbol: Symbol, rows: list[Plain], action: str | None = None
) -> dict[str, Plain]:
    kind: dict[str, Plain] = {} if action is None else {"action": action}
    return {"arg": {"channel": channel, "instId": symbol.name}, **kind, "data": rows}
