import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from graphwiz_trader.application.listen import Source
from graphwiz_trader.application.record import Record, Recorded, RecordSettings
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import ConfigError, DataError, Transient, VenueDown
from graphwiz_trader.domain.events import BookGap, BookUpdate, FeedDown, FeedUp, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import SECOND, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing.catalog import WrittenCatalog
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.feed import ScriptedFeed
from graphwiz_trader.testing.make import book_update, instrument
from graphwiz_trader.testing.tape import MemoryTapes

BTC = instrument("BTC/USDT@alpha")
ETH = instrument("ETH/USDT@beta")
START = 1000 * SECOND


class Studio:
    """A recording of BTC at alpha and ETH at beta, and the venues that a test lets speak."""

    def __init__(self, until_s: int | None = None, segment_s: int = 60) -> None:
        self.clock = ManualClock(START)
        self.tapes = MemoryTapes()
        self.free = 100
        self.told: list[int] = []
        self.is_stopped = False
        until = None if until_s is None else Nanos(START + until_s * SECOND)
        settings = RecordSettings("out", Nanos(segment_s * SECOND), until, 50)
        self.record = Record(self.tapes, self.clock, lambda: self.free, settings)
        self.alpha, self.beta = (ScriptedFeed(one.venue, self.clock) for one in (BTC, ETH))
        self.sources: tuple[Source, ...] = (
            self.source(self.alpha, BTC),
            self.source(self.beta, ETH),
        )

    def source(self, feed: ScriptedFeed, one: Instrument) -> Source:
        return Source(feed, WrittenCatalog(one.venue, [one]), (one.symbol,))

    def book(self, feed: ScriptedFeed, one: Instrument, price: str, *, snapshot: bool) -> None:
        feed.say(book_update(one, [(price, "1")], ts=self.clock.now(), snapshot=snapshot))

    def tape(self, made: Recorded) -> Tape:
        return self.tapes.open(made.name)


Play = Callable[[Studio], Awaitable[None]]


def recorded(studio: Studio, play: Play) -> tuple[Recorded, ...]:
    """Record while *play* goes on; what recording raises comes out."""

    async def run() -> tuple[Recorded, ...]:
        task = asyncio.create_task(
            studio.record.run(
                studio.sources, lambda _, n: studio.told.append(n), lambda: studio.is_stopped
            )
        )
        await studio.clock.advance(0)
        await play(studio)
        return await task

    return asyncio.run(run())


async def a_minute(studio: Studio) -> None:
    """Both venues speak, and 70 seconds pass."""
    studio.book(studio.alpha, BTC, "100.0", snapshot=True)
    studio.book(studio.beta, ETH, "10.0", snapshot=True)
    studio.book(studio.alpha, BTC, "100.1", snapshot=False)
    now = studio.clock.now()
    studio.alpha.say(Trade(now, now, BTC.id, Side.BUY, Ticks(1001), Lots(5)))
    await studio.clock.advance(70 * SECOND)


def test_each_venue_has_a_tape_of_what_it_told() -> None:
    studio = Studio(until_s=60, segment_s=600)

    made = recorded(studio, a_minute)

    assert {each.name: each.header.messages for each in made} == {
        "out/alpha-1000.tape": 3,
        "out/beta-1000.tape": 1,
    }
    events = [studio.tape(made[0]).event(i) for i in range(3)]
    assert [type(event) for event in events] == [BookUpdate, BookUpdate, Trade]


def test_progress_hears_how_many_messages_came() -> None:
    studio = Studio(until_s=60, segment_s=600)

    recorded(studio, a_minute)

    assert studio.told[-1] == 4


def test_a_new_segment_begins_with_the_whole_book() -> None:
    studio = Studio(until_s=60, segment_s=30)

    made = recorded(studio, a_minute)

    later = studio.tape(next(each for each in made if each.name == "out/alpha-1030.tape"))
    first = later.event(0)
    assert isinstance(first, BookUpdate)
    book = OrderBook(BTC)
    book.apply(first)
    assert (first.snapshot, book.bid, book.count(Side.BUY)) == (True, 1001, 2)


def test_new_rules_begin_a_tape_that_knows_them() -> None:
    """They come in the second in which the segment is full, an hour after the beginning."""
    coarser = evolve(BTC, tick_size=Decimal(1))
    studio = Studio(until_s=3_700, segment_s=3_600)
    catalog = WrittenCatalog(BTC.venue, [BTC])
    studio.sources = (Source(studio.alpha, catalog, (BTC.symbol,)),)

    async def play(studio: Studio) -> None:
        studio.book(studio.alpha, BTC, "100.0", snapshot=True)
        catalog.instruments[:] = [coarser]
        await studio.clock.advance(3_610 * SECOND)
        studio.book(studio.alpha, coarser, "100", snapshot=True)
        await studio.clock.advance(100 * SECOND)

    made = recorded(studio, play)

    assert [studio.tape(one).instruments for one in made] == [(BTC,), (coarser,)]
    assert studio.alpha.subscribed == (BTC.id,)


