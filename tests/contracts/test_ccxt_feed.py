"""CcxtFeed on the simulated exchange, in both dialects, against the promises of every feed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from graphwiz_trader.adapters.ccxt.exchange import Access, exchange_of, hosts
from graphwiz_trader.adapters.ccxt.feed import CcxtFeed
from graphwiz_trader.adapters.ccxt.patience import Patience
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.resolver import loopback_session, make_authority
from graphwiz_trader.adapters.loopback.server import Served
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.feed import MarketFeed
from tests.contracts.feed import (
    BAD_PRICES,
    MarketFeedContract,
    Stage,
    Staging,
    Touch,
    Watcher,
    running,
)
from tests.contracts.loopback_stage import loopback

pytestmark = pytest.mark.contract

HASTE = Patience(
    first=SECOND,
    stale=SECOND,
    quiet=Nanos(2 * SECOND),
    proof=Nanos(200 * MILLISECOND),
    retry=Backoff(Nanos(20 * MILLISECOND), Nanos(100 * MILLISECOND), 6, SECOND),
)


def feed_of(served: Served) -> MarketFeed:
    exchange = exchange_of(Access(served.dialect, url=served.rest))
    return CcxtFeed(served.venue, exchange, SystemClock(), patience=HASTE)


def impatient_for_trades(served: Served) -> MarketFeed:
    exchange = exchange_of(Access(served.dialect, url=served.rest))
    patience = evolve(HASTE, trades=Nanos(300 * MILLISECOND), quiet=Nanos(60 * SECOND))
    return CcxtFeed(served.venue, exchange, SystemClock(), patience=patience)


@asynccontextmanager
async def deaf_to_trades(dialect: str) -> AsyncIterator[Stage]:
    """An exchange that loses the subscription to trades, and that to the book not."""
    async with loopback(dialect, impatient_for_trades) as stage:
        for match in ("btcusdt@trade", "trades:BTC-USDT"):
            stage.served.premises.faults.add(Fault(Kind.LOST_SUBSCRIBE, match=match))
        yield stage


class _OnLoopback(MarketFeedContract):
    dialect = ""

    def test_trades_that_never_began_are_asked_for_anew(self) -> None:
        self.test_f11_trades_arrive(partial(deaf_to_trades, self.dialect))

    @pytest.fixture
    def staging(self) -> Staging:
        def stage() -> AbstractAsyncContextManager[Stage]:
            return loopback(self.dialect, feed_of)

        return stage


class TestOnBinance(_OnLoopback):
    dialect = "binance"
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
        "stream terminated",
    )

    def test_a_terminated_stream_is_told_and_cured(self, staging: Staging) -> None:
        self.test_f15_a_fault_is_told_and_cured(staging, "stream terminated")


class TestOnOkx(_OnLoopback):
    """ccxt checks no checksums, and takes a repeated message for a gap, which costs a resync."""

    dialect = "okx"
    faults = (
        "closed",
        "aborted",
        "silent",
        "lost subscribe",
        "gap",
        "reorder",
        "crossed",
        *BAD_PRICES,
        "unknown symbol",
        "truncated",
        "garbage",
        "zero checksum",
        "error without id",
    )

    def test_an_error_without_id_is_told_and_cured(self, staging: Staging) -> None:
        self.test_f15_a_fault_is_told_and_cured(staging, "error without id")


@pytest.mark.parametrize("dialect", ["binance", "okx"])
def test_production_addresses_end_on_this_machine(dialect: str, tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    seen: list[tuple[Touch | None, Touch]] = []

    async def play() -> None:
        async with AsyncExitStack() as stack:

            def made(served: Served) -> MarketFeed:
                assert served.tls_port is not None
                session = loopback_session(served.tls_port, authority)
                stack.push_async_callback(session.close)
                exchange = exchange_of(Access(dialect), session)
                exchange.timeout_on_exit = 0
                assert "127.0.0.1" not in hosts(exchange)
                return CcxtFeed(served.venue, exchange, SystemClock(), patience=HASTE)

            stage = await stack.enter_async_context(loopback(dialect, made, tls=authority.server()))
            first = stage.instruments[0]
            watcher = Watcher(stage.instruments)
            stage.feed.subscribe([first])
            async with running(stage.feed, watcher.deliver):
                await watcher.until(lambda: watcher.touch(first) is not None)
                seen.append((watcher.touch(first), stage.touch(first)))

    asyncio.run(play())

    assert [told for told, _ in seen] == [true for _, true in seen]
