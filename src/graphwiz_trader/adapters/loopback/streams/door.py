"""Door: how a socket is served, whatever is said on it."""

import asyncio
from collections import deque
from collections.abc import Callable

from aiohttp import WSMsgType, web

from graphwiz_trader.adapters.loopback.connection import Connection, Style
from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.clock import Clock

LONGEST_MESSAGE = 1 << 16
_PRIVATE = ("ws-api", "private")
"""The sockets whose news is of the account."""

Take = Callable[[Connection, str], None]


async def serve(
    premises: Premises,
    request: web.Request,
    style: Style,
    opened: Callable[[Connection], None],
    take: Take,
    what: str,
) -> web.WebSocketResponse:
    """Serve the socket *what* until it closes: texts go to *take*, pings are answered."""
    socket = web.WebSocketResponse(autoping=False, max_msg_size=LONGEST_MESSAGE)
    await socket.prepare(request)
    delays, clock = premises.delays, premises.pacing.clock
    news = delays.private if what in _PRIVATE else delays.market
    connection = Connection(socket, request, premises.faults, clock, style, delays.response, news)
    entrance = Entrance(connection, take, delays.entry, clock)
    opened(connection)
    try:
        async with asyncio.TaskGroup() as group:
            parts = [group.create_task(connection.write()), group.create_task(entrance.run())]
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    entrance.put(message.data)
                elif message.type is WSMsgType.PING and _is_heard(premises, what):
                    await socket.pong(message.data)
            await entrance.left.wait()
            for part in parts:
                part.cancel()
    finally:
        premises.hub.drop(connection)
    return socket


class Entrance:
    """
    What a client has said and the venue has not heard yet.

    It is heard in order, also after the client has gone: what has left a client arrives.
    """

    def __init__(
        self, connection: Connection, take: Take, delay: Callable[[], int], clock: Clock
    ) -> None:
        self.left = asyncio.Event()
        """Set while nothing is under way."""
        self.left.set()
        self._connection = connection
        self._take = take
        self._delay = delay
        self._clock = clock
        self._under_way: deque[tuple[Nanos, str]] = deque()
        self._ready = asyncio.Event()

    def put(self, text: str) -> None:
        """Let *text* arrive; at once, where the way takes no time."""
        drawn = self._delay()
        if not drawn and not self._under_way:
            self._take(self._connection, text)
            return
        self._under_way.append((Nanos(self._clock.now() + drawn), text))
        self.left.clear()
        self._ready.set()

    async def run(self) -> None:
        """Let what is under way arrive, until canceled."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._under_way:
                due, text = self._under_way[0]
                await self._clock.sleep_until(due)
                self._under_way.popleft()
                self._take(self._connection, text)
            self.left.set()


def _is_heard(premises: Premises, what: str) -> bool:
    return premises.faults.strike(Stage.PING, what, premises.now()) is None
