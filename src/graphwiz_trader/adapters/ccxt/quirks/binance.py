"""
Binance spot. Source: developers.binance.com, "How to manage a local order book correctly".

Five control messages a second and connection; a REST book of 1,000 levels weighs 50 of 6,000.
"""

from graphwiz_trader.adapters.ccxt.quirk import Quirks

QUIRKS = Quirks(
    rest_snapshot=True,
    subscribe_per_s=4,
    options={
        "fetchMarkets": {"types": ["spot"]},
        "fetchCurrencies": False,
        "fetchMargins": False,
    },
    contracts={"fetchMarkets": {"types": ["spot", "linear", "inverse"]}},
    urls={
        "public": "{rest}/api/v3",
        "private": "{rest}/api/v3",
        "v1": "{rest}/api/v1",
        "sapi": "{rest}/sapi/v1",
        "ws.spot": "{ws}/stream/ws",
        "ws.ws-api.spot": "{ws}/ws-api/v3",
    },
    sandbox_hosts=(
        "testnet.binance.vision",
        "stream.testnet.binance.vision",
        "ws-api.testnet.binance.vision",
        "testnet.binancefuture.com",
        "fstream.binancefuture.com",
        "dstream.binancefuture.com",
    ),
)
