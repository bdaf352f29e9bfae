"""CcxtVenue for any exchange: it is made without a word to anybody."""

import pytest

from graphwiz_trader.adapters.ccxt.exchange import Access
from graphwiz_trader.adapters.ccxt.venue import ccxt_venue
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import DomainError, Unsupported
from graphwiz_trader.domain.units import SECOND, Nanos, Venue
from graphwiz_trader.ports.venue import ExecutionVenue, SignedByClock
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock

BTC = make.instrument()
REAL = Credentials("k3y-of-somebody", "s3cr3t-of-somebody", "p4ss-of-somebody")
PLAY = Credentials("loopback-key", "loopback-secret", "loopback-passphrase")
SOME = ["binance", "okx", "bybit", "kraken", "coinbase", "gate", "kucoin", "bitget", "mexc", "htx"]


@pytest.mark.parametrize("name", SOME)
def test_any_exchange_can_be_traded(name: str) -> None:
    venue = ccxt_venue(Venue(name), Access(name), [BTC], REAL, ManualClock(), "a")

    port: ExecutionVenue = venue
    assert port.terms.capacity > 0
    assert isinstance(venue, SignedByClock)
    assert not [secret for secret in (REAL.key, REAL.secret) if secret in repr(vars(venue))]


@pytest.mark.parametrize("name", ["no-such-exchange", "ccxt"])
def test_an_unknown_one_is_refused(name: str) -> None:
    with pytest.raises(Unsupported, match=name):
        ccxt_venue(Venue(name), Access(name), [BTC], REAL, ManualClock(), "a")


def test_a_venue_without_instruments_is_refused() -> None:
    with pytest.raises(DomainError, match="no instruments"):
        ccxt_venue(BTC.venue, Access("binance"), [], REAL, ManualClock(), "a")


def test_a_simulated_exchange_settles_sooner() -> None:
    access = Access("binance", url="http://127.0.0.1:1")
    real, play = (
        ccxt_venue(BTC.venue, where, [BTC], key, ManualClock(), "a").terms.settle
        for where, key in ((Access("binance"), REAL), (access, PLAY))
    )

    assert (real, play) == (10 * SECOND, 2 * SECOND)


@pytest.mark.parametrize("offset_ms", [0, 250, -1_500])
def test_the_offset_that_is_set_is_the_one_in_force(offset_ms: int) -> None:
    venue = ccxt_venue(BTC.venue, Access("okx"), [BTC], REAL, ManualClock(), "a")

    venue.offset = Nanos(offset_ms * 1_000_000)

    assert venue.offset == offset_ms * 1_000_000
