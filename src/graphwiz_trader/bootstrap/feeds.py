"""Feeds: the market data that the settings ask for, each venue through the quickest adapter."""

from collections.abc import Callable, Mapping
from functools import partial

from graphwiz_trader.adapters.ccxt.catalog import CcxtCatalog
from graphwiz_trader.adapters.ccxt.exchange import Access, exchange_of
from graphwiz_trader.adapters.ccxt.feed import CcxtFeed
from graphwiz_trader.adapters.ccxt.polled_feed import PolledFeed
from graphwiz_trader.adapters.direct.binance_feed import (
    COINM,
    SPOT,
    USDM,
    BinanceDialect,
    BinanceMarket,
)
from graphwiz_trader.adapters.direct.bybit_feed import BybitDialect
from graphwiz_trader.adapters.direct.coinbase_feed import CoinbaseDialect
from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.feed import DirectFeed
from graphwiz_trader.adapters.direct.kraken_feed import KrakenDialect
from graphwiz_trader.adapters.direct.okx_feed import OkxDialect
from graphwiz_trader.adapters.direct.picows_transport import PicowsTransport
from graphwiz_trader.application.listen import Source
from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.settings import ExchangeSettings, Settings
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import MarketFeed

PATH = "hft.market_data.exchanges"


def sources_of(settings: Settings, clock: Clock) -> tuple[Source, ...]:
    """
    Return a source for every enabled venue, in the order of the configuration.

    Raises:
        ConfigError: there is none, or one cannot be streamed as it is configured.
        Unsupported: ccxt does not know the venue, or it has no testnet.
    """
    wanted = {
        venue: held for venue, held in settings.hft.market_data.exchanges.items() if held.enabled
    }
    problems = [] if wanted else [Problem(PATH, "no enabled venue", "at least one")]
    for venue, held in wanted.items():
        if not held.symbols:
            problems.append(Problem(f"{PATH}.{venue}.symbols", "nothing", "at least one symbol"))
    if problems:
        raise ConfigError(problems)
    return tuple(_source(venue, held, clock) for venue, held in wanted.items())


def is_direct(venue: Venue, held: ExchangeSettings) -> bool:
    """Whether *venue* is read without ccxt: never a testnet, whose addresses ccxt proves."""
    contracts = any(":" in symbol for symbol in held.symbols)
    makers = _SIMULATED if held.url is not None else _DIRECT
    fits = contracts == (venue in ("binanceusdm", "binancecoinm")) or venue == "okx"
    return held.direct and held.websocket and not held.testnet and venue in makers and fits


def _source(venue: Venue, held: ExchangeSettings, clock: Clock) -> Source:
    contracts = any(":" in symbol for symbol in held.symbols)
    access = Access(str(venue), held.url, held.testnet, contracts)
    exchange_of(access)  # what cannot be reached is refused before anything is
    catalog = CcxtCatalog(venue, partial(exchange_of, access))
    return Source(_feed(venue, held, access, clock), catalog, tuple(map(str, held.symbols)))


def _feed(venue: Venue, held: ExchangeSettings, access: Access, clock: Clock) -> MarketFeed:
    if not held.websocket:
        return PolledFeed(venue, exchange_of(access), clock)
    if not is_direct(venue, held):
        return CcxtFeed(venue, exchange_of(access), clock)
    if held.url is None:
        return DirectFeed(_DIRECT[venue](venue), clock, PicowsTransport())
    rest = held.url.rstrip("/")
    ws = f"ws{rest.removeprefix('http')}"
    return DirectFeed(_SIMULATED[venue](venue, rest, ws), clock, PicowsTransport())


def _coinm(venue: Venue) -> Dialect:
    return BinanceDialect(venue, COINM)


def _usdm(venue: Venue) -> Dialect:
    return BinanceDialect(venue, USDM)


def _binance_at(venue: Venue, rest: str, ws: str) -> Dialect:
    market: BinanceMarket = evolve(
        SPOT, stream_url=f"{ws}/stream", depth_url=f"{rest}/api/v3/depth"
    )
    return BinanceDialect(venue, market)


def _okx_at(venue: Venue, rest: str, ws: str) -> Dialect:  # noqa: ARG001 # all addresses are told
    return OkxDialect(venue, f"{ws}/ws/v5/public")


_DIRECT: Mapping[str, Callable[[Venue], Dialect]] = {
    "binance": BinanceDialect,
    "binanceusdm": _usdm,
    "binancecoinm": _coinm,
    "okx": OkxDialect,
    "bybit": BybitDialect,
    "kraken": KrakenDialect,
    "coinbase": CoinbaseDialect,
}
_SIMULATED: Mapping[str, Callable[[Venue, str, str], Dialect]] = {
    "binance": _binance_at,
    "okx": _okx_at,
}
