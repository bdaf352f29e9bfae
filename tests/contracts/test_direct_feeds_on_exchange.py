"""Direct feeds on the simulated exchange, against the promises of market feeds."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.direct.binance_feed import SPOT, BinanceDialect
from graphwiz_trader.adapters.direct.feed import DirectFeed
from graphwiz_trader.adapters.direct.okx_feed import OkxDialect
from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.adapters.direct.picows_transport import PicowsTransport
from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.server import Served
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.feed import MarketFeed
from tests.contracts.feed import BAD_PRICES, MarketFeedContract, Stage, Staging
from tests.contracts.loopback_stage import loopback

pytestmark = pytest.mark.contract

HURRIED = Patience(
    answer=Nanos(400 * MILLISECOND),
    stale=Nanos(2 * SECOND),
    idle=Nanos(400 * MILLISECOND),
    quiet=Nanos(100 * MILLISECOND),
    tick=Nanos(20 * MILLISECOND),
    resync=Backoff(Nanos(10 * MILLISECOND), Nanos(100 * MILLISECOND), 20, Nanos(10 * SECOND)),
    reconnect=Backoff(Nanos(10 * MILLISECOND), Nanos(80 * MILLISECOND), 5, Nanos(SECOND // 10)),
)


def binance(served: Served) -> MarketFeed:
    market = evolve(SPOT, stream_url=f"{served.ws}/stream", depth_url=f"{served.rest}/api/v3/depth")
    return DirectFeed(
        BinanceDialect(served.venue, market), SystemClock(), PicowsTransport(), HURRIED
    )


def okx(served: Served) -> MarketFeed:
    dialect = OkxDialect(served.venue, f"{served.ws}/ws/v5/public")
    return DirectFeed(dialect, SystemClock(), PicowsTransport(), HURRIED)


class TestBinance(MarketFeedContract):
    within_s = 2.5
    faults = (
        "closed",
        "aborted",
        "silent",
        "lost subscribe",
        "gap",
        "reorder",
        "duplicate",
        "stale snapshot",
        "crossed",
        *BAD_PRICES,
        "unknown symbol",
        "truncated",
        "garbage",
        "snapshot fails",
    )

    @pytest.fixture
    def staging(self) -> Staging:
        def stage() -> AbstractAsyncContextManager[Stage]:
            return loopback("binance", binance)

        return stage


def impatient_for_trades(served: Served) -> MarketFeed:
    dialect = OkxDialect(served.venue, f"{served.ws}/ws/v5/public")
    patience = evolve(HURRIED, trades=Nanos(200 * MILLISECOND), stale=Nanos(60 * SECOND))
    return DirectFeed(dialect, SystemClock(), PicowsTransport(), patience)


@asynccontextmanager
async def deaf_to_trades() -> AsyncIterator[Stage]:
    """An exchange that loses the subscription to trades, and that to the book not."""
    async with loopback("okx", impatient_for_trades) as stage:
        stage.served.premises.faults.add(Fault(Kind.LOST_SUBSCRIBE, match="trades:BTC-USDT"))
        yield stage


class TestOkx(MarketFeedContract):
    within_s = 2.5
    faults = (
        "closed",
        "aborted",
        "silent",
        "lost subscribe",
        "gap",
        "reorder",
        "duplicate",
        "stale snapshot",
        "crossed",
        *BAD_PRICES,
        "unknown symbol",
        "truncated",
        "garbage",
        "bad checksum",
        "zero checksum",
    )

    @pytest.fixture
    def staging(self) -> Staging:
        def stage() -> AbstractAsyncContextManager[Stage]:
            return loopback("okx", okx)

        return stage

    def test_trades_that_never_began_are_asked_for_anew(self) -> None:
        self.test_f11_trades_arrive(deaf_to_trades)
