"""
OKX's public questions.

Source: OKX API guide v5, "Public data", "Order book trading: market data".
"""

from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Params, Refusal
from graphwiz_trader.adapters.loopback.wire import okx
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.sides import Side

DEEPEST = 400
MOST_TRADES = 500


class OkxPublic:
    """Answers what anybody may ask; every answer is the `data` of the envelope."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._earlier: dict[str, Plain] = {}

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return every question."""
        return (
            Endpoint("GET /api/v5/public/time", self.time, per_2s=10),
            Endpoint(
                "GET /api/v5/public/instruments", self.instruments, ("instType",), ("instId",)
            ),
            Endpoint("GET /api/v5/market/books", self.books, ("instId",), ("sz",), per_2s=40),
            Endpoint("GET /api/v5/market/ticker", self.ticker, ("instId",)),
            Endpoint("GET /api/v5/market/tickers", self.tickers, ("instType",)),
            Endpoint("GET /api/v5/market/trades", self.trades, ("instId",), ("limit",), per_2s=100),
        )

    def time(self, _: Params) -> Plain:
        """Return the venue's clock."""
        return [{"ts": okx.millis(self._premises.clock())}]

    def instruments(self, params: Params) -> Plain:
        """Return the spot instruments; of other types there are none."""
        if not self._is_spot(params):
            return []
        self._premises.rule()
        listed = okx.instruments(self._premises.symbols.by_name.values())
        if "instId" in params:
            position = list(self._premises.symbols.by_name).index(self.symbol(params).name)
            return [listed[position]]
        return listed

    def books(self, params: Params) -> Plain:
        """Return the best levels as they are this moment."""
        symbol = self.symbol(params)
        depth = whole(params, "sz", 1, DEEPEST)
        host = self._premises.host
        ladder = host.ladders[symbol.instrument.id]
        seq, bids = ladder.published(Side.BUY, depth)
        _, asks = ladder.published(Side.SELL, depth)
        fresh = okx.book(symbol, bids, asks, host.now, seq)
        stale = self._earlier.setdefault(symbol.name, fresh)
        fault = self._premises.faults.strike(Stage.SNAPSHOT, f"books:{symbol.name}", host.now)
        return [fresh if fault is None else stale]

    def ticker(self, params: Params) -> Plain:
        """Return the day of one instrument."""
        return [self._ticker(self.symbol(params))]

    def tickers(self, params: Params) -> Plain:
        """Return the day of every instrument."""
        if not self._is_spot(params):
            return []
        return [self._ticker(symbol) for symbol in self._premises.symbols.by_name.values()]

    def trades(self, params: Params) -> Plain:
        """Return the last trades, newest first."""
        symbol = self.symbol(params)
        limit = whole(params, "limit", 100, MOST_TRADES)
        recent = tuple(self._premises.host.prints[symbol.instrument.id].recent)
        return [okx.trade(symbol, made) for made in reversed(recent[-limit:])]

    def symbol(self, params: Params) -> Symbol:
        """Return the instrument asked for, or refuse."""
        found = self._premises.symbols.by_name.get(params["instId"])
        if found is None:
            raise Refusal(
                400, 51001, "Instrument ID, Instrument ID code, or Spread ID doesn't exist."
            )
        return found

    def _ticker(self, symbol: Symbol) -> dict[str, Plain]:
        host = self._premises.host
        name = symbol.instrument.id
        return okx.ticker(symbol, host.prints[name].day, host.ladders[name].touch, host.now)

    def _is_spot(self, params: Params) -> bool:
        kind = params["instType"]
        if kind not in ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"):
            raise Refusal(400, 51000, "Parameter instType error")
        return kind == "SPOT"


def whole(params: Params, name: str, default: int, most: int) -> int:
    """Return the whole number *name*, or refuse."""
    text = params.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise Refusal(400, 51000, f"Parameter {name} error")
    return int(text)
