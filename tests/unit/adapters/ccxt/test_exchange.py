import asyncio
from typing import Any

import pytest

from graphwiz_trader.adapters.ccxt.exchange import (
    KEEP_ALIVE_MS,
    Access,
    Exchange,
    exchange_of,
    hosts,
)
from graphwiz_trader.adapters.ccxt.quirk import Quirks, quirks_of
from graphwiz_trader.domain.errors import Unsupported


@pytest.mark.parametrize("name", ["binance", "okx", "bybit"])
def test_a_testnet_has_no_host_of_production(name: str) -> None:
    exchange = exchange_of(Access(name, testnet=True))

    assert set(hosts(exchange)) <= set(quirks_of(name).sandbox_hosts)


@pytest.mark.parametrize("name", ["kraken", "coinbase", "kucoin", "htx", "mexc", "bitfinex"])
def test_a_venue_without_a_testnet_is_refused(name: str) -> None:
    with pytest.raises(Unsupported, match="no testnet"):
        exchange_of(Access(name, testnet=True))


def test_a_switch_that_leaves_a_host_of_production_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ccxt.pro.bybit.set_sandbox_mode", lambda exchange, enabled: None)

    with pytest.raises(Unsupported, match=r"found api\.bybit\.com, stream\.bybit\.com after"):
        exchange_of(Access("bybit", testnet=True))


def test_a_switch_that_leaves_out_the_header_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_header(exchange: Any, enabled: bool) -> None:
        exchange.urls["api"] = exchange.urls["test"]

    monkeypatch.setattr("ccxt.pro.okx.set_sandbox_mode", without_header)

    with pytest.raises(Unsupported, match="found header x-simulated-trading None, expected '1'"):
        exchange_of(Access("okx", testnet=True))


@pytest.mark.parametrize("name", ["binance", "okx"])
def test_a_simulated_exchange_leaves_no_other_address(name: str) -> None:
    exchange = exchange_of(Access(name, url="http://127.0.0.1:8080/"))

    assert hosts(exchange) == ("127.0.0.1",)


def test_a_venue_that_no_simulated_exchange_speaks_like_is_refused() -> None:
    with pytest.raises(Unsupported, match="no simulated exchange speaks like kraken"):
        exchange_of(Access("kraken", url="http://127.0.0.1:8080"))


@pytest.mark.parametrize("name", ["no_such_exchange", "exchanges", "Exchange"])
def test_what_ccxt_does_not_stream_is_refused(name: str) -> None:
    with pytest.raises(Unsupported, match="expected an exchange that ccxt"):
        exchange_of(Access(name))


@pytest.mark.parametrize("name", ["binance", "okx", "bybit", "kraken", "coinbase"])
def test_the_guards_are_set(name: str) -> None:
    exchange: Any = exchange_of(Access(name))

    assert exchange.enableRateLimit is False
    assert exchange.streaming["keepAlive"] == KEEP_ALIVE_MS < 10_000
    assert exchange.has["fetchCurrencies"] is False


def test_contracts_are_loaded_only_where_they_are_wanted() -> None:
    def types(access: Access) -> object:
        exchange: Any = exchange_of(access)
        return exchange.options["fetchMarkets"]["types"]

    assert types(Access("binance")) == ["spot"]
    assert types(Access("binance", contracts=True)) == ["spot", "linear", "inverse"]


def test_a_venue_without_a_file_is_plain() -> None:
    assert quirks_of("gate") == Quirks()


def test_every_file_of_quirks_names_an_exchange_that_opens() -> None:
    async def opened() -> list[Exchange]:
        names = ("binance", "binanceusdm", "okx", "bybit", "kraken", "coinbase")
        return [exchange_of(Access(name)) for name in names]

    assert [quirks_of(each.id) != Quirks() for each in asyncio.run(opened())] == [True] * 6
