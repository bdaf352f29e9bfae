"""
The exchanges' own testnets, against the promises of every feed that need no hand on the venue.

`make test-testnet` speaks to those whose key is in the environment (`BINANCE_TESTNET_API_KEY`) or
that are named in `GRAPHWIZ_TESTNETS=binance,okx,bybit`; nothing is sent to any other. Market data
needs no keys, so that the name alone will do. A host of production is refused before anything is
opened.
"""

import asyncio
import os
from decimal import Decimal

import pytest

from graphwiz_trader.adapters.ccxt.catalog import CcxtCatalog
from graphwiz_trader.adapters.ccxt.exchange import Access, Exchange, exchange_of, hosts
from graphwiz_trader.adapters.ccxt.feed import CcxtFeed
from graphwiz_trader.adapters.ccxt.quirk import quirks_of
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.domain.errors import Unsupported
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event, FeedDown, FeedUp
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Venue
from tests.contracts.feed import Watcher, running

ALLOWED = "GRAPHWIZ_TESTNETS"
PATIENCE_S = 60.0
WATCHED_S = 10.0


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
