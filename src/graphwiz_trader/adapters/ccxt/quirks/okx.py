"""
OKX v5. Source: www.okx.com/docs-v5, "Order book channel" and "Demo trading services".

Demo trading shares the REST host with production; a header tells them apart.
Every kind of order has 60 requests in two seconds; fills and balances have ten, and weigh more.
"""

from graphwiz_trader.adapters.ccxt.quirk import Quirks, Trading
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.venue import VenueTerms

QUIRKS = Quirks(
    options={"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False},
    contracts={"fetchMarkets": {"types": ["spot", "future", "swap"]}},
    urls={"rest": "{rest}", "ws": "{ws}/ws/v5"},
    sandbox_hosts=("www.okx.com", "wspap.okx.com"),
    sandbox_headers=(("x-simulated-trading", "1"),),
    trading=Trading(
        terms=VenueTerms(
            settle=Nanos(10 * SECOND),
            capacity=60,
            window=Nanos(2 * SECOND),
            query=6,
            snapshot=7,
            dead_man=Nanos(30 * SECOND),
        ),
        order_socket="authenticate",
        maker_type="post_only",
        hello_frames=2,
        tells_fills=True,
        signed_fees=True,
        asks_by_our_id=True,
        code_in_text=r'"sCode":"([1-9]\d*)"',
        newest_first=True,
        draws_request_ids=True,
        mark="tag",
    ),
)
