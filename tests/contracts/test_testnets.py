"""
The exchanges' own testnets: the promises of every feed that need no hand on the venue, and all
those of execution venues.

`make test-testnet` speaks to those whose key is in the environment (`BINANCE_TESTNET_API_KEY`,
with `_SECRET` and, at OKX, `_PASSPHRASE` beside it, or files that `…_FILE` names) or that are named
in `GRAPHWIZ_TESTNETS=binance,okx,bybit`; nothing is sent to any other. Market data needs no keys,
so that the name alone will do; orders are only sent with keys. A host of production is refused
before anything is opened.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import attrs
import pytest

from graphwiz_trader.adapters.ccxt.catalog import CcxtCatalog
from graphwiz_trader.adapters.ccxt.exchange import Access, Exchange, exchange_of, hosts
from graphwiz_trader.adapters.ccxt.feed import CcxtFeed
from graphwiz_trader.adapters.ccxt.quirk import quirks_of
from graphwiz_trader.adapters.ccxt.venue import CcxtVenue, ccxt_venue
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.secrets import EnvironmentSecrets
from graphwiz_trader.domain.commands import CancelAll
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import AccessDenied, ConfigError, Unsupported
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event, FeedDown, FeedUp
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import SecretName
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos, Ticks, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from tests.contracts.feed import Watcher, running
from tests.contracts.renamed import Renamed
from tests.contracts.venue import ExecutionVenueContract, Staging

ALLOWED = "GRAPHWIZ_TESTNETS"
PATIENCE_S = 60.0
WATCHED_S = 10.0
CALM = Nanos(1_500 * MILLISECOND)


@pytest.fixture(params=["binance", "okx", "bybit"])
def venue(request: pytest.FixtureRequest) -> Venue:
    """One testnet that may be spoken to, or a skip that says how to allow it."""
    name: str = request.param
    allowed = [part.strip() for part in os.environ.get(ALLOWED, "").split(",")]
    key = f"{name.upper()}_TESTNET_API_KEY"
    if name not in allowed and key not in os.environ:
        pytest.skip(f"nothing is sent to {name}'s testnet: set {key}, or name it in {ALLOWED}")
    return Venue(name)


def opened(venue: Venue) -> Exchange:
    return exchange_of(Access(str(venue), testnet=True))


async def loaded(venue: Venue) -> tuple[Instrument, ...]:
    return await CcxtCatalog(venue, lambda: opened(venue)).load()


async def watched(venue: Venue) -> list[Event]:
    """What ten seconds of BTC/USDT on the testnet bring."""
    name = InstrumentId(f"BTC/USDT@{venue}")
    chosen = {one.id: one for one in await loaded(venue)}[name]
    watcher = Watcher((chosen,))
    feed = CcxtFeed(venue, opened(venue), SystemClock())
    feed.subscribe([chosen])
    async with asyncio.timeout(PATIENCE_S), running(feed, watcher.deliver):
        await watcher.until(lambda: watcher.touch(chosen) is not None)
        end = asyncio.get_running_loop().time() + WATCHED_S
        await watcher.until(lambda: asyncio.get_running_loop().time() > end)
    assert watcher.wrong == []
    return watcher.events


@pytest.mark.testnet
def test_the_testnet_lists_bitcoin_with_an_exact_grid(venue: Venue) -> None:
    found = {one.id: one for one in asyncio.run(loaded(venue))}

    bitcoin = found[InstrumentId(f"BTC/USDT@{venue}")]
    assert Decimal(0) < bitcoin.tick_size <= Decimal(1)
    assert bitcoin.price(bitcoin.ticks(bitcoin.tick_size * 7)) == bitcoin.tick_size * 7


@pytest.mark.testnet
def test_the_testnets_book_keeps_the_promises(venue: Venue) -> None:
    """F01, F02, F03, F07, F08 and F10 of docs/reference/feed-contract.md."""
    events = asyncio.run(watched(venue))

    updates = [event for event in events if isinstance(event, BookUpdate)]
    assert isinstance(events[0], FeedUp)
    assert updates[0].snapshot
    assert len(updates) > 3
    assert [update.ts for update in updates] == sorted(update.ts for update in updates)
    assert sum(update.snapshot for update in updates) == 1 + sum(
        isinstance(event, BookGap | FeedDown) for event in events
    )


@pytest.mark.parametrize("name", ["binance", "okx", "bybit"])
def test_no_host_of_production_can_be_reached(name: str) -> None:
    """Runs everywhere: nothing is opened."""
    exchange = exchange_of(Access(name, testnet=True))

    assert set(hosts(exchange)) <= set(quirks_of(name).sandbox_hosts)
    for header, wanted in quirks_of(name).sandbox_headers:
        assert exchange.headers[header] == wanted


@pytest.mark.parametrize("name", ["kraken", "coinbase", "kucoin"])
def test_a_venue_without_a_testnet_is_refused(name: str) -> None:
    with pytest.raises(Unsupported, match="no testnet"):
        exchange_of(Access(name, testnet=True))


@attrs.define
class RealStage:
    """An account on a testnet, a coarse instrument, and prices about its market."""

    account: CcxtVenue
    venue: Renamed
    instrument: Instrument
    takes: Ticks
    rests: Ticks

    async def settle(self) -> None:
        """Let everything that is under way arrive: the network is real."""
        clock = SystemClock()
        calm_since = clock.now()
        while clock.now() - calm_since < CALM:
            await clock.sleep_until(Nanos(clock.now() + CALM // 10))
            is_ready = self.account.is_streaming or not self.account.is_running
            if self.account.under_way or not is_ready:
                calm_since = clock.now()


def credentials(venue: Venue) -> Credentials:
    """The keys of a testnet's account; a skip names what is missing."""
    secrets = EnvironmentSecrets(os.environ)
    name = f"{venue.upper()}_TESTNET_API"
    try:
        texts = [secrets.reveal(SecretName(f"${{{name}_{part}}}")) for part in ("KEY", "SECRET")]
        if venue == "okx":
            texts.append(secrets.reveal(SecretName(f"${{{name}_PASSPHRASE}}")))
    except ConfigError as missing:
        pytest.skip(f"no order is sent to {venue}'s testnet: {missing}")
    return Credentials(*texts)


