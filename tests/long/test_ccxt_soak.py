"""Feeds through ccxt in a storm of faults, beside the exchange's own record of its best prices."""

import asyncio

import pytest

from graphwiz_trader.adapters.ccxt.exchange import Access, exchange_of
from graphwiz_trader.adapters.ccxt.feed import CcxtFeed
from graphwiz_trader.adapters.ccxt.patience import Patience
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.running import RunningExchange, running_exchange
from graphwiz_trader.adapters.loopback.schedule import storm
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event, FeedDown
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from tests.long.resident import resident_kb
from tests.stalls import unstalled

VENUES = ("binance", "okx")
SPEED = 4.0
MINUTES = 10.0
MOST_GROWTH = 24 << 10
"""KiB from the middle to the end; the exchange's own record is part of it."""

HASTE = Patience(
    first=Nanos(2 * SECOND),
    stale=SECOND,
    quiet=Nanos(2 * SECOND),
    proof=Nanos(300 * MILLISECOND),
    retry=Backoff(Nanos(50 * MILLISECOND), SECOND, 50, SECOND),
)


class Judge:
    """Keeps books from a feed, and holds every best price against the record."""

    def __init__(self, instruments: list[Instrument], record: Record) -> None:
        self.record = record
        self.books = {one.id: OrderBook(one) for one in instruments}
        self.compared = self.losses = 0
        self.wrong: list[str] = []

    def deliver(self, event: Event) -> None:
        if isinstance(event, BookGap):
            self.losses += 1
            self.books[event.instrument].drop(event.reason)
        elif isinstance(event, FeedDown):
            self.losses += 1
            for book in self.books.values():
                book.drop(event.reason)
        elif isinstance(event, BookUpdate):
            book = self.books[event.instrument]
            book.apply(event)
            self._compare(book, event)

    def _compare(self, book: OrderBook, event: BookUpdate) -> None:
        true = self.record.touch_at(event.instrument, event.last_seq)
        if true is None or not book.is_usable:
            return
        self.compared += 1
        told = (book.bid, book.bid_lots, book.ask, book.ask_lots)
        if told != (true.bid, true.bid_qty, true.ask, true.ask_qty):
            self.wrong.append(f"{event.instrument} {event.last_seq}: {told}, not {true}")


def feed_on(exchange: RunningExchange, venue: str) -> CcxtFeed:
    opened = exchange_of(Access(venue, url=exchange[venue].rest))
    return CcxtFeed(exchange[venue].venue, opened, SystemClock(), patience=HASTE)


@pytest.mark.long
def test_a_storm_leaves_no_best_price_wrong(long_factor: float) -> None:
    """A tenth of it, a minute of the exchange's time, is the least that is run."""
    seconds = 60 * MINUTES * max(long_factor, 0.1) / SPEED
    tasks: list[int] = []
    memory: list[int] = []

    async def play() -> list[Judge]:
        faults = storm(11, VENUES)
        async with running_exchange(VENUES, faults=faults, speed=SPEED) as exchange:
            judges = []
            async with asyncio.TaskGroup() as group:
                for venue in VENUES:
                    own = list(exchange[venue].premises.host.instruments.values())
                    judge = Judge(own, exchange.record)
                    feed = feed_on(exchange, venue)
                    feed.subscribe(own)
                    judges.append(judge)
                    running = group.create_task(feed.run(judge.deliver))
                    group.create_task(_ended(running, seconds))
                for _ in range(9):
                    await SystemClock().sleep_until(
                        Nanos(SystemClock().now() + int(seconds / 10 * SECOND))
                    )
                    tasks.append(len(asyncio.all_tasks()))
                    memory.append(resident_kb())
            return judges

    with unstalled():
        judges = asyncio.run(play())

    assert [judge.wrong for judge in judges] == [[], []]
    assert all(judge.compared > 20 * seconds for judge in judges)
    assert all(judge.losses > 3 for judge in judges)
    assert max(tasks) < 200
    assert memory[-1] - memory[4] < MOST_GROWTH, memory


async def _ended(running: "asyncio.Task[None]", seconds: float) -> None:
    """Cancel *running* when its time is over; what it raises before comes out."""
    await asyncio.wait([running], timeout=seconds)
    running.cancel()
