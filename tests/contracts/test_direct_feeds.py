"""Every direct feed on a venue that plays each fault, against the promises of market feeds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import ClassVar

import pytest

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.direct.aiohttp_transport import AiohttpTransport
from graphwiz_trader.adapters.direct.binance_feed import SPOT, USDM, BinanceDialect
from graphwiz_trader.adapters.direct.bybit_feed import BybitDialect
from graphwiz_trader.adapters.direct.coinbase_feed import CoinbaseDialect
from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.feed import DirectFeed
from graphwiz_trader.adapters.direct.kraken_feed import KrakenDialect
from graphwiz_trader.adapters.direct.okx_feed import OkxDialect
from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.adapters.direct.picows_transport import PicowsTransport
from graphwiz_trader.adapters.direct.transport import Transport
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.feed import MarketFeed
from graphwiz_trader.testing import make
from tests.contracts.feed import (
    FAULTS,
    PATIENCE_S,
    MarketFeedContract,
    Stage,
    Staging,
    Watcher,
)
from tests.contracts.player import Player, Tongue, playing
from tests.contracts.tongues import Binance, Bybit, Coinbase, Kraken, Okx

pytestmark = pytest.mark.contract

HURRIED = Patience(
    answer=Nanos(300 * MILLISECOND),
    stale=Nanos(400 * MILLISECOND),
    idle=Nanos(300 * MILLISECOND),
    quiet=Nanos(100 * MILLISECOND),
    tick=Nanos(20 * MILLISECOND),
    resync=Backoff(Nanos(10 * MILLISECOND), Nanos(100 * MILLISECOND), 20, Nanos(10 * SECOND)),
    reconnect=Backoff(Nanos(10 * MILLISECOND), Nanos(80 * MILLISECOND), 5, Nanos(SECOND // 10)),
)
"""Every fault is told within 0.42 s of its happening; the machine may be busy."""


class DirectStage(Player):
    """A venue of a test with a feed on it."""

    feed: MarketFeed


class DirectFeedContract(MarketFeedContract):
    """Subclasses offer `venue`, `tongue` and `dialect`."""

    transport: ClassVar[Callable[[], Transport]] = PicowsTransport
    venue: ClassVar[str]
    within_s = 1.5
    faults: ClassVar[tuple[str, ...]] = tuple(
        f for f in FAULTS if "checksum" not in f and f != "snapshot fails"
    )

    def instruments(self) -> tuple[Instrument, Instrument]:
        return (
            make.instrument(f"BTC/USDT@{self.venue}", "0.01", "0.001"),
            make.instrument(f"ETH/USDT@{self.venue}", "0.01", "0.001"),
        )

    def tongue(self) -> Tongue:
        raise NotImplementedError

    def dialect(self, player: Player) -> Dialect:
        raise NotImplementedError

    @pytest.fixture
    def staging(self) -> Staging:
        @asynccontextmanager
        async def stage() -> AsyncIterator[Stage]:
            player = DirectStage(self.tongue(), self.instruments())
            async with playing(player):
                transport = type(self).transport()
                player.feed = DirectFeed(self.dialect(player), SystemClock(), transport, HURRIED)
                yield player

        def staged() -> AbstractAsyncContextManager[Stage]:
            return stage()

        return staged


def ws(player: Player) -> str:
    return f"ws://127.0.0.1:{player.port}/ws"


def depth(player: Player) -> str:
    return f"http://127.0.0.1:{player.port}/depth"


BRIDGED = (*DirectFeedContract.faults, "snapshot fails")


class TestBinanceSpot(DirectFeedContract):
    venue = "binance"
    faults = BRIDGED

    def tongue(self) -> Tongue:
        return Binance()

    def dialect(self, player: Player) -> Dialect:
        market = evolve(SPOT, stream_url=ws(player), depth_url=depth(player))
        return BinanceDialect(player.instruments[0].venue, market)


class TestBinanceSpotWithAiohttp(TestBinanceSpot):
    transport = AiohttpTransport


class TestBinanceSpotOnAConnectionEach(TestBinanceSpot):
    """More instruments than a connection takes."""

    def dialect(self, player: Player) -> Dialect:
        market = evolve(SPOT, stream_url=ws(player), depth_url=depth(player), streams=2)
        return BinanceDialect(player.instruments[0].venue, market)

    def test_losing_one_connection_costs_its_own_books_only(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            assert isinstance(stage, DirectStage)
            first, second = stage.instruments
            stage.feed.subscribe([second])
            await watcher.until(lambda: watcher.touch(second) == stage.touch(second))
            await stage.hang_up(stage.clients[-1], "closed")
            await watcher.until(lambda: len(watcher.losses(second)) == 1)
            await watcher.until(lambda: watcher.touch(second) == stage.touch(second))
            await self.follows(stage, watcher, first)
            assert watcher.losses(first) == []
            assert sum(update.snapshot for update in watcher.updates(first)) == 1

        self.played(staging, scene)

    def test_a_connection_that_carries_nothing_is_closed(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            assert isinstance(stage, DirectStage)
            first, second = stage.instruments
            stage.feed.subscribe([second])
            await watcher.until(lambda: watcher.touch(second) is not None)
            stage.feed.unsubscribe([first.id])
            async with asyncio.timeout(PATIENCE_S):
                while len(stage.clients) == 2:
                    await self.follows(stage, watcher, second)
            assert watcher.losses(second) == []

        self.played(staging, scene)


class TestBinanceUsdm(DirectFeedContract):
    venue = "binanceusdm"
    faults = BRIDGED

    def tongue(self) -> Tongue:
        return Binance(linked=True)

    def dialect(self, player: Player) -> Dialect:
        market = evolve(USDM, stream_url=ws(player), depth_url=depth(player))
        return BinanceDialect(player.instruments[0].venue, market)


class TestOkx(DirectFeedContract):
    venue = "okx"
    faults = (*DirectFeedContract.faults, "bad checksum", "zero checksum")

    def tongue(self) -> Tongue:
        return Okx()

    def dialect(self, player: Player) -> Dialect:
        return OkxDialect(player.instruments[0].venue, ws(player))


class TestBybit(DirectFeedContract):
    venue = "bybit"

    def tongue(self) -> Tongue:
        return Bybit()

    def dialect(self, player: Player) -> Dialect:
        return BybitDialect(player.instruments[0].venue, ws(player))


class TestKraken(DirectFeedContract):
    venue = "kraken"
    finer = 1
    faults = (*DirectFeedContract.faults, "bad checksum")

    def tongue(self) -> Tongue:
        return Kraken()

    def dialect(self, player: Player) -> Dialect:
        return KrakenDialect(player.instruments[0].venue, ws(player))


class TestCoinbase(DirectFeedContract):
    venue = "coinbase"
    faults = tuple(f for f in DirectFeedContract.faults if f != "stale snapshot")

    def tongue(self) -> Tongue:
        return Coinbase()

    def dialect(self, player: Player) -> Dialect:
        return CoinbaseDialect(player.instruments[0].venue, ws(player))
