"""
OKX v5. Source: www.okx.com/docs-v5, "Order book channel" and "Demo trading services".

Demo trading shares the REST host with production; a header tells them apart.
"""

from graphwiz_trader.adapters.ccxt.quirk import Quirks

QUIRKS = Quirks(
    options={"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False},
    contracts={"fetchMarkets": {"types": ["spot", "future", "swap"]}},
    urls={"rest": "{rest}", "ws": "{ws}/ws/v5"},
    sandbox_hosts=("www.okx.com", "wspap.okx.com"),
    sandbox_headers=(("x-simulated-trading", "1"),),
)
