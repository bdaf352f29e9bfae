"""The scripted feed, against the promises of every market feed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import DomainError, Transient
from graphwiz_trader.domain.events import BookGap, BookUpdate, FeedDown, FeedUp, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.feed import ScriptedFeed
from tests.contracts.feed import FAULTS, UNSEEN, MarketFeedContract, Stage, Staging, Touch

ONE, TWO = make.instrument("BTC/USDT@alpha"), make.instrument("ETH/USDT@alpha")


class ScriptedStage:
    """A venue in memory: it moves one level up and down, and confesses every fault."""

    def __init__(self) -> None:
        self.instruments = (ONE, TWO)
        self.clock = ManualClock(int(make.START))
        self.feed = ScriptedFeed(ONE.venue, self.clock)
        self.books = {one.id: OrderBook(one) for one in self.instruments}
        self.moves = 0
        for one in self.instruments:
            self.books[one.id].apply(self._snapshot(one))

    async def life(self) -> None:
        """Begin each book that is subscribed to and has not begun; never returns."""
        begun: dict[InstrumentId, Instrument] = {}
        while True:
            await asyncio.sleep(0)
            wanted = {name: self.feed.rules(name) for name in self.feed.subscribed}
            for name, rules in wanted.items():
                if begun.get(name) != rules and self.feed.is_up:
                    begun[name] = rules
                    self.feed.say(self._snapshot(rules))
            begun = {name: rules for name, rules in begun.items() if name in wanted}

    def _snapshot(self, one: Instrument) -> BookUpdate:
        qty = str(1 + self.moves)
        return make.book_update(one, [("100.0", qty)], [("100.1", "2")], self.clock.now())

    async def move(self, instrument: Instrument) -> None:
        self.moves += 1
        await self.clock.advance(1)
        self.books[instrument.id].apply(self._change(instrument))
        if instrument.id in self.feed.subscribed:
            self.feed.say(self._change(self.feed.rules(instrument.id)))

    def _change(self, one: Instrument) -> BookUpdate:
        best = [("100.0", str(1 + self.moves))]
        return make.book_update(one, best, ts=self.clock.now(), snapshot=False)

    async def trade(self, instrument: Instrument) -> Trade:
        now = self.clock.now()
        trade = Trade(now, now, instrument.id, Side.SELL, Ticks(1000), Lots(7))
        self.feed.say(trade)
        return trade

    def touch(self, instrument: Instrument) -> Touch:
        book = self.books[instrument.id]
        return book.bid, book.bid_lots, book.ask, book.ask_lots

    async def inject(self, fault: str, instrument: Instrument) -> None:
        if fault in UNSEEN:
            return
        now = self.clock.now()
        if fault in ("closed", "aborted", "silent"):
            self.feed.say(FeedDown(now, instrument.venue, fault))
            self.feed.say(FeedUp(now, instrument.venue))
        else:
            self.feed.say(BookGap(now, instrument.id, fault))
        snapshot = self._snapshot(instrument)
        self.books[instrument.id].apply(snapshot)
        self.feed.say(snapshot)

    async def leave(self) -> None:
        self.feed.say(FeedDown(self.clock.now(), ONE.venue, "gone"))
        self.feed.fail(Transient("gone for good"))


@asynccontextmanager
async def scripted() -> AsyncIterator[Stage]:
    stage = ScriptedStage()
    life = asyncio.create_task(stage.life())
    try:
        yield stage
    finally:
        life.cancel()


class TestScriptedFeed(MarketFeedContract):
    faults = FAULTS

    @pytest.fixture
    def staging(self) -> Staging:
        def stage() -> AbstractAsyncContextManager[Stage]:
            return scripted()

        return stage

    @pytest.mark.parametrize(
        ("event", "why"),
        [
            (make.book_update(ONE, snapshot=False), "before any snapshot"),
            (Trade(Nanos(1), Nanos(1), ONE.id, Side.BUY, Ticks(1), Lots(1)), "is down"),
        ],
    )
    def test_a_script_that_breaks_a_promise_is_refused(
        self, event: BookUpdate | Trade, why: str
    ) -> None:
        async def play() -> None:
            feed = ScriptedFeed(ONE.venue, ManualClock())
            feed.subscribe([ONE])
            run = asyncio.create_task(feed.run(lambda _: None))
            await asyncio.sleep(0)
            if why == "is down":
                feed.say(FeedDown(Nanos(1), ONE.venue, "gone"))
            try:
                feed.say(event)
            finally:
                run.cancel()

        with pytest.raises(DomainError, match=why):
            asyncio.run(play())
