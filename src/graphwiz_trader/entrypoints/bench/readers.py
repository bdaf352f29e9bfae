"""
Readers: what following four venues of twenty instruments each costs, in memory and in CPU.

Venues and reader are processes of their own; the venues send 2,000 diffs a second together, at an
even pace, and the reader keeps every book and looks at it after each.
"""

import asyncio
import json
import multiprocessing
import re
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from time import process_time

import numpy as np
import uvloop
from aiohttp import web

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.direct.binance_feed import SPOT, BinanceDialect
from graphwiz_trader.adapters.direct.feed import DirectFeed
from graphwiz_trader.adapters.direct.picows_transport import PicowsTransport
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, Asset, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.entrypoints.bench.flood import numbered
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT
from graphwiz_trader.entrypoints.bench.row import Row

VENUES, INSTRUMENTS, RATE = 4, 20, 2_000
LEVELS = 5
TURN_S = 0.01
SECONDS, LOOKS = 12.0, 6
STARTED_S = 60.0
"""A machine without compiled kernels takes so long to begin."""


def reader_rows() -> list[Row]:
    """Return memory, CPU and delay of a reader of 80 books."""
    told = _told()
    return [
        Row("reader of 4 × 20 books, memory", told.resident_mb[-1], "MB", 400.0, "lower"),
        Row("the same, grown in its last half", told.growth_mb, "MB", 8.0, "lower"),
        Row("the same, CPU of a core", 100 * told.cpu, "%", 50.0, "lower"),
        Row("the same, messages", told.rate, "msg/s", None, "higher"),
        Row("market data to signal, p99 (headline)", told.delay_ms, "ms", 1.0, "lower"),
    ]


@value
class Told:
    """What a reader saw of itself; `cpu` is the part of one core that it used."""

    resident_mb: tuple[float, ...]
    cpu: float
    rate: float
    delay_ms: float

    @property
    def growth_mb(self) -> float:
        """How much more it held at the end than half-way."""
        return self.resident_mb[-1] - self.resident_mb[len(self.resident_mb) // 2]


def _told() -> Told:
    context = multiprocessing.get_context("spawn")
    venue_end, near = context.Pipe()
    reader_end, far = context.Pipe()
    count = int(RATE / VENUES / INSTRUMENTS * (SECONDS + STARTED_S))
    venue = context.Process(target=_venues, args=(near, *numbered(count)), daemon=True)
    venue.start()
    reader = context.Process(target=_reader, args=(far, venue_end.recv()), daemon=True)
    reader.start()
    try:
        if not reader_end.poll(SECONDS + STARTED_S):
            raise DataError(f"the reader told nothing within {SECONDS + STARTED_S} s")
        told: Told = reader_end.recv()
        return told
    finally:
        for process in (reader, venue):
            process.terminate()
            process.join()


def _symbol(number: int) -> str:
    return f"C{number:02}USDT"


def _venues(told: Connection, snapshot: bytes, diffs: Sequence[bytes]) -> None:
    """Serve snapshots and diffs of any instrument that is asked for; never returns."""

    async def depth(request: web.Request) -> web.Response:
        del request
        return web.Response(body=snapshot, content_type="application/json")

    async def stream(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        asked = json.loads((await socket.receive()).data)
        names = sorted({name.partition("@")[0].upper() for name in asked["params"]})
        await socket.send_str(json.dumps({"result": None, "id": asked["id"]}))
        with suppress(ConnectionError):  # the reader has seen enough
            await _sent(socket, names, diffs)
        return socket

    async def serve() -> None:
        app = web.Application()
        app.add_routes([web.get("/stream", stream), web.get("/depth", depth)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        told.send(runner.addresses[0][1])
        await asyncio.get_running_loop().create_future()

    uvloop.run(serve())


async def _sent(
    socket: web.WebSocketResponse, names: Sequence[str], diffs: Sequence[bytes]
) -> None:
    """Send the diffs of every instrument by turns, as many a second as its share is."""
    loop = asyncio.get_running_loop()
    old = INSTRUMENT.base.encode() + INSTRUMENT.quote.encode()
    frames = (
        diff.replace(old.lower(), name.lower().encode()).replace(old, name.encode()).decode()
        for diff in diffs
        for name in names
    )
    began = loop.time()
    for sent, frame in enumerate(frames, 1):
        await socket.send_str(frame)
        ahead = sent * VENUES / RATE - (loop.time() - began)
        if ahead > TURN_S:
            await asyncio.sleep(ahead)


class _Reader:
    def __init__(self, instruments: Sequence[Instrument], clock: SystemClock) -> None:
        self.books = {one.id: OrderBook(one) for one in instruments}
        self.messages = 0
        self.delays = np.zeros(int(2 * RATE * (SECONDS + STARTED_S)), np.int64)
        self._clock = clock

    def deliver(self, event: Event) -> None:
        if isinstance(event, BookUpdate):
            book = self.books[event.instrument]
            book.apply(event)
            book.imbalance(LEVELS)
            self.delays[self.messages % len(self.delays)] = self._clock.now() - event.ts
            self.messages += 1


def _reader(told: Connection, port: int) -> None:
    told.send(uvloop.run(_read(port)))


async def _read(port: int) -> Told:
    clock = SystemClock()
    market = evolve(
        SPOT,
        stream_url=f"ws://127.0.0.1:{port}/stream",
        depth_url=f"http://127.0.0.1:{port}/depth",
    )
    venues = [Venue(f"venue{number}") for number in range(VENUES)]
    instruments = [_instrument(k, venue) for venue in venues for k in range(INSTRUMENTS)]
    reader = _Reader(instruments, clock)
    async with asyncio.TaskGroup() as group:
        running = []
        for venue in venues:
            feed = DirectFeed(BinanceDialect(venue, market), clock, PicowsTransport())
            feed.subscribe(one for one in instruments if one.venue == venue)
            running.append(group.create_task(feed.run(reader.deliver)))
        while not all(book.is_usable for book in reader.books.values()):
            await clock.sleep_until(Nanos(clock.now() + MILLISECOND))
        found = await _measured(reader, clock)
        for task in running:
            task.cancel()
    return found


async def _measured(reader: _Reader, clock: SystemClock) -> Told:
    first, began, cpu = reader.messages, clock.now(), process_time()
    resident = []
    for look in range(1, LOOKS + 1):
        await clock.sleep_until(Nanos(began + int(look * SECONDS / LOOKS * 1e9)))
        resident.append(_resident_mb())
    took = (clock.now() - began) / 1e9
    count = reader.messages
    if not all(book.is_usable for book in reader.books.values()):
        raise DataError("not every book was usable to the end")
    late = float(np.percentile(reader.delays[first:count], 99)) / MILLISECOND
    return Told(tuple(resident), (process_time() - cpu) / took, (count - first) / took, late)


def _instrument(number: int, venue: Venue) -> Instrument:
    base = Asset(_symbol(number).removesuffix("USDT"))
    return evolve(INSTRUMENT, id=InstrumentId(f"{base}/USDT@{venue}"), base=base)


def _resident_mb() -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
