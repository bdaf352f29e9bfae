"""Binance USDⓈ-M futures. Source: developers.binance.com, "Diff. Book Depth Streams"."""

from graphwiz_trader.adapters.ccxt.quirk import Quirks
from graphwiz_trader.adapters.ccxt.quirks.binance import QUIRKS as SPOT
from graphwiz_trader.domain.value import evolve

QUIRKS: Quirks = evolve(
    SPOT,
    options={"fetchMarkets": {"types": ["linear"]}, "fetchCurrencies": False},
    contracts={},
    urls={},
)
