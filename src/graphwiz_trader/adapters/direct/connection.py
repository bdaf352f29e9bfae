"""Connection: the life of one connection, between its socket, its session and the clock."""

import asyncio
from collections.abc import Callable, Mapping

import aiohttp

from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.patience import Patience, Tally
from graphwiz_trader.adapters.direct.session import Session
from graphwiz_trader.adapters.direct.transport import Link, Transport
from graphwiz_trader.domain.errors import TraderError, Transient
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos
from graphwiz_trader.ports.clock import Clock

PARALLEL_FETCHES = 4
LEAVE_ALONE = (418, 429, 503)
"""HTTP answers whose Retry-After is honored."""


class Connection:
    """Hears the socket for a session, and does for it what it asks of the world."""

    def __init__(
        self,
        dialect: Dialect,
        clock: Clock,
        patience: Patience,
        deliver: Callable[[Event], None],
        tally: Tally,
        up: Callable[[], None],
        down: Callable[[str], None],
    ) -> None:
        self.session = Session(dialect, self, clock, patience, deliver, tally)
        self.was_up = False
        self._dialect, self._clock, self._patience = dialect, clock, patience
        self._up, self._down = up, down
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._is_over = False
        self._link: Link | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._http: aiohttp.ClientSession | None = None
        self._fetching = asyncio.Semaphore(PARALLEL_FETCHES)

    async def lost(
        self, transport: Transport, wanted: Mapping[InstrumentId, Instrument]
    ) -> Transient:
        """Connect, ask for *wanted*, deliver until the connection fails, and return why."""
        limit = aiohttp.ClientTimeout(total=self._patience.answer / SECOND)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as http,
                asyncio.TaskGroup() as tasks,
            ):
                self._http, self._tasks = http, tasks
                await self._live(transport, wanted)
        except ExceptionGroup as group:
            error = _first(group)
            if isinstance(error, Transient):
                return error
            raise error from None
        return Transient("the connection ended")

    async def _live(self, transport: Transport, wanted: Mapping[InstrumentId, Instrument]) -> None:
        try:
            async with asyncio.timeout(self._patience.answer / SECOND):
                link = await transport.connect(self._dialect.url, self)
        except TimeoutError as error:
            raise Transient(f"{self._dialect.url}: no connection in time") from error
        self._link = link
        try:
            self.was_up = True
            self._up()
            self.session.open(wanted.values())
            if self._tasks is not None:
                self._tasks.create_task(self._ticking())
            await self._over
        except Transient as error:
            self._down(str(error))
            raise
        finally:
            self._is_over = True
            self._over.cancel()
            await link.close()

    async def _ticking(self) -> None:
        while not self._is_over:
            await self._clock.sleep_until(Nanos(self._clock.now() + self._patience.tick))
            try:
                self.session.tick()
            except TraderError as error:
                self.on_closed(error)

    def on_text(self, payload: bytes) -> None:
        """Hand a message to the session."""
        if self._is_over:
            return
        try:
            self.session.on_text(payload)
        except TraderError as error:
            self.on_closed(error)

    def on_alive(self) -> None:
        """Note that the peer lives."""
        self.session.on_alive()

    def on_closed(self, error: Exception) -> None:
        """End with *error*, unless it has ended."""
        self._is_over = True
        if not self._over.done():
            self._over.set_exception(error)

    def send(self, text: bytes) -> None:
        """Send one message."""
        if self._link is not None:
            self._link.send(text)

    def ping(self) -> None:
        """Send a ping."""
        if self._link is not None:
            self._link.ping()

    def fetch(self, instrument: Instrument) -> None:
        """Get a snapshot for the session."""
        if self._tasks is not None:
            self._tasks.create_task(self._fetched(instrument))

    async def _fetched(self, instrument: Instrument) -> None:
        source = self._dialect.snapshots
        if source is None or self._http is None:
            return
        after, why = 0.0, ""
        body = b""
        try:
            async with (
                self._fetching,
                self._http.get(source.url(instrument)) as answer,
            ):
                body = await answer.read()
                if answer.status != 200:
                    why = f"HTTP {answer.status}: {body[:80]!r}"
                    if answer.status in LEAVE_ALONE:
                        after = _seconds(answer.headers.get("Retry-After", "1"))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            why = f"{type(error).__name__}: {error}"
        self._conclude(instrument, body, why, Nanos(int(after * SECOND)))

    def _conclude(self, instrument: Instrument, body: bytes, why: str, after: Nanos) -> None:
        if self._is_over:
            return
        try:
            if why:
                self.session.on_no_snapshot(instrument, why, after)
            else:
                self.session.on_snapshot(instrument, body)
        except TraderError as error:
            self.on_closed(error)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first exception of *group* that is none itself."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _seconds(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdigit() else 1.0
