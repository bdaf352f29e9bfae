"""Where credentials may go, and where they may not."""

import pytest

from graphwiz_trader.adapters.direct.hosts import (
    BINANCE,
    BINANCE_TESTNET,
    OKX,
    OKX_DEMO,
    Hosts,
    Realm,
    simulated_hosts,
)
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.domain.value import evolve


def test_a_simulated_exchange_is_on_this_machine() -> None:
    hosts = simulated_hosts(Venue("okx"), "http://127.0.0.1:8080/")

    assert (hosts.rest, hosts.stream) == (
        "http://127.0.0.1:8080",
        "ws://127.0.0.1:8080/ws/v5/private",
    )


@pytest.mark.parametrize("url", ["http://10.0.0.1:80", "https://api.binance.com", "nonsense"])
def test_no_other_machine_is_simulated(url: str) -> None:
    with pytest.raises(ConfigError, match="simulated"):
        simulated_hosts(Venue("binance"), url)


@pytest.mark.parametrize("hosts", [BINANCE, BINANCE_TESTNET, OKX, OKX_DEMO])
@pytest.mark.parametrize(
    "rest",
    [
        "https://api.binance.com.example.com",
        "http://api.binance.com",
        "http://www.okx.com",
        "https://127.0.0.1:8080",
        "https://me@www.okx.com",
    ],
)
def test_a_key_of_one_realm_is_shown_to_its_hosts_only(hosts: Hosts, rest: str) -> None:
    with pytest.raises(ConfigError):
        evolve(hosts, rest=rest)


def test_demo_and_live_keys_do_not_meet() -> None:
    with pytest.raises(ConfigError):
        Hosts("okx", Realm.LIVE, OKX_DEMO.rest, OKX_DEMO.stream)
    with pytest.raises(ConfigError):
        Hosts("binance", Realm.TESTNET, BINANCE.rest, BINANCE.stream)
