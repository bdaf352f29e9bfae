"""What every market feed promises; the numbers are those of docs/reference/feed-contract.md."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import ClassVar, Protocol, TypeAlias

import pytest

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import (
    BookGap,
    BookUpdate,
    Event,
    FeedDown,
    FeedUp,
    TapeMessage,
    Trade,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.rows import kept
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.feed import Deliver, MarketFeed

PATIENCE_S = 30.0
"""How long a test waits for what must come."""

Touch: TypeAlias = tuple[int | None, int, int | None, int]
"""Best bid and its lots, best ask and its lots."""


class Stage(Protocol):
    """A venue that a test plays on, and the feed that listens to it."""

    @property
    def feed(self) -> MarketFeed:
        """The feed."""

    @property
    def instruments(self) -> tuple[Instrument, Instrument]:
        """Two instruments the venue trades."""

    async def move(self, instrument: Instrument) -> None:
        """Change the venue's book a little, and tell the feed as the venue would."""

    async def trade(self, instrument: Instrument) -> Trade:
        """Let somebody trade, and tell the feed; `ts` of what is returned means nothing."""

    def touch(self, instrument: Instrument) -> Touch:
        """Return what the venue itself knows as its touch."""

    async def inject(self, fault: str, instrument: Instrument) -> None:
        """Play one fault of `FAULTS`; ordinary life goes on right after it."""

    async def leave(self) -> None:
        """Go away and do not come back."""


Staging: TypeAlias = Callable[[], AbstractAsyncContextManager[Stage]]

BAD_PRICES = {
    "no number": "NaN",
    "infinite price": "Infinity",
    "negative price": "-1",
    "zero price": "0",
    "huge price": "1e30",
    "price off the grid": "0.123456789",
}
"""What is no price of ours, and how it is written."""

SEEN: tuple[str, ...] = (
    "closed",
    "aborted",
    "silent",
    "lost subscribe",
    "gap",
    "reorder",
    "stale snapshot",
    "bad checksum",
    "crossed",
    "truncated",
    "garbage",
    "snapshot fails",
    *BAD_PRICES,
)
UNSEEN = ("duplicate", "zero checksum", "unknown symbol")
FAULTS = SEEN + UNSEEN
"""All faults; those after which a feed must say something, then those that change nothing."""


class Watcher:
    """Keeps the books a feed tells of, and everything it told."""

    def __init__(self, instruments: tuple[Instrument, ...]) -> None:
        self.books = {one.id: OrderBook(one) for one in instruments}
        self.events: list[Event] = []
        self.wrong: list[str] = []
        self._told = asyncio.Event()

    def deliver(self, event: Event) -> None:
        """Take in one event."""
        self.events.append(event)
        if isinstance(event, BookUpdate):
            book = self.books[event.instrument]
            if not (event.snapshot or book.is_synced):
                self.wrong.append(f"{event.instrument}: a change of an unusable book (F07)")
            book.apply(event)
            if book.is_crossed:
                self.wrong.append(f"{event.instrument}: {book.touch} is crossed (F10)")
        elif isinstance(event, BookGap):
            self.books[event.instrument].drop(event.reason)
        elif isinstance(event, FeedDown):
            for book in self.books.values():
                book.drop(event.reason)
        self._told.set()

    def touch(self, instrument: Instrument) -> Touch | None:
        """Return the touch the feed told, None while the book is unusable."""
        book = self.books[instrument.id]
        return (book.bid, book.bid_lots, book.ask, book.ask_lots) if book.is_synced else None

    def updates(self, instrument: Instrument) -> list[BookUpdate]:
        """Return the updates of one book."""
        return [
            e for e in self.events if isinstance(e, BookUpdate) and e.instrument == instrument.id
        ]

    def losses(self, instrument: Instrument) -> list[BookGap | FeedDown]:
        """Return what told that a book is unusable."""
        return [
            e
            for e in self.events
            if isinstance(e, FeedDown) or (isinstance(e, BookGap) and e.instrument == instrument.id)
        ]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the event that makes *condition* true."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._told.clear()
                await self._told.wait()


@asynccontextmanager
async def running(feed: MarketFeed, deliver: Deliver) -> AsyncIterator[asyncio.Task[None]]:
    """Run *feed* for as long as the block lasts; what it raises comes out of the block."""
    task = asyncio.create_task(feed.run(deliver))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()


