"""Bybit v5. Source: bybit-exchange.github.io/docs/v5, "Orderbook" and "Integration guidance"."""

from graphwiz_trader.adapters.ccxt.quirk import Quirks

QUIRKS = Quirks(
    options={"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False},
    contracts={"fetchMarkets": {"types": ["spot", "linear", "inverse"]}},
    sandbox_hosts=("api-testnet.bybit.com", "stream-testnet.bybit.com"),
)
