"""CcxtFeed over real ccxt, whose session is the test; the faults that need timing are here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from ccxt.base.errors import BadRequest

from graphwiz_trader.adapters.ccxt.exchange import Access, Exchange, exchange_of
from graphwiz_trader.adapters.ccxt.feed import CcxtFeed
from graphwiz_trader.adapters.ccxt.line import Topic
from graphwiz_trader.adapters.ccxt.patience import Patience
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import InvalidOrder, Transient
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event, FeedDown, FeedUp, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos, Venue
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.make import instrument
from tests.unit.adapters.ccxt import binance
from tests.unit.adapters.ccxt.wire import Answer, Session, Socket

BTC = instrument("BTC/USDT@binance", tick="0.01", lot="0.00001")
ETH = instrument("ETH/USDT@binance", tick="0.01", lot="0.00001")
PATIENCE = Patience(retry=Backoff(Nanos(SECOND // 10), SECOND, 3, Nanos(10 * SECOND)))


class Scene:
    """A feed, the clock it goes by, the session it speaks to, and what it delivered."""

    def __init__(self, topics: tuple[Topic, ...]) -> None:
        self.clock = ManualClock(1_700_000_000 * SECOND)
        self.session = Session({"/exchangeInfo": binance.INFO, "/depth": binance.DEPTH})
        session: Any = self.session
        self.exchange: Exchange = exchange_of(Access("binance"), session)
        self.exchange.timeout_on_exit = 0
        self.feed = CcxtFeed(Venue("binance"), self.exchange, self.clock, topics, PATIENCE)
        self.events: list[Event] = []
        self.task: asyncio.Task[None] | None = None
        self.books = {one.id: OrderBook(one) for one in (BTC, ETH)}

    def deliver(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, BookUpdate):
            self.books[event.instrument].apply(event)

    async def settle(self, seconds: float = 0.0) -> None:
        """Let everything happen that can, then move the clock on."""
        for _ in range(20):
            await asyncio.sleep(0)
        await self.clock.advance(int(seconds * SECOND))

    async def acknowledged(self, tail: str, count: int = 1) -> Socket:
        """Wait until ccxt subscribed to *tail* for the *count*th time, and confirm it."""
        for _ in range(200):
            asked = [s for s in self.session.sockets if tail in str(s.sent)]
            if len(asked) >= count:
                break
            await self.settle(0.01)
        socket = asked[-1]
        socket.tell({"result": None, "id": socket.sent[-1]["id"]})
        await self.settle(0.01)
        return socket

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


Play = Callable[[Scene], Awaitable[None]]


def played(
    play: Play,
    topics: tuple[Topic, ...] = (Topic.BOOK,),
    instruments: tuple[Instrument, ...] = (BTC,),
) -> Scene:
    """Run *play* beside a feed of *instruments*; return how the scene ended."""

    async def run() -> Scene:
        scene = Scene(topics)
        scene.feed.subscribe(instruments)
        scene.task = asyncio.create_task(scene.feed.run(scene.deliver))
        try:
            await play(scene)
        finally:
            scene.task.cancel()
            await asyncio.wait([scene.task])
        return scene

    return asyncio.run(run())


@asynccontextmanager
async def synced(scene: Scene) -> AsyncIterator[Socket]:
    """A socket over which the book of BTC is live."""
    socket = await scene.acknowledged("btcusdt@depth")
    socket.tell(binance.diff(100, 101, bids=[["100.00", "4.00000"]]))
    await scene.settle()
    assert scene.books[BTC.id].is_usable
    yield socket


def test_a_book_fetched_over_rest_waits_for_a_change_that_follows_from_it() -> None:
    async def play(scene: Scene) -> None:
        socket = await scene.acknowledged("btcusdt@depth")
        await scene.settle(0.1)
        assert scene.events == []
        socket.tell(binance.diff(100, 101, bids=[["100.00", "4.00000"]]))
        await scene.settle()

    scene = played(play)

    assert scene.kinds()[:2] == ["FeedUp", "BookUpdate"]
    book = scene.books[BTC.id]
    assert (book.bid, book.bid_lots, book.ask) == (10_000, 400_000, 10_010)


def test_a_book_that_nothing_contradicts_is_published_after_a_while() -> None:
    async def play(scene: Scene) -> None:
        await scene.acknowledged("btcusdt@depth")
        await scene.settle(2)

    scene = played(play)

    assert scene.books[BTC.id].bid == 10_000


def test_a_stale_book_is_never_published() -> None:
    async def play(scene: Scene) -> None:
        socket = await scene.acknowledged("btcusdt@depth")
        socket.tell(binance.diff(150, 151, bids=[["100.00", "4.00000"]]))
        await scene.settle()

    scene = played(play)

    assert scene.events == []


def test_each_message_is_delivered_though_nobody_awaits_it() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            for number in range(102, 602):
                socket.tell(binance.diff(number, number, bids=[["99.80", f"{number}.00000"]]))
            await scene.settle()
            for _ in range(100):
                await scene.settle()

    scene = played(play)

    updates = [event for event in scene.events if isinstance(event, BookUpdate)]
    assert [update.last_seq for update in updates] == list(range(101, 602))
    assert scene.books[BTC.id].levels(Side.BUY, 3)[1].tolist() == [400_000, 200_000, 60_100_000]


def test_a_burst_of_trades_is_delivered_whole() -> None:
    async def play(scene: Scene) -> None:
        socket = await scene.acknowledged("btcusdt@trade")
        for number in range(1501):
            socket.tell(binance.trade(number))
        for _ in range(200):
            await scene.settle()

    scene = played(play, (Topic.TRADES,))

    assert sum(isinstance(event, Trade) for event in scene.events) == 1501
    assert scene.feed.tally.lost == 0


def test_a_trade_told_twice_is_delivered_once() -> None:
    async def play(scene: Scene) -> None:
        socket = await scene.acknowledged("btcusdt@trade")
        socket.tell(binance.trade(7))
        socket.tell(binance.trade(7))
        await scene.settle()

    scene = played(play, (Topic.TRADES,))

    assert sum(isinstance(event, Trade) for event in scene.events) == 1
    assert scene.feed.tally.repeated == 1


def test_published_rows_do_not_change_with_ccxts_book() -> None:
    seen: list[list[int]] = []

    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            first = next(e for e in scene.events if isinstance(e, BookUpdate))
            seen.append(first.rows.lots.tolist())
            socket.tell(binance.diff(102, 102, bids=[["100.00", "9.00000"]]))
            await scene.settle()
            seen.append(first.rows.lots.tolist())

    played(play)

    assert seen[0] == seen[1]


def test_a_limit_is_never_passed_and_the_snapshot_is_deep() -> None:
    async def play(scene: Scene) -> None:
        await scene.acknowledged("btcusdt@depth")

    scene = played(play)

    (asked,) = [url for url in scene.session.asked if "/depth" in url]
    assert "limit=1000" in asked


def test_a_gap_makes_the_book_unusable_and_begins_an_epoch() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            scene.session.answers["/depth"] = {**binance.DEPTH, "lastUpdateId": 200}
            socket.tell(binance.diff(110, 111, bids=[["99.00", "1.00000"]]))
            await scene.settle(0.5)
            again = scene.session.sockets[-1]
            again.tell({"result": None, "id": again.sent[-1]["id"]})
            await scene.settle(0.1)
            again.tell(binance.diff(201, 202, asks=[["100.15", "1.00000"]]))
            await scene.settle()

    scene = played(play)

    assert scene.kinds() == ["FeedUp", "BookUpdate", "FeedDown", "FeedUp", "BookUpdate"]
    last = scene.events[-1]
    assert isinstance(last, BookUpdate)
    assert (last.snapshot, last.last_seq) == (True, 202)


@pytest.mark.parametrize(
    "frame",
    ['{"e":"depthUpdate","s":"BTCUSDT","U":102', '{"e":"eventStreamTerminated","E":1}', "[}"],
    ids=["truncated", "stream terminated", "garbage"],
)
def test_a_frame_that_kills_ccxts_loop_replaces_the_connection(frame: str) -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            socket.tell(frame)
            await scene.settle(0.2)
            assert scene.kinds()[-1] == "FeedDown"
            assert socket.closed
            again = await scene.acknowledged("btcusdt@depth", count=2)
            assert again is not socket
            again.tell(binance.diff(100, 101))
            await scene.settle()

    scene = played(play)

    assert scene.kinds()[-2:] == ["FeedUp", "BookUpdate"]
    assert scene.feed.tally.replaced == 1


def test_an_error_without_a_name_is_no_verdict_on_what_is_being_asked_for() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            socket.tell(binance.diff(110, 111))
            await scene.settle(0.5)
            (client,) = scene.exchange.clients.values()
            client.reject(BadRequest("Invalid request"))
            again = await scene.acknowledged("btcusdt@depth", count=2)
            again.tell(binance.diff(100, 101))
            await scene.settle()

    scene = played(play)

    assert scene.kinds() == ["FeedUp", "BookUpdate", "FeedDown", "FeedUp", "BookUpdate"]


def test_a_silent_peer_is_noticed_by_our_own_timer() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            await scene.settle(PATIENCE.stale / SECOND + 3)
            assert socket.closed

    scene = played(play)

    down = next(e for e in scene.events if isinstance(e, FeedDown))
    assert down.reason.startswith("no frame for")


def test_a_book_that_stands_still_is_subscribed_to_again_on_the_same_connection() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            for _ in range(31):
                socket.tell({"result": None, "id": 0})
                await scene.settle(1)
            assert socket.sent[-1]["method"] == "UNSUBSCRIBE"
            socket.tell({"result": None, "id": socket.sent[-1]["id"]})
            await scene.settle(0.5)
            assert socket.sent[-1]["method"] == "SUBSCRIBE"
            socket.tell({"result": None, "id": socket.sent[-1]["id"]})
            await scene.settle(0.1)
            socket.tell(binance.diff(100, 101))
            await scene.settle()

    scene = played(play)

    assert scene.kinds() == ["FeedUp", "BookUpdate", "FeedDown", "FeedUp", "BookUpdate"]
    assert scene.feed.tally.replaced == 0


def test_trades_that_do_not_come_are_asked_for_anew_ever_less_often() -> None:
    times: list[int] = []

    async def play(scene: Scene) -> None:
        book = await scene.acknowledged("btcusdt@depth")
        trades = await scene.acknowledged("btcusdt@trade")
        number, seen = 100, 0
        for second in range(330):
            book.tell(binance.diff(number, number + 1))
            number += 2
            trades.tell({"result": None, "id": 0})
            for sent in trades.sent[seen:]:
                trades.tell({"result": None, "id": sent["id"]})
                if sent["method"] == "UNSUBSCRIBE":
                    times.append(second)
            seen = len(trades.sent)
            await scene.settle(1)
        assert trades.sent[-1]["method"] == "SUBSCRIBE"
        assert trades.sent[-1]["params"] == ["btcusdt@trade"]

    scene = played(play, (Topic.BOOK, Topic.TRADES))

    assert [round(second, -1) for second in times] == [60, 180]
    assert scene.books[BTC.id].is_usable
    assert not [event for event in scene.events if isinstance(event, BookGap | FeedDown)]


def test_a_subscription_that_is_never_answered_replaces_the_connection() -> None:
    async def play(scene: Scene) -> None:
        await scene.settle(1)
        first = scene.session.sockets[-1]
        for _ in range(10):
            first.tell({"result": None, "id": 0})
            await scene.settle(1)
        assert first.closed
        await scene.acknowledged("btcusdt@depth", count=2)
        await scene.settle(2)

    scene = played(play)

    assert scene.books[BTC.id].is_usable


def test_a_closed_connection_is_opened_again() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            socket.hang_up()
            await scene.settle(0.2)
            again = await scene.acknowledged("btcusdt@depth", count=2)
            again.tell(binance.diff(100, 101))
            await scene.settle()

    scene = played(play)

    assert scene.kinds() == ["FeedUp", "BookUpdate", "FeedDown", "FeedUp", "BookUpdate"]


def test_the_loss_of_one_connection_leaves_the_other_book_alone() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            other = await scene.acknowledged("ethusdt@depth")
            other.tell(binance.diff(100, 101, symbol="ETHUSDT"))
            await scene.settle()
            socket.hang_up()
            await scene.settle(0.05)
            other.tell(binance.diff(102, 102, bids=[["99.00", "1.00000"]], symbol="ETHUSDT"))
            await scene.settle()

    scene = played(play, instruments=(BTC, ETH))

    gaps = [e for e in scene.events if isinstance(e, BookGap | FeedDown)]
    assert [getattr(gap, "instrument", None) for gap in gaps] == [BTC.id]
    last = scene.events[-1]
    assert isinstance(last, BookUpdate)
    assert (last.instrument, last.snapshot) == (ETH.id, False)


def test_a_crossed_book_is_not_published() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            socket.tell(binance.diff(102, 102, bids=[["101.00", "1.00000"]]))
            await scene.settle()

    scene = played(play)

    assert scene.kinds() == ["FeedUp", "BookUpdate", "FeedDown"]
    assert scene.feed.tally.refused == 1


@pytest.mark.parametrize("price", ["100.005", "nan", "-1.00", "1e300"])
def test_a_price_that_makes_no_sense_is_not_published(price: str) -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            socket.tell(binance.diff(102, 102, bids=[[price, "1.00000"]]))
            await scene.settle()

    scene = played(play)

    assert scene.kinds() == ["FeedUp", "BookUpdate", "FeedDown"]


def test_nothing_comes_after_unsubscribing() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene) as socket:
            scene.feed.unsubscribe([BTC.id, InstrumentId("NO/SUCH@binance")])
            socket.tell(binance.diff(102, 102, bids=[["99.00", "1.00000"]]))
            await scene.settle(1)
            assert socket.sent[-1]["method"] == "UNSUBSCRIBE"

    scene = played(play)

    assert scene.kinds() == ["FeedUp", "BookUpdate"]


def test_the_touch_alone_comes_from_book_tickers() -> None:
    async def play(scene: Scene) -> None:
        socket = await scene.acknowledged("btcusdt@bookTicker")
        quote = {"u": 5, "s": "BTCUSDT", "b": "99.50", "B": "1.0", "a": "99.60", "A": "2.0"}
        socket.tell(quote)
        socket.tell({**quote, "u": 6, "b": "99.55"})
        await scene.settle()

    scene = played(play, (Topic.TOUCH,))

    assert scene.kinds() == ["FeedUp", "BookUpdate", "BookUpdate"]
    assert scene.books[BTC.id].touch == (9_955, 9_960)


def test_a_symbol_the_venue_has_not_ends_the_feed_at_once() -> None:
    none = instrument("NO/SUCH@binance")

    async def play(scene: Scene) -> None:
        await scene.settle(1)
        assert scene.task is not None
        with pytest.raises(InvalidOrder):
            await scene.task

    played(play, instruments=(none,))


def test_a_venue_that_stays_away_ends_the_feed_once_the_budget_is_spent() -> None:
    async def play(scene: Scene) -> None:
        scene.session.answers["/exchangeInfo"] = Answer("down", 503)
        for _ in range(20):
            await scene.settle(1)
        assert scene.task is not None
        with pytest.raises(Transient, match="gave up after 4 attempts"):
            await scene.task

    played(play)


def test_a_feed_that_gave_up_can_be_run_again() -> None:
    async def play(scene: Scene) -> None:
        held = scene.session.answers.pop("/exchangeInfo")
        for _ in range(20):
            await scene.settle(1)
        assert scene.task is not None
        with pytest.raises(Transient):
            await scene.task
        scene.session.answers["/exchangeInfo"] = held
        # ccxt lets go of a session that was given to it; one of its own it would open again.
        reopened: Any = scene.exchange
        reopened.session = scene.session
        scene.task = asyncio.create_task(scene.feed.run(scene.deliver))
        async with synced(scene):
            pass

    scene = played(play)

    assert scene.kinds() == ["FeedUp", "BookUpdate"]


def test_what_deliver_raises_comes_out_of_run() -> None:
    async def run() -> None:
        scene = Scene((Topic.BOOK,))
        scene.feed.subscribe([BTC])

        def refuse(event: Event) -> None:
            raise ZeroDivisionError

        task = asyncio.create_task(scene.feed.run(refuse))
        socket = await scene.acknowledged("btcusdt@depth")
        socket.tell(binance.diff(100, 101))
        await scene.settle()
        await task

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())


def test_pings_go_out_often_enough_for_the_stale_timer() -> None:
    scene = played(lambda scene: scene.settle(0.1))

    assert scene.exchange.streaming["keepAlive"] == PATIENCE.stale // (3 * MILLISECOND)


def test_receipt_times_are_the_clocks_and_venue_times_the_venues() -> None:
    async def play(scene: Scene) -> None:
        async with synced(scene):
            pass

    scene = played(play)

    update = next(e for e in scene.events if isinstance(e, BookUpdate))
    assert update.ts == Nanos(scene.clock.now())
    assert update.ts_venue == (1_700_000_000_000 + 101) * MILLISECOND
    assert isinstance(scene.events[0], FeedUp)
    assert BTC.tick_size == Decimal("0.01")
