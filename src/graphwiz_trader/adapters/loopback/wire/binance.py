"""
Binance's public messages: what its spot market data looks like on the wire.

Source: Binance spot API documentation, "Market data endpoints" and "WebSocket streams".
"""

from collections.abc import Iterable, Mapping, Sequence

from graphwiz_trader.adapters.loopback.ladder import Change, Touch
from graphwiz_trader.adapters.loopback.prints import Aggregate, Day, Print
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.adapters.loopback.wire.text import fixed
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, Nanos

Levels = Sequence[tuple[int, int]]

_ORDER_TYPES: list[Plain] = ["LIMIT", "LIMIT_MAKER", "MARKET"]
_MAX_QTY = "9000.00000000"
_MAX_PRICE = "1000000.00000000"


def millis(at: Nanos) -> int:
    """Return *at* in whole milliseconds."""
    return at // MILLISECOND


def depth(symbol: Symbol, seq: int, bids: Levels, asks: Levels) -> dict[str, Plain]:
    """Return the answer to `GET /api/v3/depth`."""
    return {"lastUpdateId": seq, "bids": rows(symbol, bids), "asks": rows(symbol, asks)}


def depth_update(symbol: Symbol, change: Change) -> dict[str, Plain]:
    """Return a message of `<symbol>@depth@100ms`."""
    return {
        "e": "depthUpdate",
        "E": millis(change.ts),
        "s": symbol.name,
        "U": change.first_seq,
        "u": change.last_seq,
        "b": rows(symbol, change.bids),
        "a": rows(symbol, change.asks),
    }


def book_ticker_update(symbol: Symbol, touch: Touch) -> dict[str, Plain]:
    """Return a message of `<symbol>@bookTicker`."""
    return {
        "u": touch.seq,
        "s": symbol.name,
        "b": symbol.price(touch.bid),
        "B": symbol.qty(touch.bid_qty),
        "a": symbol.price(touch.ask),
        "A": symbol.qty(touch.ask_qty),
    }


def book_ticker(symbol: Symbol, touch: Touch) -> dict[str, Plain]:
    """Return one answer to `GET /api/v3/ticker/bookTicker`."""
    return {
        "symbol": symbol.name,
        "bidPrice": symbol.price(touch.bid),
        "bidQty": symbol.qty(touch.bid_qty),
        "askPrice": symbol.price(touch.ask),
        "askQty": symbol.qty(touch.ask_qty),
    }


def trade_update(symbol: Symbol, made: Print) -> dict[str, Plain]:
    """Return a message of `<symbol>@trade`; `m` says that the buyer was the maker."""
    return {
        "e": "trade",
        "E": millis(made.ts),
        "s": symbol.name,
        "t": made.number,
        "p": symbol.price(made.price),
        "q": symbol.qty(made.qty),
        "T": millis(made.ts),
        "m": made.side is Side.SELL,
        "M": True,
    }


def agg_trade_update(symbol: Symbol, aggregate: Aggregate) -> dict[str, Plain]:
    """Return a message of `<symbol>@aggTrade`."""
    made = aggregate.print
    return {
        "e": "aggTrade",
        "E": millis(made.ts),
        "s": symbol.name,
        "a": aggregate.number,
        "p": symbol.price(made.price),
        "q": symbol.qty(aggregate.qty),
        "f": aggregate.first,
        "l": aggregate.last,
        "T": millis(made.ts),
        "m": made.side is Side.SELL,
        "M": True,
    }


def trades(symbol: Symbol, prints: Iterable[Print]) -> list[Plain]:
    """Return the answer to `GET /api/v3/trades`, oldest first."""
    return [
        {
            "id": made.number,
            "price": symbol.price(made.price),
            "qty": symbol.qty(made.qty),
            "quoteQty": symbol.notional(made.price * made.qty),
            "time": millis(made.ts),
            "isBuyerMaker": made.side is Side.SELL,
            "isBestMatch": True,
        }
        for made in prints
    ]


def agg_trades(aggregates: Iterable[Aggregate], symbol: Symbol) -> list[Plain]:
    """Return the answer to `GET /api/v3/aggTrades`, oldest first."""
    updates = (agg_trade_update(symbol, aggregate) for aggregate in aggregates)
    return [{key: update[key] for key in "apqflTmM"} for update in updates]