def test_a_book_that_is_not_synced_does_not_begin_a_segment() -> None:
    async def play(studio: Studio) -> None:
        studio.book(studio.alpha, BTC, "100.0", snapshot=True)
        studio.alpha.say(BookGap(studio.clock.now(), BTC.id, "lost"))
        await studio.clock.advance(70 * SECOND)

    made = recorded(Studio(until_s=60, segment_s=30), play)

    assert [each.name for each in made] == ["out/alpha-1000.tape"]
    assert made[0].header.gaps == 1


def test_a_venue_that_gives_up_is_counted_and_tried_again() -> None:
    async def play(studio: Studio) -> None:
        studio.book(studio.alpha, BTC, "100.0", snapshot=True)
        studio.alpha.fail(Transient("gone"))
        studio.book(studio.beta, ETH, "10.0", snapshot=True)
        await studio.clock.advance(5 * SECOND)
        studio.book(studio.alpha, BTC, "101.0", snapshot=True)
        await studio.clock.advance(70 * SECOND)

    made = recorded(Studio(until_s=60, segment_s=600), play)

    assert [(each.header.messages, each.header.gaps) for each in made] == [(2, 1), (1, 0)]


def test_a_feed_that_is_down_counts_as_a_gap() -> None:
    async def play(studio: Studio) -> None:
        studio.book(studio.alpha, BTC, "100.0", snapshot=True)
        studio.alpha.say(FeedDown(studio.clock.now(), BTC.venue, "gone"))
        studio.alpha.say(FeedUp(studio.clock.now(), BTC.venue))
        await studio.clock.advance(70 * SECOND)

    made = recorded(Studio(until_s=60, segment_s=600), play)

    assert made[0].header.gaps == 1


def test_a_loss_that_is_told_twice_is_one_gap() -> None:
    async def play(studio: Studio) -> None:
        studio.book(studio.alpha, BTC, "100.0", snapshot=True)
        studio.alpha.say(BookGap(studio.clock.now(), BTC.id, "lost"))
        studio.alpha.say(FeedDown(studio.clock.now(), BTC.venue, "gone"))
        studio.alpha.fail(Transient("gone for good"))
        await studio.clock.advance(70 * SECOND)

    made = recorded(Studio(until_s=60, segment_s=600), play)

    assert made[0].header.gaps == 1


def test_a_disk_that_fills_up_ends_it_and_keeps_what_is_there() -> None:
    async def play(studio: Studio) -> None:
        await a_minute(studio)
        studio.free = 49
        await studio.clock.advance(2 * SECOND)

    studio = Studio(segment_s=600)

    with pytest.raises(DataError, match="found 49 bytes free, expected at least 50"):
        recorded(studio, play)
    assert [each.header.messages for each in studio.record.made] == [3, 1]


def test_who_stops_it_gets_what_is_there() -> None:
    async def play(studio: Studio) -> None:
        await a_minute(studio)
        studio.is_stopped = True
        await studio.clock.advance(2 * SECOND)

    made = recorded(Studio(segment_s=600), play)

    assert [each.header.messages for each in made] == [3, 1]


def test_canceling_keeps_what_is_there() -> None:
    studio = Studio(segment_s=30)

    async def run() -> None:
        recording = studio.record.run(studio.sources, lambda _, __: None, lambda: False)
        task = asyncio.create_task(recording)
        await studio.clock.advance(0)
        await a_minute(studio)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(run())

    assert sum(each.header.messages for each in studio.record.made) > 4


def test_a_venue_that_cannot_be_asked_is_asked_again() -> None:
    catalog = WrittenCatalog(BTC.venue, [BTC])
    catalog.error = VenueDown("maintenance")
    studio = Studio(until_s=60, segment_s=600)
    studio.sources = (Source(studio.alpha, catalog, (BTC.symbol,)),)

    async def play(studio: Studio) -> None:
        await studio.clock.advance(SECOND)
        studio.book(studio.alpha, BTC, "100.0", snapshot=True)
        await studio.clock.advance(70 * SECOND)

    made = recorded(studio, play)

    assert (catalog.loads, made[0].header.messages) == (2, 1)


def test_a_symbol_the_venue_has_not_is_named() -> None:
    studio = Studio(until_s=60)
    unknown = Source(studio.alpha, WrittenCatalog(BTC.venue, [BTC]), ("BTC/USDT", "NO/SUCH"))
    studio.sources = (unknown,)

    async def nothing(studio: Studio) -> None: ...

    with pytest.raises(ConfigError, match=r"exchanges\.alpha\.symbols: found NO/SUCH"):
        recorded(studio, nothing)
