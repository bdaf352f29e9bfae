"""Soak: a feed on the simulated exchange under random faults never shows a wrong best price."""

import asyncio
import random
from collections.abc import Iterator

import pytest

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.direct.binance_feed import SPOT, BinanceDialect
from graphwiz_trader.adapters.direct.feed import DirectFeed
from graphwiz_trader.adapters.direct.okx_feed import OkxDialect
from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.adapters.direct.picows_transport import PicowsTransport
from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.running import RunningExchange, running_exchange
from graphwiz_trader.adapters.loopback.schedule import BAD_PRICES
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event, FeedDown
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from tests.long.resident import resident_kb
from tests.stalls import unstalled

FULL_S = 600.0
SPEED = 3.0
EVERY_S = 0.4
KINDS = (
    Kind.CLOSE,
    Kind.ABORT,
    Kind.MUTE,
    Kind.SWALLOW_PONG,
    Kind.LOST_SUBSCRIBE,
    Kind.GAP,
    Kind.REORDER,
    Kind.DUPLICATE,
    Kind.STALE_SNAPSHOT,
    Kind.TRUNCATED_FRAME,
    Kind.GARBAGE,
    Kind.HTTP_5XX,
    Kind.BAD_CHECKSUM,
    Kind.ZERO_CHECKSUM,
    Kind.DELAY,
    Kind.HTTP_429,
    Kind.BROKEN_BODY,
    Kind.STREAM_TERMINATED,
    Kind.IDLESS_ERROR,
    Kind.CROSSED,
    Kind.BAD_PRICE,
    Kind.UNKNOWN_SYMBOL,
)
ON_BOOKS = (Kind.CROSSED, Kind.BAD_PRICE, Kind.UNKNOWN_SYMBOL)
HURRIED = Patience(
    answer=Nanos(500 * MILLISECOND),
    stale=Nanos(500 * MILLISECOND),
    idle=Nanos(500 * MILLISECOND),
    quiet=Nanos(200 * MILLISECOND),
    resync=Backoff(Nanos(10 * MILLISECOND), Nanos(200 * MILLISECOND), 200, Nanos(SECOND)),
    reconnect=Backoff(Nanos(10 * MILLISECOND), Nanos(200 * MILLISECOND), 500, Nanos(SECOND)),
)
MOST_GROWTH = 24 << 10
"""KiB of the peak, from the middle to the end; the exchange's own record is part of it."""


class Auditor:
    """Holds every believed touch against the exchange's own record, at once."""

    def __init__(self, exchange: RunningExchange, instruments: list[Instrument]) -> None:
        self.exchange = exchange
        self.books = {one.id: OrderBook(one) for one in instruments}
        self.compared = self.losses = self.epochs = 0
        self.wrong: list[str] = []

    @property
    def is_whole(self) -> bool:
        """Whether every book may be traded on."""
        return all(book.is_usable for book in self.books.values())

    def deliver(self, event: Event) -> None:
        if isinstance(event, BookUpdate):
            book = self.books[event.instrument]
            book.apply(event)
            self.epochs += event.snapshot
            self._compare(book, event)
        elif isinstance(event, BookGap):
            self.losses += 1
            self.books[event.instrument].drop(event.reason)
        elif isinstance(event, FeedDown):
            self.losses += 1
            for book in self.books.values():
                if book.instrument.venue == event.venue:
                    book.drop(event.reason)

    def _compare(self, book: OrderBook, event: BookUpdate) -> None:
        truth = self.exchange.record.touch_at(event.instrument, event.last_seq)
        if truth is None or not book.is_synced:
            return
        self.compared += 1
        ours = (book.bid, book.bid_lots, book.ask, book.ask_lots)
        theirs = (truth.bid, truth.bid_qty, truth.ask, truth.ask_qty)
        if ours != theirs and len(self.wrong) < 10:
            self.wrong.append(f"{event.instrument} at {event.last_seq}: {ours}, not {theirs}")


def storm(seed: int, seconds: float) -> Iterator[Fault]:
    """Random faults, one every `EVERY_S` on average, until shortly before the end."""
    chance, at = random.Random(seed), 2.0
    while at < seconds - 3.0:
        kind = chance.choice(KINDS)
        # The exchange's clock runs faster than ours.
        match = "" if kind in ON_BOOKS else "*"
        price = chance.choice(BAD_PRICES)
        yield Fault(kind, Nanos(int(at * SECOND * SPEED)), "*", match, seconds=1.5, price=price)
        at += chance.expovariate(1 / EVERY_S)


def feeds(exchange: RunningExchange) -> list[DirectFeed]:
    binance, okx = exchange["binance"], exchange["okx"]
    market = evolve(
        SPOT, stream_url=f"{binance.ws}/stream", depth_url=f"{binance.rest}/api/v3/depth"
    )
    dialects = (
        BinanceDialect(binance.venue, market),
        OkxDialect(okx.venue, f"{okx.ws}/ws/v5/public"),
    )
    return [DirectFeed(d, SystemClock(), PicowsTransport(), HURRIED) for d in dialects]


async def soaked(seed: int, seconds: float) -> tuple[Auditor, list[int]]:
    faults = tuple(storm(seed, seconds))
    memory: list[int] = []
    async with running_exchange(seed=seed, faults=faults, speed=SPEED) as exchange:
        hosts = [served.premises.host for served in exchange.venues]
        auditor = Auditor(exchange, [i for host in hosts for i in host.instruments.values()])
        async with asyncio.timeout(seconds + 60):
            running = []
            for feed, host in zip(feeds(exchange), hosts, strict=True):
                feed.subscribe(host.instruments.values())
                running.append(asyncio.create_task(feed.run(auditor.deliver)))
            for _ in range(10):
                await asyncio.wait(running, timeout=seconds / 10)
                memory.append(resident_kb())
            for _ in range(100):  # what has not struck yet does so as the last books come back
                if auditor.is_whole:
                    break
                await asyncio.wait(running, timeout=0.2)
            for task in running:
                task.cancel()
            done, _ = await asyncio.wait(running)
            assert all(task.cancelled() for task in done), [t for t in done if not t.cancelled()]
    return auditor, memory


@pytest.mark.long
@pytest.mark.contract
def test_no_fault_ever_makes_a_wrong_best_price(long_factor: float) -> None:
    seconds = max(20.0, FULL_S * long_factor / SPEED)
    with unstalled():
        auditor, memory = asyncio.run(soaked(seed=11, seconds=seconds))

    assert auditor.wrong == []
    assert auditor.compared > 30 * seconds
    assert auditor.losses > seconds / 2
    assert auditor.is_whole
    assert memory[-1] - memory[4] < MOST_GROWTH, memory
