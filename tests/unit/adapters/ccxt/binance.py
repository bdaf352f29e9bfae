"""Binance as a test plays it: its rules, its books, and its frames."""

from typing import Any

INFO = {
    "timezone": "UTC",
    "serverTime": 1_700_000_000_000,
    "rateLimits": [],
    "exchangeFilters": [],
    "symbols": [
        {
            "symbol": f"{base}USDT", "status": "TRADING", "baseAsset": base, "quoteAsset": "USDT",
            "baseAssetPrecision": 8, "quotePrecision": 8, "quoteAssetPrecision": 8,
            "orderTypes": ["LIMIT", "MARKET"], "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False, "permissions": ["SPOT"], "permissionSets": [["SPOT"]],
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000.00",
                 "tickSize": "0.01"},
                {"filterType": "LOT_SIZE", "minQty": "0.00010", "maxQty": "9000.00000",
                 "stepSize": "0.00001"},
                {"filterType": "NOTIONAL", "minNotional": "5.00", "applyMinToMarket": True,
                 "maxNotional": "9000000.00", "applyMaxToMarket": False, "avgPriceMins": 5},
            ],
        }
        for base in ("BTC", "ETH")
    ],
}  # fmt: skip
"""`exchangeInfo` in its form of 2025, with two symbols."""

DEPTH = {
    "lastUpdateId": 100,
    "bids": [["100.00", "1.00000"], ["99.90", "2.00000"]],
    "asks": [["100.10", "1.50000"], ["100.20", "3.00000"]],
}


def diff(
    first: int,
    last: int,
    bids: list[list[str]] | None = None,
    asks: list[list[str]] | None = None,
    symbol: str = "BTCUSDT",
) -> dict[str, Any]:
    """Return a depth message."""
    return {
        "e": "depthUpdate", "E": 1_700_000_000_000 + last, "s": symbol, "U": first, "u": last,
        "b": bids or [], "a": asks or [],
    }  # fmt: skip


def trade(number: int, price: str = "100.10", qty: str = "0.00500") -> dict[str, Any]:
    """Return a trade message; the buyer is the aggressor."""
    return {
        "e": "trade", "E": 1_700_000_000_000, "s": "BTCUSDT", "t": number, "p": price, "q": qty,
        "T": 1_700_000_000_000, "m": False, "M": True,
    }  # fmt: skip