class MarketFeedContract:
    """Subclasses offer `staging`, and say in `faults` which the venue they play on can play."""

    faults: ClassVar[tuple[str, ...]] = FAULTS
    pace: ClassVar[int] = 70
    """Moves after which F09 is judged."""
    finer: ClassVar[int] = 10
    """By what F16's grid is finer; 1 where checksums are of the digits that the venue writes."""
    within_s: ClassVar[float] = 10.0
    """The time within which faults are told, as stated for the patience the feed was given."""

    @pytest.fixture
    def staging(self) -> Staging:
        raise NotImplementedError

    def played(
        self, staging: Staging, scene: Callable[[Stage, Watcher], Awaitable[None]]
    ) -> Watcher:
        """Run *scene* with the feed subscribed to the first instrument and its book there."""

        async def play() -> Watcher:
            async with staging() as stage:
                watcher = Watcher(stage.instruments)
                first = stage.instruments[0]
                stage.feed.subscribe([first])
                async with running(stage.feed, watcher.deliver):
                    await watcher.until(lambda: watcher.touch(first) == stage.touch(first))
                    await scene(stage, watcher)
            return watcher

        watcher = asyncio.run(play())
        assert watcher.wrong == []
        return watcher

    async def follows(self, stage: Stage, watcher: Watcher, instrument: Instrument) -> None:
        """Let the book move until the feed shows the venue's own."""
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(3):
                await stage.move(instrument)
                await watcher.until(lambda: watcher.touch(instrument) == stage.touch(instrument))

    def test_f01_feed_up_comes_first(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None: ...

        watcher = self.played(staging, scene)

        assert isinstance(watcher.events[0], FeedUp)

    def test_f02_a_book_begins_with_a_snapshot(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            assert watcher.updates(stage.instruments[0])[0].snapshot

        self.played(staging, scene)

    def test_f03_the_book_follows_the_venue(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            for _ in range(5):
                await self.follows(stage, watcher, stage.instruments[0])

        watcher = self.played(staging, scene)

        assert not any(isinstance(event, BookGap | FeedDown) for event in watcher.events)

    def test_f04_nothing_comes_that_nobody_subscribed_to(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            await stage.move(stage.instruments[1])
            await self.follows(stage, watcher, stage.instruments[0])
            assert watcher.updates(stage.instruments[1]) == []

        self.played(staging, scene)

    def test_f05_subscribing_while_running_disturbs_nobody(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            first, second = stage.instruments
            stage.feed.subscribe([first, second])
            await watcher.until(lambda: watcher.touch(second) == stage.touch(second))
            await self.follows(stage, watcher, second)
            await self.follows(stage, watcher, first)
            assert sum(update.snapshot for update in watcher.updates(first)) == 1
            assert watcher.losses(first) == []

        self.played(staging, scene)

    def test_f06_nothing_comes_after_unsubscribing(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            first, second = stage.instruments
            stage.feed.subscribe([second])
            await watcher.until(lambda: watcher.touch(second) is not None)
            stage.feed.unsubscribe([first.id, InstrumentId("NO/SUCH@venue")])
            told = len(watcher.updates(first))
            await stage.move(first)
            await self.follows(stage, watcher, second)
            assert len(watcher.updates(first)) == told

        self.played(staging, scene)

    def test_f16_new_rules_begin_with_a_snapshot_on_the_new_grid(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            first = stage.instruments[0]
            finer = evolve(
                first,
                tick_size=first.tick_size / self.finer,
                lot_size=first.lot_size / self.finer,
                min_notional=first.min_notional + 1,
            )

            def venues() -> Touch:
                bid, bid_lots, ask, ask_lots = stage.touch(first)
                ticks = [None if tick is None else tick * self.finer for tick in (bid, ask)]
                return ticks[0], bid_lots * self.finer, ticks[1], ask_lots * self.finer

            told = len(watcher.updates(first))
            stage.feed.unsubscribe([first.id])
            watcher.books[first.id] = OrderBook(finer)
            stage.feed.subscribe([finer])
            for _ in range(3):
                await stage.move(first)
                await watcher.until(lambda: watcher.touch(first) == venues())
            assert watcher.updates(first)[told].snapshot

        self.played(staging, scene)

    def test_f08_receipt_never_goes_back(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            for _ in range(5):
                await self.follows(stage, watcher, stage.instruments[0])

        watcher = self.played(staging, scene)

        instants = [e.ts for e in watcher.events if not isinstance(e, TapeMessage)]
        assert instants == sorted(instants)
        assert all(e.ts_venue > 0 for e in watcher.events if isinstance(e, BookUpdate))

    def test_f09_rows_stay_for_63_further_updates(self, staging: Staging) -> None:
        copies: list[BookUpdate] = []

        async def scene(stage: Stage, watcher: Watcher) -> None:
            first = stage.instruments[0]
            copies.extend(map(kept, watcher.updates(first)))
            for _ in range(self.pace):
                told = len(watcher.updates(first))
                await stage.move(first)
                await watcher.until(lambda told=told: len(watcher.updates(first)) > told)  # type: ignore[misc]
                copies.extend(map(kept, watcher.updates(first)[told:]))

        watcher = self.played(staging, scene)

        shown = [e for e in watcher.events if isinstance(e, BookUpdate)][-64:]
        assert len(shown) == 64
        assert [_rows(update) for update in shown] == [_rows(copy) for copy in copies[-64:]]

    def test_f11_trades_arrive(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            first = stage.instruments[0]
            async with asyncio.timeout(PATIENCE_S):
                sent = await stage.trade(first)
            await watcher.until(lambda: any(isinstance(e, Trade) for e in watcher.events))
            (told,) = [e for e in watcher.events if isinstance(e, Trade)]
            assert (told.instrument, told.side) == (first.id, Side(sent.side))
            assert (told.price, told.qty) == (sent.price, sent.qty)

        self.played(staging, scene)

    def test_f12_canceling_leaves_nothing_behind(self, staging: Staging) -> None:
        left: list[asyncio.Task[object]] = []

        async def play() -> None:
            async with staging() as stage:
                before = asyncio.all_tasks()
                watcher = Watcher(stage.instruments)
                stage.feed.subscribe(stage.instruments)
                async with running(stage.feed, watcher.deliver):
                    second = stage.instruments[1]
                    await watcher.until(lambda: watcher.touch(second) is not None)
                left.extend(t for t in asyncio.all_tasks() - before if self.is_ours(t))

        asyncio.run(play())

        assert left == []

    def is_ours(self, task: "asyncio.Task[object]") -> bool:
        """Whether a task belongs to the feed, and not to the venue a test plays on."""
        return "graphwiz_trader/adapters/loopback" not in str(task) and "aiohttp" not in str(task)

    def test_f13_a_venue_that_stays_away_ends_the_feed(self, staging: Staging) -> None:
        async def scene(stage: Stage, watcher: Watcher) -> None:
            await stage.leave()
            await watcher.until(lambda: isinstance(watcher.events[-1], FeedDown))
            await watcher.until(lambda: False)

        with pytest.raises(Transient):
            self.ended(staging, scene)

    def test_f14_what_deliver_raises_comes_out(self, staging: Staging) -> None:
        async def play() -> None:
            async with staging() as stage, asyncio.timeout(PATIENCE_S):
                stage.feed.subscribe([stage.instruments[0]])
                await stage.feed.run(_raising)

        with pytest.raises(ZeroDivisionError):
            asyncio.run(play())

    def ended(self, staging: Staging, scene: Callable[[Stage, Watcher], Awaitable[None]]) -> None:
        """Run *scene* until the feed ends by itself; raise what it raised."""

        async def play() -> None:
            async with staging() as stage, asyncio.timeout(PATIENCE_S):
                watcher = Watcher(stage.instruments)
                first = stage.instruments[0]
                stage.feed.subscribe([first])
                run = asyncio.create_task(stage.feed.run(watcher.deliver))
                await watcher.until(lambda: watcher.touch(first) is not None)
                acting = asyncio.ensure_future(scene(stage, watcher))
                await asyncio.wait([run])
                acting.cancel()
                run.result()

        asyncio.run(play())

    @pytest.mark.parametrize("fault", SEEN)
    def test_f15_a_fault_is_told_and_cured(self, staging: Staging, fault: str) -> None:
        if fault not in self.faults:
            pytest.skip(f"the venue this is played on has no {fault}")

        async def scene(stage: Stage, watcher: Watcher) -> None:
            first = stage.instruments[0]
            told = len(watcher.losses(first))
            async with asyncio.timeout(self.within_s):
                await stage.inject(fault, first)
                await watcher.until(lambda: len(watcher.losses(first)) > told)
            await watcher.until(lambda: watcher.touch(first) == stage.touch(first))
            await self.follows(stage, watcher, first)

        self.played(staging, scene)

    @pytest.mark.parametrize("fault", UNSEEN)
    def test_f15_what_changes_nothing_is_not_told(self, staging: Staging, fault: str) -> None:
        if fault not in self.faults:
            pytest.skip(f"the venue this is played on has no {fault}")

        async def scene(stage: Stage, watcher: Watcher) -> None:
            await stage.inject(fault, stage.instruments[0])
            await self.follows(stage, watcher, stage.instruments[0])
            assert watcher.losses(stage.instruments[0]) == []

        self.played(staging, scene)


def _raising(event: Event) -> None:
    raise ZeroDivisionError


def _rows(update: BookUpdate) -> list[tuple[int, ...]]:
    part = slice(update.first, update.last)
    rows = update.rows
    return list(zip(*(c[part].tolist() for c in (rows.side, rows.ticks, rows.lots)), strict=True))
