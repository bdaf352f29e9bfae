from collections.abc import Mapping

import pytest

from graphwiz_trader.adapters.ccxt.feed import CcxtFeed
from graphwiz_trader.adapters.ccxt.polled_feed import PolledFeed
from graphwiz_trader.adapters.direct.feed import DirectFeed
from graphwiz_trader.bootstrap.feeds import is_direct, sources_of
from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.errors import ConfigError, Unsupported
from graphwiz_trader.domain.settings import ExchangeSettings, Settings, Symbol
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.testing.clock import ManualClock

BTC = (Symbol("BTC/USDT"),)
SWAP = (Symbol("BTC/USDT:USDT"),)


def settings(exchanges: Mapping[str, str]) -> Settings:
    """Settings with those venues, each as YAML."""
    keys = [f"hft.market_data.exchanges.{venue}={text}" for venue, text in exchanges.items()]
    return load((), {}, keys).settings


@pytest.mark.parametrize(
    ("venue", "symbols", "direct"),
    [
        ("binance", BTC, True),
        ("binance", SWAP, False),
        ("binanceusdm", SWAP, True),
        ("binanceusdm", BTC, False),
        ("binancecoinm", SWAP, True),
        ("okx", SWAP, True),
        ("bybit", SWAP, False),
        ("kraken", BTC, True),
        ("coinbase", BTC, True),
        ("gate", BTC, False),
    ],
)
def test_our_own_readers_are_taken_where_they_fit(
    venue: str, symbols: tuple[Symbol, ...], direct: bool
) -> None:
    assert is_direct(Venue(venue), ExchangeSettings(symbols=symbols)) is direct


@pytest.mark.parametrize(
    "held",
    [
        ExchangeSettings(symbols=BTC, direct=False),
        ExchangeSettings(symbols=BTC, testnet=True),
    ],
    ids=["asked for", "testnet"],
)
def test_the_others_go_through_ccxt(held: ExchangeSettings) -> None:
    assert not is_direct(Venue("binance"), held)


def test_a_simulated_exchange_speaks_two_dialects() -> None:
    held = ExchangeSettings(symbols=BTC, url="http://127.0.0.1:1")

    assert [is_direct(Venue(name), held) for name in ("binance", "okx", "kraken")] == [
        True,
        True,
        False,
    ]


def test_sources_come_in_the_order_of_the_configuration() -> None:
    chosen = settings(
        {
            "okx": '{symbols: ["BTC/USDT"]}',
            "gate": '{symbols: ["ETH/USDT"]}',
            "binance": '{symbols: ["BTC/USDT"], enabled: false}',
        }
    )

    sources = sources_of(chosen, ManualClock())

    assert [(s.feed.venue, s.catalog.venue, s.symbols) for s in sources] == [
        ("okx", "okx", ("BTC/USDT",)),
        ("gate", "gate", ("ETH/USDT",)),
    ]
    assert [type(source.feed) for source in sources] == [DirectFeed, CcxtFeed]


def test_everything_that_cannot_be_streamed_is_told_at_once() -> None:
    chosen = settings({"okx": "{symbols: []}", "kraken": "{symbols: []}"})

    with pytest.raises(ConfigError) as caught:
        sources_of(chosen, ManualClock())

    assert [problem.path for problem in caught.value.problems] == [
        "hft.market_data.exchanges.okx.symbols",
        "hft.market_data.exchanges.kraken.symbols",
    ]


def test_a_venue_without_a_stream_is_polled() -> None:
    chosen = settings({"okx": '{symbols: ["BTC/USDT"], websocket: false}'})

    (source,) = sources_of(chosen, ManualClock())

    assert type(source.feed) is PolledFeed


def test_no_venue_at_all_is_an_error() -> None:
    with pytest.raises(ConfigError, match="found no enabled venue, expected at least one"):
        sources_of(Settings(), ManualClock())


def test_a_testnet_that_is_not_there_is_refused() -> None:
    chosen = settings({"kraken": '{symbols: ["BTC/USD"], testnet: true}'})

    with pytest.raises(Unsupported, match="kraken has no testnet"):
        sources_of(chosen, ManualClock())


def test_an_address_with_a_path_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"exchanges\.okx\.url"):
        settings({"okx": '{symbols: ["BTC/USDT"], url: "http://127.0.0.1:1/x"}'})
