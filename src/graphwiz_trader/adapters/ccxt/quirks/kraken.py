"""Kraken spot, WebSocket v2. Source: docs.kraken.com, "Book". It has no testnet."""

from graphwiz_trader.adapters.ccxt.quirk import Quirks

QUIRKS = Quirks(subscribe_per_s=2)
