from collections.abc import Mapping

import pytest

from graphwiz_trader.bootstrap.keys import keys_of
from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.testing.secrets import KnownSecrets

KNOWN = {
    "KEY": "k3y-of-somebody",
    "TESTNET_KEY": "k3y-of-somebody",
    "PLAY_KEY": "loopback-key",
    "SECRET": "s3cr3t",
    "PASS": "p4ss",
}


def settings(**held: str) -> Settings:
    """Binance alone, with those keys."""
    text = ", ".join(f"{key}: '{value}'" for key, value in held.items())
    return load((), {}, [f"hft.market_data.exchanges.binance={{{text}}}"]).settings


def keys(**held: str) -> Mapping[Venue, Credentials]:
    return keys_of(settings(**held), KnownSecrets(KNOWN))


def problem(**held: str) -> str:
    with pytest.raises(ConfigError) as refused:
        keys(**held)
    text = str(refused.value)
    assert not [secret for secret in KNOWN.values() if secret in text]
    return text


def test_keys_are_taken_by_the_names_of_variables() -> None:
    found = keys(api_key="${KEY}", api_secret="${SECRET}", api_passphrase="${PASS}")

    assert found == {Venue("binance"): Credentials("k3y-of-somebody", "s3cr3t", "p4ss")}


def test_a_venue_that_is_not_enabled_needs_none() -> None:
    assert keys(enabled="false") == {}


def test_all_that_is_missing_is_said_at_once() -> None:
    text = problem(api_key="${NOT_SET}")

    assert "exchanges.binance.api_key: found ${NOT_SET}: NOT_SET: nothing" in text
    assert "exchanges.binance.api_secret: found nothing" in text


@pytest.mark.parametrize(
    ("key", "where", "said"),
    [
        ("${PLAY_KEY}", {}, "a key of a simulated exchange"),
        ("${PLAY_KEY}", {"testnet": "true"}, "a key of a simulated exchange"),
        ("${KEY}", {"url": "http://127.0.0.1:8080"}, "a key of a real venue"),
        ("${TESTNET_KEY}", {}, "which says TESTNET"),
    ],
)
def test_a_key_of_one_kind_is_refused_at_a_venue_of_another(
    key: str, where: dict[str, str], said: str
) -> None:
    assert said in problem(api_key=key, api_secret="${SECRET}", **where)


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("${PLAY_KEY}", {"url": "http://127.0.0.1:8080"}),
        ("${TESTNET_KEY}", {"testnet": "true"}),
        ("${KEY}", {"testnet": "true"}),
        ("${KEY}", {}),
    ],
)
def test_a_key_is_taken_where_it_belongs(key: str, where: dict[str, str]) -> None:
    assert keys(api_key=key, api_secret="${SECRET}", **where)
