"""Connection: one socket of a client, what it has subscribed to, and what waits to leave."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

from aiohttp import ClientConnectionResetError, WSCloseCode, web

from graphwiz_trader.adapters.loopback.damage import damaged
from graphwiz_trader.adapters.loopback.faults import Fault, Faults, Kind, Stage, duration
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.clock import Clock

WAITING = 20_000
"""How many messages may wait before a slow client is cut off."""


Frame: TypeAlias = Callable[[str, str], str]
"""From a stream's name and a message of it to what goes onto the socket."""


@value
class Style:
    """
    How a dialect speaks on a socket.

    `terminated` is its notice that a stream ends, `idless_error` an error about nothing in
    particular.
    """

    frame: Frame
    terminated: str
    idless_error: str


class Connection:
    """
    Sends in order, from a queue, so that whoever publishes never waits for a client.

    Every message of a stream passes the faults on its way into the queue.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        request: web.Request,
        faults: Faults,
        clock: Clock,
        style: Style,
        answer_delay: Callable[[], int],
        news_delay: Callable[[], int],
    ) -> None:
        """*answer_delay* and *news_delay* say how long an answer and a message travel."""
        self.topics: dict[str, None] = {}
        """What it has subscribed to, in order."""
        self._socket = socket
        self._request = request
        self._faults = faults
        self._clock = clock
        self._style = style
        self._answer_delay, self._news_delay = answer_delay, news_delay
        self._queue: deque[tuple[Nanos, str | WSCloseCode | Fault]] = deque()
        self._ready = asyncio.Event()
        self._muted_until = Nanos(0)
        self._held: str | None = None

    def reply(self, text: str) -> None:
        """Send an answer to a request."""
        self._put(self._answer_delay, text)

    def publish(self, topic: str, text: str, now: Nanos) -> None:
        """Send a message of the stream *topic*."""
        if now < self._muted_until or topic not in self.topics:
            return
        text = self._style.frame(topic, text)
        fault = self._faults.strike(Stage.FRAME, topic, now)
        if fault is not None:
            self._go_wrong(fault, topic, text, now)
        else:
            self._put(self._news_delay, text)
            self._release()
        if len(self._queue) > WAITING:
            self.abort()

    def close(self, code: WSCloseCode) -> None:
        """Say goodbye after what waits already."""
        self._put(self._news_delay, code)

    def abort(self) -> None:
        """Cut the line at once, without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Send what waits, until the socket closes."""
        with suppress(ClientConnectionResetError):  # the reader hears of it, too
            while not self._socket.closed:
                await self._ready.wait()
                self._ready.clear()
                while self._queue:
                    due, item = self._queue.popleft()
                    if due > self._clock.now():
                        await self._clock.sleep_until(due)
                    await self._send(item)

    def _put(self, delay: Callable[[], int], *items: str | WSCloseCode | Fault) -> None:
        """Let *items* leave together; what was put before leaves before."""
        drawn = delay()
        due = Nanos(self._clock.now() + drawn if drawn else 0)
        self._queue.extend((due, item) for item in items)
        self._ready.set()

    async def _send(self, item: str | WSCloseCode | Fault) -> None:
        if isinstance(item, str):
            await self._socket.send_str(item)
        elif isinstance(item, Fault):
            await self._clock.sleep_until(Nanos(self._clock.now() + duration(item)))
        else:
            await self._socket.close(code=item)

    def _release(self) -> None:
        if self._held is not None:
            self._put(self._news_delay, self._held)
            self._held = None

    def _go_wrong(self, fault: Fault, topic: str, text: str, now: Nanos) -> None:
        if fault.kind is Kind.MUTE:
            self._muted_until = Nanos(now + duration(fault))
        elif fault.kind is Kind.CLOSE:
            self.close(WSCloseCode.GOING_AWAY)
        elif fault.kind is Kind.ABORT:
            self.abort()
        elif fault.kind is Kind.REORDER:
            self._release()
            self._held = text
        elif fault.kind is Kind.DELAY:
            self._put(self._news_delay, fault, text)
        elif fault.kind is Kind.STREAM_TERMINATED:
            self._put(self._news_delay, self._style.terminated)
            del self.topics[topic]
        elif fault.kind is Kind.IDLESS_ERROR:
            self._put(self._news_delay, self._style.idless_error, text)
        else:
            self._put(self._news_delay, *damaged(fault, text))
