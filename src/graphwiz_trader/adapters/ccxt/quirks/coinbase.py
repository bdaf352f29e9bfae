"""Coinbase Advanced. Source: docs.cdp.coinbase.com, "Level2 channel". It has no testnet."""

from graphwiz_trader.adapters.ccxt.quirk import Quirks

QUIRKS = Quirks(subscribe_per_s=8, options={"fetchCurrencies": False})