def ticker(symbol: Symbol, day: Day, touch: Touch, now: Nanos) -> dict[str, Plain]:
    """Return one answer to `GET /api/v3/ticker/24hr`."""
    return {
        "symbol": symbol.name,
        "priceChange": _signed(symbol, day.last - day.first),
        "priceChangePercent": _percent(day),
        "weightedAvgPrice": _average(symbol, day),
        "prevClosePrice": symbol.price(day.first),
        "lastPrice": symbol.price(day.last),
        "lastQty": symbol.qty(day.last_qty),
        "bidPrice": symbol.price(touch.bid),
        "bidQty": symbol.qty(touch.bid_qty),
        "askPrice": symbol.price(touch.ask),
        "askQty": symbol.qty(touch.ask_qty),
        "openPrice": symbol.price(day.first),
        "highPrice": symbol.price(day.high),
        "lowPrice": symbol.price(day.low),
        "volume": symbol.qty(day.volume),
        "quoteVolume": symbol.notional(day.notional),
        "openTime": millis(day.began),
        "closeTime": millis(now),
        "firstId": day.first_number if day.trades else -1,
        "lastId": day.first_number + day.trades - 1 if day.trades else -1,
        "count": day.trades,
    }


_TICKER_KEYS: Mapping[str, str] = {
    "s": "symbol",
    "p": "priceChange",
    "P": "priceChangePercent",
    "w": "weightedAvgPrice",
    "x": "prevClosePrice",
    "c": "lastPrice",
    "Q": "lastQty",
    "b": "bidPrice",
    "B": "bidQty",
    "a": "askPrice",
    "A": "askQty",
    "o": "openPrice",
    "h": "highPrice",
    "l": "lowPrice",
    "v": "volume",
    "q": "quoteVolume",
    "O": "openTime",
    "C": "closeTime",
    "F": "firstId",
    "L": "lastId",
    "n": "count",
}
_MINI_KEYS = ("s", "c", "o", "h", "l", "v", "q")


def ticker_update(symbol: Symbol, day: Day, touch: Touch, now: Nanos) -> dict[str, Plain]:
    """Return a message of `<symbol>@ticker`."""
    long = ticker(symbol, day, touch, now)
    short = {key: long[name] for key, name in _TICKER_KEYS.items()}
    return {"e": "24hrTicker", "E": millis(now), **short}


def mini_ticker_update(symbol: Symbol, day: Day, touch: Touch, now: Nanos) -> dict[str, Plain]:
    """Return a message of `<symbol>@miniTicker`."""
    long = ticker(symbol, day, touch, now)
    short = {key: long[_TICKER_KEYS[key]] for key in _MINI_KEYS}
    return {"e": "24hrMiniTicker", "E": millis(now), **short}


def rows(symbol: Symbol, levels: Levels) -> list[Plain]:
    """Return *levels* as pairs of texts."""
    return [[symbol.price(ticks), symbol.qty(lots)] for ticks, lots in levels]


def exchange_info(symbols: Iterable[Symbol], limits: list[Plain], now: Nanos) -> dict[str, Plain]:
    """Return the answer to `GET /api/v3/exchangeInfo`."""
    return {
        "timezone": "UTC",
        "serverTime": millis(now),
        "rateLimits": limits,
        "exchangeFilters": [],
        "symbols": [_listed(symbol) for symbol in symbols],
    }


def _listed(symbol: Symbol) -> dict[str, Plain]:
    instrument = symbol.instrument
    permissions: list[Plain] = [["SPOT"]]
    precisions: dict[str, Plain] = dict.fromkeys(
        (
            "baseAssetPrecision",
            "quotePrecision",
            "quoteAssetPrecision",
            "baseCommissionPrecision",
            "quoteCommissionPrecision",
        ),
        8,
    )
    return {
        "symbol": symbol.name,
        "status": "TRADING",
        "baseAsset": instrument.base,
        "quoteAsset": instrument.quote,
        **precisions,
        "orderTypes": _ORDER_TYPES,
        "icebergAllowed": False,
        "ocoAllowed": False,
        "otoAllowed": False,
        "quoteOrderQtyMarketAllowed": False,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": False,
        "amendAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _filters(symbol),
        "permissions": [],
        "permissionSets": permissions,
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_MAKER"],
    }


def _filters(symbol: Symbol) -> list[Plain]:
    instrument = symbol.instrument
    lot: dict[str, Plain] = {
        "filterType": "LOT_SIZE",
        "minQty": symbol.qty(instrument.min_qty),
        "maxQty": _MAX_QTY if instrument.max_qty is None else symbol.qty(instrument.max_qty),
        "stepSize": symbol.qty(1),
    }
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": symbol.price(1),
            "maxPrice": _MAX_PRICE,
            "tickSize": symbol.price(1),
        },
        lot,
        {
            "filterType": "NOTIONAL",
            "minNotional": fixed(instrument.min_notional),
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 0,
        },
    ]


def _signed(symbol: Symbol, ticks: int) -> str:
    return ("-" if ticks < 0 else "") + symbol.price(abs(ticks))


def _percent(day: Day) -> str:
    return f"{100 * (day.last - day.first) / day.first:.3f}" if day.first else "0.000"


def _average(symbol: Symbol, day: Day) -> str:
    return symbol.price(round(day.notional / day.volume)) if day.volume else symbol.price(0)
