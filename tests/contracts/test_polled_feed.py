"""PolledFeed on the simulated exchange: the promises that can hold without a stream."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from graphwiz_trader.adapters.ccxt.exchange import Access, exchange_of
from graphwiz_trader.adapters.ccxt.patience import Patience
from graphwiz_trader.adapters.ccxt.polled_feed import WHY, PolledFeed
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.server import Served
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event, FeedDown, FeedUp
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.ports.feed import MarketFeed
from tests.contracts.feed import PATIENCE_S, Stage, Touch, Watcher, running
from tests.contracts.loopback_stage import LoopbackStage, loopback

pytestmark = pytest.mark.contract

EVERY = Nanos(80 * MILLISECOND)
"""The exchange's clock stands still between moves: OKX allows 40 books in two of its seconds."""
HASTE = Patience(
    first=SECOND, retry=Backoff(Nanos(10 * MILLISECOND), Nanos(50 * MILLISECOND), 3, SECOND)
)


def polled(served: Served) -> MarketFeed:
    exchange = exchange_of(Access(served.dialect, url=served.rest))
    return PolledFeed(served.venue, exchange, SystemClock(), EVERY, HASTE)


def played(dialect: str, scene: Callable[[Stage, Watcher], Awaitable[None]]) -> Watcher:
    """Run *scene* with the first instrument polled."""

    async def play() -> Watcher:
        async with loopback(dialect, polled) as stage, asyncio.timeout(PATIENCE_S):
            watcher = Watcher(stage.instruments)
            stage.feed.subscribe([stage.instruments[0]])
            async with running(stage.feed, watcher.deliver):
                await watcher.until(lambda: polls(watcher))
                await scene(stage, watcher)
        return watcher

    return asyncio.run(play())


def now(stage: Stage, instrument: Instrument) -> Touch:
    """Return the touch that REST shows, which the stream has yet to tell of."""
    assert isinstance(stage, LoopbackStage)
    touch = stage.host.ladders[instrument.id].touch
    return touch.bid, touch.bid_qty, touch.ask, touch.ask_qty


def polls(watcher: Watcher) -> bool:
    return any(isinstance(event, BookGap) for event in watcher.events)


@pytest.mark.parametrize("dialect", ["binance", "okx"])
def test_books_follow_the_venue_and_are_never_usable_when_strategies_are_asked(
    dialect: str,
) -> None:
    async def scene(stage: Stage, watcher: Watcher) -> None:
        first = stage.instruments[0]
        book = watcher.books[first.id]
        for _ in range(3):
            await stage.move(first)
            await watcher.until(
                lambda: (book.bid, book.bid_lots, book.ask, book.ask_lots) == now(stage, first)
            )

    watcher = played(dialect, scene)

    assert watcher.wrong == []
    assert isinstance(watcher.events[0], FeedUp)
    assert pairs_are_marked(watcher.events[1:])
    instants = [e.ts for e in watcher.events if isinstance(e, BookUpdate | BookGap)]
    assert instants == sorted(instants)


def pairs_are_marked(events: list[Event]) -> bool:
    """Whether every book is whole, held back from strategies, and lost in the same instant."""
    books, gaps = events[0::2], events[1::2]
    for book, gap in zip(books, gaps, strict=False):
        if not (isinstance(book, BookUpdate) and book.snapshot and book.more):
            return False
        if gap != BookGap(book.ts, book.instrument, WHY):
            return False
    return len(gaps) > 3


def test_instruments_come_and_go_while_it_runs() -> None:
    late: list[BookUpdate] = []

    async def scene(stage: Stage, watcher: Watcher) -> None:
        first, second = stage.instruments
        stage.feed.subscribe([second])
        await watcher.until(lambda: len(watcher.updates(second)) > 0)
        stage.feed.unsubscribe([first.id])
        told = len(watcher.updates(first))
        polled = len(watcher.updates(second))
        await watcher.until(lambda: len(watcher.updates(second)) > polled + 3)
        late.extend(watcher.updates(first)[told:])

    played("binance", scene)

    assert late == []


def test_a_venue_that_stays_away_is_told_and_ends_the_feed() -> None:
    told: list[Event] = []

    async def scene(stage: Stage, watcher: Watcher) -> None:
        await stage.leave()
        told.extend(watcher.events)
        await watcher.until(lambda: isinstance(watcher.events[-1], FeedDown))
        told.append(watcher.events[-1])
        await watcher.until(lambda: False)

    async def play() -> None:
        async with loopback("binance", polled) as stage, asyncio.timeout(PATIENCE_S):
            watcher = Watcher(stage.instruments)
            stage.feed.subscribe([stage.instruments[0]])
            run = asyncio.create_task(stage.feed.run(watcher.deliver))
            await watcher.until(lambda: polls(watcher))
            acting = asyncio.create_task(scene(stage, watcher))
            await asyncio.wait([run])
            acting.cancel()
            run.result()

    with pytest.raises(Transient, match="4 failures in a row"):
        asyncio.run(play())
    assert isinstance(told[-1], FeedDown)


def test_what_deliver_raises_comes_out_of_it() -> None:
    def refuse(event: Event) -> None:
        raise ZeroDivisionError(event)

    async def play() -> None:
        async with loopback("binance", polled) as stage, asyncio.timeout(PATIENCE_S):
            stage.feed.subscribe([stage.instruments[0]])
            await stage.feed.run(refuse)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(play())


def test_a_polled_book_shows_but_is_not_usable() -> None:
    seen: list[OrderBook] = []

    async def scene(stage: Stage, watcher: Watcher) -> None:
        seen.append(watcher.books[stage.instruments[0].id])

    played("okx", scene)

    (book,) = seen
    assert (book.is_two_sided, book.is_usable, book.quality.flaw) == (True, False, WHY)
