"""A venue that a test plays: it keeps books, speaks one tongue, and misbehaves when told to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol, TypeAlias

from aiohttp import WSCloseCode, WSMsgType, web

from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value
from tests.contracts.feed import BAD_PRICES, Touch

Row: TypeAlias = tuple[int, int, int]
"""Side, ticks, lots."""

START_MS = 1_700_000_000_000
LIFE_S = 0.03
LEVELS = 12
STAMP = "@@"
"""Where a number that counts a connection's messages belongs."""
ODD = 12_345
"""Ticks of a level in whose place a price is told that is none."""


class VenueBook:
    """What the venue knows of one book: levels by side and price, and how many messages it sent."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.sides: dict[int, dict[int, int]] = {
            1: {10_000 - k: 50 + k for k in range(LEVELS)},
            -1: {10_001 + k: 70 + k for k in range(LEVELS)},
        }
        self.seq = 100
        self.ms = START_MS
        self.old: list[Row] = self.rows()
        self.old_seq = self.seq

    def rows(self) -> list[Row]:
        """Return the whole book, best levels first, bids before asks."""
        return [
            (side, ticks, levels[ticks])
            for side, levels in self.sides.items()
            for ticks in sorted(levels, key=lambda t: -side * t)
        ]

    def put(self, side: int, ticks: int, lots: int) -> Row:
        """Set one level."""
        if lots:
            self.sides[side][ticks] = lots
        else:
            self.sides[side].pop(ticks, None)
        return side, ticks, lots

    def touch(self) -> Touch:
        """Return the best levels."""
        bid, ask = max(self.sides[1]), min(self.sides[-1])
        return bid, self.sides[1][bid], ask, self.sides[-1][ask]


@value
class Asked:
    """What a client asked for."""

    subscribes: bool
    names: Sequence[str]
    answers: Sequence[str] = ()


class Tongue(Protocol):
    """How a venue says what happens."""

    bridged: bool
    pong: str

    def name(self, instrument: Instrument) -> str:
        """Return the venue's name of *instrument*."""

    def heard(self, text: str) -> Asked | None:
        """Return what *text* asks for, None if nothing about books."""

    def snapshot(self, book: VenueBook, rows: Sequence[Row], seq: int) -> str:
        """Return a whole book."""

    def change(
        self, book: VenueBook, rows: Sequence[Row], before: int, checksum: int | None
    ) -> str:
        """Return the message *book.seq*; *checksum* stands in for the right one."""

    def trade(self, book: VenueBook, side: Side, ticks: int, lots: int) -> str:
        """Return a trade."""


