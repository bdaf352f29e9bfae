import ccxt.pro
import pytest

from graphwiz_trader.adapters.ccxt.exchange import Access, hosts
from graphwiz_trader.adapters.ccxt.private_exchange import private_exchange_of
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import AccessDenied, Unsupported
from graphwiz_trader.domain.units import SECOND, Nanos

PLAY = Credentials("loopback-key", "loopback-secret", "loopback-passphrase")
REAL = Credentials("k3y-of-somebody", "s3cr3t-of-somebody", "p4ss-of-somebody")
HERE = "http://127.0.0.1:8080"
PATIENCE = Nanos(5 * SECOND)


def test_a_real_key_goes_to_the_venues_own_hosts_alone() -> None:
    exchange = private_exchange_of(Access("binance"), REAL, PATIENCE)

    assert exchange.apiKey == REAL.key
    assert not [host for host in hosts(exchange) if "test" in host or host == "127.0.0.1"]


@pytest.mark.parametrize("name", ["binance", "okx", "bybit"])
def test_a_testnet_key_goes_to_the_testnet_alone(name: str) -> None:
    live = set(hosts(private_exchange_of(Access(name), REAL, PATIENCE)))

    exchange = private_exchange_of(Access(name, testnet=True), REAL, PATIENCE)

    is_apart = not live & set(hosts(exchange))
    assert is_apart or exchange.headers.get("x-simulated-trading") == "1"


@pytest.mark.parametrize(
    ("access", "credentials"),
    [
        (Access("binance"), PLAY),
        (Access("okx"), PLAY),
        (Access("okx", testnet=True), PLAY),
        (Access("binance", url=HERE), REAL),
        (Access("binance", url="https://api.binance.com"), PLAY),
        (Access("okx", url="https://www.okx.com"), PLAY),
    ],
    ids=["play live", "play live okx", "play on demo", "live at play", "binance", "okx"],
)
def test_a_key_never_leaves_for_where_it_does_not_belong(
    access: Access, credentials: Credentials
) -> None:
    with pytest.raises(AccessDenied) as refused:
        private_exchange_of(access, credentials, PATIENCE)

    assert credentials.hidden(str(refused.value)) == str(refused.value)


def test_a_venue_without_a_testnet_takes_no_testnet_key() -> None:
    with pytest.raises(Unsupported, match="no testnet"):
        private_exchange_of(Access("kraken", testnet=True), REAL, PATIENCE)


def test_production_is_refused_with_the_demos_header(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ccxt.pro.okx

    def switched(given: dict[str, object]) -> object:
        exchange = made(given)
        exchange.headers = {"x-simulated-trading": "1"}
        return exchange

    monkeypatch.setattr(ccxt.pro, "okx", switched)

    with pytest.raises(AccessDenied, match="production"):
        private_exchange_of(Access("okx"), REAL, PATIENCE)


def test_a_request_is_never_repeated_by_ccxt() -> None:
    exchange = private_exchange_of(Access("binance"), REAL, PATIENCE)

    assert exchange.options["maxRetriesOnFailure"] == 0
    assert exchange.timeout == 5_000


def test_no_two_requests_at_okx_have_one_id() -> None:
    exchange = private_exchange_of(Access("okx"), REAL, PATIENCE)

    ids = [exchange.request_id() for _ in range(2_000)]

    assert len(set(ids)) == len(ids)
    assert all(each.isalnum() and len(each) <= 32 for each in ids)
