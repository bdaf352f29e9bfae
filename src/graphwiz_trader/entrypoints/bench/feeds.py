"""Feeds: what a frame costs on its way to a signal, in process and over a real socket."""

import asyncio
import json
import multiprocessing
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from statistics import median
from time import perf_counter, process_time
from typing import TypeVar

import uvloop

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.direct.binance_depth import DepthParser
from graphwiz_trader.adapters.direct.binance_feed import SPOT, BinanceDialect, symbol
from graphwiz_trader.adapters.direct.feed import DirectFeed
from graphwiz_trader.adapters.direct.picows_transport import PicowsTransport
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, Event
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.bench.ccxt_peer import ccxt_flood, ccxt_us
from graphwiz_trader.entrypoints.bench.flood import SNAPSHOT_SEQ, numbered, serve
from graphwiz_trader.entrypoints.bench.frames import generated_frames
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT
from graphwiz_trader.entrypoints.bench.row import Row, seconds

FRAMES = 20_000
FLOOD = 50_000
ROUNDS = 3
LEVELS = 5
PATIENCE_S = 60.0

T = TypeVar("T")


def feed_rows() -> list[Row]:
    """Return what parsing and following a book cost, alone and in a flood."""
    return [*_in_process(), *_flood()]


def _in_process() -> list[Row]:
    begin, frames = generated_frames(FRAMES)
    parser = DepthParser(INSTRUMENT, symbol(INSTRUMENT))
    book = OrderBook(INSTRUMENT)
    book.apply(begin)
    texts = [text for _, text in frames]

    def parse() -> None:
        for text in texts:
            parser.parse(text, Nanos(1))

    def signal() -> None:
        for text in texts:
            book.apply(parser.parse(text, Nanos(1)))
            book.imbalance(LEVELS)

    each = 1e6 / len(texts)
    ours = seconds(signal) * each
    theirs = ccxt_us(begin, texts)
    return [
        Row("parse, 7.5 levels", seconds(parse) * each, "µs", None, "lower"),
        Row(
            "parse with json and Decimal",
            seconds(lambda: _plain(texts)) * each,
            "µs",
            None,
            "lower",
        ),
        Row(
            "frame to signal, 7.5 levels",
            ours,
            "µs",
            2.0,
            "lower",
            "cryptofeed 16",
        ),
        Row("ccxt.pro on the same frames, no signal", theirs, "µs", None, "lower"),
        Row("frame to signal, times as fast as ccxt.pro", theirs / ours, "×", 10.0, "higher"),
    ]


def _plain(texts: Sequence[bytes]) -> None:
    for text in texts:
        body = json.loads(text)
        for side in (body["b"], body["a"]):
            for price, qty in side:
                Decimal(price), Decimal(qty)


class Follower:
    """Keeps the book a feed tells of, and looks at it after each update."""

    def __init__(self) -> None:
        self.book = OrderBook(INSTRUMENT)
        self.updates = 0
        self.last_seq = 0
        self.signal = 0.0
        self._told = asyncio.Event()
        self._until = -1

    def deliver(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, BookUpdate):
            self.book.apply(event)
            self.signal = self.book.imbalance(LEVELS)
            self.updates += not event.snapshot
            self.last_seq = event.last_seq
            if event.last_seq >= self._until:
                self._told.set()

    async def reach(self, seq: int) -> None:
        """Wait for the update *seq*."""
        self._until = seq
        self._told.clear()
        if self.last_seq < seq:
            async with asyncio.timeout(PATIENCE_S):
                await self._told.wait()


async def _followed(port: int, tell: Callable[[str], None]) -> tuple[float, float, int]:
    """Follow the venue at *port*; return wall and CPU seconds, and updates delivered."""
    market = evolve(
        SPOT,
        stream_url=f"ws://127.0.0.1:{port}/stream",
        depth_url=f"http://127.0.0.1:{port}/depth",
    )
    dialect = BinanceDialect(INSTRUMENT.venue, market)
    feed = DirectFeed(dialect, SystemClock(), PicowsTransport())
    feed.subscribe([INSTRUMENT])
    follower = Follower()
    run = asyncio.create_task(feed.run(follower.deliver))
    await follower.reach(SNAPSHOT_SEQ + 1)
    began, began_cpu = perf_counter(), process_time()
    tell("go")
    await follower.reach(SNAPSHOT_SEQ + FLOOD)
    wall, cpu = perf_counter() - began, process_time() - began_cpu
    run.cancel()
    await asyncio.wait([run])
    return wall, cpu, follower.updates


def _flood() -> list[Row]:
    """Measure both by turns, with the same frames; a busy machine slows both."""
    frames = numbered(FLOOD)
    walls, ours, theirs, books = [], [], [], []
    for _ in range(ROUNDS):
        wall, cpu, updates = _flooded(frames, _followed)
        if updates != FLOOD:
            raise DataError(f"{updates} updates were delivered of {FLOOD}")
        peer, handed = _flooded(frames, _followed_by_ccxt)
        walls.append(FLOOD / wall)
        ours.append(FLOOD / cpu)
        theirs.append(FLOOD / peer)
        books.append(handed)
    ratio = median(mine / peers for mine, peers in zip(ours, theirs, strict=True))
    return [
        Row("flood, socket to signal, per core", median(ours), "msg/s", 150_000.0, "higher"),
        Row("messages by the wall clock (headline)", median(walls), "msg/s", 1_000.0, "higher"),
        Row("ccxt.pro in the same flood, per core", median(theirs), "msg/s", None, "higher"),
        Row(f"books it handed over, of {FLOOD:,}", median(books), "books", None, "higher"),
        Row("flood, times as fast as ccxt.pro", ratio, "×", 7.0, "higher"),
    ]


def _flooded(
    frames: tuple[bytes, list[bytes]],
    follow: "Callable[[int, Callable[[str], None]], Awaitable[T]]",
) -> T:
    """Let a venue in a process of its own send all *frames* at once to whoever *follow*s it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    venue = context.Process(target=serve, args=(theirs, *frames), daemon=True)
    venue.start()
    port = ours.recv()
    found: T = uvloop.run(_awaited(follow(port, ours.send)))
    ours.send("end")
    venue.join()
    return found


async def _awaited(found: Awaitable[T]) -> T:
    return await found


async def _followed_by_ccxt(port: int, tell: Callable[[str], None]) -> tuple[float, int]:
    return await ccxt_flood(port, tell, SNAPSHOT_SEQ + FLOOD)