class Client:
    """One connection of a client."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket, self.request = socket, request
        self.names: set[str] = set()
        self.is_mute = False


class Player:
    """The venue; it is a `Stage` once it is given a feed."""

    def __init__(self, tongue: Tongue, instruments: tuple[Instrument, Instrument]) -> None:
        self.tongue, self.instruments = tongue, instruments
        self.books = {tongue.name(one): VenueBook(one) for one in instruments}
        self.clients: list[Client] = []
        self.loses_subscribe = self.shows_old = self.fails_snapshot = False
        self.is_gone = False
        self.moves = self.port = self.count = 0

    def book(self, instrument: Instrument) -> VenueBook:
        """Return the venue's own book of *instrument*."""
        return self.books[self.tongue.name(instrument)]

    def touch(self, instrument: Instrument) -> Touch:
        """Return what the venue knows as its touch."""
        return self.book(instrument).touch()

    async def move(self, instrument: Instrument) -> None:
        """Change the best levels."""
        await self.send(instrument, self._next_rows(self.book(instrument)))

    async def trade(self, instrument: Instrument) -> Trade:
        """Tell of a sale."""
        book = self.book(instrument)
        text = self.tongue.trade(book, Side.SELL, 10_000, 7)
        await self._tell(instrument, text)
        now = Nanos(book.ms * 10**6)
        return Trade(now, now, instrument.id, Side.SELL, Ticks(10_000), Lots(7))

    async def send(self, instrument: Instrument, rows: Sequence[Row]) -> None:
        """Tell of changed levels."""
        await self._tell(instrument, self.next_change(instrument, rows))

    def next_change(
        self, instrument: Instrument, rows: Sequence[Row], checksum: int | None = None
    ) -> str:
        """Return the message of changed levels, as the next of its book."""
        book = self.book(instrument)
        before, book.seq = book.seq, book.seq + 1
        book.ms += 1
        return self.tongue.change(book, rows, before, checksum)

    def stamped(self, text: str) -> str:
        """Return *text* with the next number of the connection, where it has a place for one."""
        if STAMP not in text:
            return text
        self.count += 1
        return text.replace(STAMP, str(self.count))

    async def inject(self, fault: str, instrument: Instrument) -> None:
        """Play one fault."""
        if fault in ("closed", "aborted", "silent", "lost subscribe"):
            self.loses_subscribe = fault == "lost subscribe"
            for client in list(self.clients):
                await self.hang_up(client, fault)
            return
        book = self.book(instrument)
        rows = self._next_rows(book)
        if fault in ("gap", "stale snapshot", "snapshot fails"):
            self.shows_old = fault == "stale snapshot"
            self.fails_snapshot = fault == "snapshot fails"
            second = book.put(1, sorted(book.sides[1])[-2], 900 + self.moves)
            self.stamped(self.next_change(instrument, [*rows, second]))
            await self.move(instrument)
        elif fault == "reorder":
            second = book.put(1, sorted(book.sides[1])[-2], 900 + self.moves)
            late = self.stamped(self.next_change(instrument, [*rows, second]))
            await self.move(instrument)
            await self._tell(instrument, late)
        elif fault == "crossed":
            await self.send(instrument, [(1, book.touch()[2] + 5, 9)])  # type: ignore[operator]
        else:
            await self._mangle(fault, instrument, rows)

    async def _mangle(self, fault: str, instrument: Instrument, rows: Sequence[Row]) -> None:
        checksum = {"bad checksum": 12345, "zero checksum": 0}.get(fault)
        odd = [(-1, ODD, 1)] if fault in BAD_PRICES else []
        unstamped = self.next_change(instrument, [*rows, *odd], checksum)
        if fault == "unknown symbol":
            name = self.tongue.name(instrument)
            stranger = unstamped.replace(name, "NONESUCH").replace(name.lower(), "nonesuch")
            await self._tell(instrument, stranger)
        text = self.stamped(unstamped)
        if fault == "truncated":
            text = text[: len(text) * 2 // 3]
        elif fault in BAD_PRICES:
            text = text.replace(f"{instrument.price(Ticks(ODD))}", BAD_PRICES[fault])
        elif fault == "garbage":
            await self._tell(instrument, "\x00�{]not json")
        elif fault == "duplicate":
            await self._tell(instrument, text)
        await self._tell(instrument, text)

    async def leave(self) -> None:
        """Refuse all connections from now on."""
        self.is_gone = True
        for client in list(self.clients):
            await self.hang_up(client, "aborted")

    def _next_rows(self, book: VenueBook) -> list[Row]:
        self.moves += 1
        bid, lots, ask, _ = book.touch()
        rows = [book.put(1, bid or 0, lots + 1), book.put(-1, (ask or 0) + 3, self.moves)]
        if self.moves % 5 == 0:
            up = self.moves % 10 == 0
            rows.append(book.put(1, bid or 0, 0) if up else book.put(1, (bid or 0) + 0, lots + 2))
            if up:
                rows.append(book.put(1, (bid or 0) - LEVELS, 40))
                rows.append(book.put(-1, bid or 0, 33))
        return rows

    async def hang_up(self, client: Client, fault: str) -> None:
        if fault == "silent":
            client.is_mute = True
        elif fault == "aborted" and client.request.transport is not None:
            client.request.transport.abort()
        else:
            await client.socket.close(code=WSCloseCode.GOING_AWAY)

    async def _tell(self, instrument: Instrument, text: str) -> None:
        name = self.tongue.name(instrument)
        for client in tuple(self.clients):
            if name in client.names and not client.is_mute and not client.socket.closed:
                # A client that was just cut off hears nothing, though nobody knows it yet.
                with suppress(ConnectionResetError):
                    await client.socket.send_str(self.stamped(text))

    async def life(self) -> None:
        """Keep every book a little in motion, far from its touch."""
        while True:
            await asyncio.sleep(LIFE_S)
            for one in self.instruments:
                book = self.book(one)
                worst = min(book.sides[1])
                await self.send(one, [book.put(1, worst, 5 + book.sides[1][worst] % 90)])

    async def stream(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        socket = web.WebSocketResponse(autoping=False)
        if self.is_gone:
            raise web.HTTPServiceUnavailable
        await socket.prepare(request)
        client = Client(socket, request)
        self.clients.append(client)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not client.is_mute:
                    await self._hear(client, message.data)
                elif message.type is WSMsgType.PING and not client.is_mute:
                    await socket.pong(message.data)
        finally:
            self.clients.remove(client)
        return socket

    async def _hear(self, client: Client, text: str) -> None:
        request = self.tongue.heard(text)
        if request is None:
            if "ping" in text:
                await client.socket.send_str(self.stamped(self.tongue.pong))
            return
        if request.subscribes and self.loses_subscribe:
            self.loses_subscribe = False
            return
        if not request.subscribes:
            client.names -= set(request.names)
        for answer in request.answers:
            await client.socket.send_str(self.stamped(answer))
        if request.subscribes:
            for name in request.names:
                client.names.add(name)
                if not self.tongue.bridged:
                    await client.socket.send_str(self.stamped(self._snapshot(name)))

    async def depth(self, request: web.Request) -> web.Response:
        """Serve a snapshot by REST."""
        if self.fails_snapshot:
            self.fails_snapshot = False
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "0.1"})
        return web.Response(text=self._snapshot(request.query["symbol"]))

    def _snapshot(self, name: str) -> str:
        book = self.books[name]
        if self.shows_old:
            self.shows_old = False
            return self.tongue.snapshot(book, book.old, book.old_seq)
        return self.tongue.snapshot(book, book.rows(), book.seq)


@asynccontextmanager
async def playing(player: Player) -> AsyncIterator[None]:
    """Serve *player* on a free port, `player.port`, for as long as the block lasts."""
    app = web.Application()
    app.add_routes([web.get("/ws", player.stream), web.get("/depth", player.depth)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    player.port = runner.addresses[0][1]
    life = asyncio.create_task(player.life())
    try:
        yield
    finally:
        life.cancel()
        await asyncio.wait([life])
        await runner.cleanup()
    if not life.cancelled():
        life.result()
