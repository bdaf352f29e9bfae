"""
Binance spot. Source: developers.binance.com, "How to manage a local order book correctly".

Five control messages a second and connection; a REST book of 1,000 levels weighs 50 of 6,000.
Open orders of all symbols weigh 80, the account 20, fills 20; fills are asked for by the day.
"""

from graphwiz_trader.adapters.ccxt.quirk import Quirks, Trading
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.venue import VenueTerms

QUIRKS = Quirks(
    rest_snapshot=True,
    subscribe_per_s=4,
    options={
        "fetchMarkets": {"types": ["spot"]},
        "fetchCurrencies": False,
        "fetchMargins": False,
        "fetchOpenOrders": {"warnWithoutSymbol": False},
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
    trading=Trading(
        terms=VenueTerms(
            settle=Nanos(10 * SECOND),
            capacity=6_000,
            window=Nanos(60 * SECOND),
            query=20,
            snapshot=100,
            orders=100,
        ),
        used_weight="X-MBX-USED-WEIGHT-1M",
        order_socket="fetch_open_orders_ws",
        ws_order_id="newClientOrderId",
        maker_type="LIMIT_MAKER",
        hello_frames=1,
        tells_fills=True,
        asks_by_our_id=True,
        fills_window=Nanos(86_400 * SECOND),
    ),
)