@asynccontextmanager
async def real_stage(venue: Venue, keys: Credentials) -> AsyncIterator[RealStage]:
    """Open an account on a testnet; what still works at the end is canceled."""
    fine = {one.id: one for one in await loaded(venue)}[InstrumentId(f"BTC/USDT@{venue}")]
    market = opened(venue)
    ticker = await market.fetch_ticker("BTC/USDT")  # type: ignore[attr-defined] # of no use to us
    await market.close()
    bid, ask = Decimal(str(ticker["bid"])), Decimal(str(ticker["ask"]))
    # Two lots must be worth more than the least the venue takes.
    least = max(fine.min_notional, Decimal(5)) / bid
    instrument = evolve(fine, lot_size=fine.qty(fine.lots_within(least) + 1))
    own = f"t{SystemClock().now() // SECOND % 36**5:x}"[:8]
    access = Access(str(venue), testnet=True)
    account = ccxt_venue(venue, access, [instrument], keys, SystemClock(), own)
    takes, rests = instrument.ticks_below(ask * 101 / 100), instrument.ticks_below(bid * 97 / 100)
    stage = RealStage(account, Renamed(account, own), instrument, takes, rests)
    try:
        yield stage
    finally:
        account.send(CancelAll(venue))
        await stage.settle()


@pytest.mark.testnet
class TestOrdersOnTestnets(ExecutionVenueContract):
    """E01 to E20 of docs/reference/execution-contract.md."""

    @pytest.fixture
    def staging(self, venue: Venue) -> Staging:
        keys = credentials(venue)
        return lambda: real_stage(venue, keys)


def test_a_play_key_is_refused_on_a_testnet() -> None:
    """Runs everywhere: nothing is opened."""
    access = Access("binance", testnet=True)
    with pytest.raises(AccessDenied, match="simulated"):
        ccxt_venue(
            Venue("binance"),
            access,
            [make.instrument()],
            Credentials("loopback-key", "x"),
            SystemClock(),
            "t",
        )
