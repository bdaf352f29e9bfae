"""PrivateLine: one private socket, kept alive, and made again when it is lost."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.adapters.direct.transport import Link, Transport
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.ports.clock import Clock


class Party(Protocol):
    """What a line is for."""

    async def greeting(self) -> Sequence[bytes]:
        """Return what to send first, or raise `Transient`."""

    def on_text(self, payload: bytes) -> None:
        """Take one message; raise `Transient` if the line is of no use any more."""

    def on_ready(self) -> None:
        """Note that requests may be sent, and reports come."""

    def on_lost(self, reason: str) -> None:
        """Note that the line, which was ready, is lost."""


class PrivateLine:
    """
    Connects to *url* and says hello; `ready` is told by whoever reads the answer.

    What its party raises that is not `Transient` comes out of `keep`.
    """

    def __init__(
        self,
        url: str,
        ping: bytes | None,
        clock: Clock,
        transport: Transport,
        patience: Patience,
    ) -> None:
        self.url = url
        self.link: Link | None = None
        """Where to send, None while nothing may be."""
        self.reconnects = 0
        self._ping = ping
        self._clock, self._transport, self._patience = clock, transport, patience
        self._party: Party | None = None
        self._socket: Link | None = None
        self._over: asyncio.Future[None] | None = None
        self._began = self._heard = self._pinged = Nanos(0)

    async def keep(self, party: Party) -> None:
        """
        Connect for *party*, and connect again, until canceled.

        Raises:
            Transient: the budget is spent.
        """
        backoff, failures = self._patience.reconnect, 0
        self._party = party
        while True:
            began = self._clock.now()
            error = await self._lived(party)
            now = self._clock.now()
            failures = backoff.failures(failures, Nanos(now - began))
            if backoff.is_spent(failures):
                raise Transient(f"{self.url}: {failures} failures in a row: {error}") from error
            self.reconnects += 1
            await self._clock.sleep_until(Nanos(now + backoff.wait(failures)))

    def send(self, text: bytes) -> None:
        """Send *text*, whether or not the line is ready."""
        if self._socket is not None:
            self._socket.send(text)

    def ready(self) -> None:
        """Note that the venue let us in."""
        if self.link is None and self._party is not None:
            self.link = self._socket
            self._party.on_ready()

    def tick(self, now: Nanos) -> None:
        """Look at what is late."""
        if self._socket is None:
            return
        patience = self._patience
        if self.link is None and now - self._began > patience.answer:
            self.on_closed(Transient("not let in in time"))
        silence = now - self._heard
        if silence > patience.idle + patience.answer:
            self.on_closed(Transient(f"nothing heard for {silence / SECOND:.3f} s"))
        is_idle = silence > patience.idle and self._pinged <= self._heard
        if is_idle or now - self._pinged > patience.keepalive:
            self._pinged = now
            self._send_ping(self._socket)

    def on_text(self, payload: bytes) -> None:
        """Hand one message to the party."""
        if self._party is None or self._over is None or self._over.done():
            return
        self._heard = self._clock.now()
        try:
            self._party.on_text(payload)
        except Transient as error:
            self.on_closed(error)

    def on_alive(self) -> None:
        """Note that the peer lives."""
        self._heard = self._clock.now()

    def on_closed(self, error: Exception) -> None:
        """End with *error*, unless it has ended."""
        if self._over is not None and not self._over.done():
            self._over.set_exception(error)

    async def _lived(self, party: Party) -> Transient:
        """Connect and hear until the line is lost; return why."""
        self._over = over = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._patience.answer / SECOND):
                greeting = await party.greeting()
                socket = await self._transport.connect(self.url, self)
        except TimeoutError:
            over.cancel()
            return Transient(f"{self.url}: no connection in time")
        except Transient as error:
            over.cancel()
            return error
        self._socket = socket
        self._began = self._heard = self._pinged = self._clock.now()
        try:
            for text in greeting:
                socket.send(text)
            if not greeting:
                self.ready()
            await over
        except Transient as error:
            if self.link is not None:
                self.link = None
                party.on_lost(str(error))
            return error
        finally:
            self._socket = self.link = None
            over.cancel()
            await socket.close()
        return Transient("the line ended")

    def _send_ping(self, socket: Link) -> None:
        if self._ping is None:
            socket.ping()
        else:
            socket.send(self._ping)
