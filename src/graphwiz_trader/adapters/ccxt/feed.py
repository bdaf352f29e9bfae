"""
CcxtFeed: market data of any exchange that ccxt.pro streams, as events.

ccxt keeps the books; after each of its messages the book is compared with what was published, so
that nothing depends on who was awaiting what. ccxt does not check checksums.
"""

import asyncio
from collections.abc import Iterable, Mapping, Reversible
from contextlib import suppress

from ccxt.base.errors import NetworkError

from graphwiz_trader.adapters.ccxt.asking import can_leave, hang_up, leave, watch
from graphwiz_trader.adapters.ccxt.errors import Operation, translated, translation
from graphwiz_trader.adapters.ccxt.exchange import Client, Exchange
from graphwiz_trader.adapters.ccxt.line import Line, Topic
from graphwiz_trader.adapters.ccxt.lines import Lines
from graphwiz_trader.adapters.ccxt.pace import Pace
from graphwiz_trader.adapters.ccxt.patience import Patience, silence
from graphwiz_trader.adapters.ccxt.publisher import Publisher, Tally
from graphwiz_trader.adapters.ccxt.quirk import quirks_of
from graphwiz_trader.adapters.ccxt.tap import ASKING, tap
from graphwiz_trader.domain.errors import Disconnected, Garbled, PortError, Transient
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event, FeedDown, FeedUp, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, Nanos, Venue
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver

BOOKS_AND_TRADES = (Topic.BOOK, Topic.TRADES)
FAREWELL_S = 2.0
"""How long closing may take; a peer that does not answer is left alone."""


class CcxtFeed:
    """
    A `MarketFeed` through ccxt.

    Args:
        venue: What the venue is called here.
        exchange: Made by `exchange_of`; the feed closes its connections.
        clock: Tells receipt times and when patience ends.
        topics: What is wanted of each instrument.
        patience: When to give up what.
    """

    def __init__(
        self,
        venue: Venue,
        exchange: Exchange,
        clock: Clock,
        topics: tuple[Topic, ...] = BOOKS_AND_TRADES,
        patience: Patience | None = None,
    ) -> None:
        self._venue = venue
        self._exchange = exchange
        self._clock = clock
        self._patience = patience or Patience()
        self._quirks = quirks_of(exchange.id)
        self._pace = Pace(clock, self._quirks.subscribe_per_s)
        self._publisher = Publisher(clock, self._send)
        self._lines = Lines(topics)
        self._tasks: dict[Line, asyncio.Task[None]] = {}
        self._heard: dict[Client, Nanos] = {}
        self._group: asyncio.TaskGroup | None = None
        self._ended: asyncio.Future[BaseException] | None = None
        self._deliver: Deliver | None = None
        self._is_up = False
        ping = self._patience.stale // (3 * MILLISECOND)
        exchange.streaming = {**exchange.streaming, "keepAlive": ping}
        tap(exchange, self)

    @property
    def venue(self) -> Venue:
        """Whose data it is."""
        return self._venue

    @property
    def tally(self) -> Tally:
        """What was counted so far."""
        return self._publisher.tally

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """Add *instruments*."""
        for line in self._lines.add(instruments):
            self._start(line)

    def unsubscribe(self, instruments: Iterable[InstrumentId]) -> None:
        """Remove *instruments*."""
        for line in self._lines.remove(instruments):
            task = self._tasks.pop(line, None)
            if task is not None and self._group is not None:
                task.cancel()
                self._group.create_task(self._part(line))

    async def run(self, deliver: Deliver) -> None:
        """Deliver until canceled, or until a line's budget is spent."""
        self._deliver = deliver
        self._ended = asyncio.get_running_loop().create_future()
        self._exchange.open()
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for line in self._lines:
                    self._start(line)
                group.create_task(self._guard())
                raise await self._ended
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            self._group = self._ended = self._deliver = None
            await self._close()

    def opened(self, client: Client) -> None:
        """Note which connection the asking line uses."""
        self._heard.setdefault(client, self._clock.now())
        line = ASKING.get()
        if isinstance(line, Line):
            line.client = client

    def heard(self, client: Client, message: object) -> None:  # noqa: ARG002 # any frame will do
        """Note that a connection lives."""
        if client in self._heard:
            self._heard[client] = self._clock.now()

    def resolved(self, client: Client, result: object, name: str) -> None:
        """Publish what ccxt made of a message."""
        line = self._lines.of(result, name)
        if line is None or not line.is_asked or client not in self._heard:
            return
        line.client, line.name = client, name
        self._publish(line, result)

    def rejected(self, client: Client, error: BaseException, name: str | None) -> None:
        """Take one line for broken, or everything that comes over *client*."""
        ours = translation(error)
        if not isinstance(ours, Transient):
            # What comes over a stream is no final verdict, as it would be on a call.
            ours = Garbled(str(ours))
        if name is None:
            self._replace(client, ours)
        else:
            self._break(self._lines.on(client, name), ours)

    def _publish(self, line: Line, result: object) -> None:
        publisher = self._publisher
        try:
            if isinstance(result, Mapping) and line.topic is Topic.TOUCH:
                publisher.touch(line, result)
            elif isinstance(result, Mapping):
                if not (self._quirks.rest_snapshot and publisher.hold(line, result)):
                    publisher.book(line, result)
            elif isinstance(result, Reversible):
                publisher.trades(line, result)
        except Garbled as error:
            publisher.tally.refused += 1
            self._distrust(line, error)

    def _send(self, event: Event) -> None:
        if not self._is_up and isinstance(event, BookUpdate | Trade):
            self._is_up = True
            self._hand(FeedUp(event.ts, self._venue))
        self._hand(event)

    def _hand(self, event: Event) -> None:
        if self._deliver is None or self._ended is None or self._ended.done():
            return
        try:
            self._deliver(event)
        except BaseException as error:  # noqa: BLE001 # ccxt would swallow it; `run` raises it
            self._ended.set_result(error)

    def _start(self, line: Line) -> None:
        if self._group is not None:
            line.failures = 0
            self._tasks[line] = self._group.create_task(self._keep(line))

    async def _keep(self, line: Line) -> None:
        """Ask for *line* again whenever it breaks, until its budget is spent."""
        retry = self._patience.retry
        while self._group is not None:
            await self._pace.turn()
            broken = line.ask(self._clock.now())
            asking = self._group.create_task(self._ask(line))
            try:
                error = await broken
            finally:
                asking.cancel()
            now = self._clock.now()
            held = now - line.lived if line.lived >= line.asked else 0
            line.failures = retry.failures(line.failures, Nanos(held))
            if self._is_final(line, error):
                return
            await self._clock.sleep_until(Nanos(now + retry.wait(line.failures)))

    def _is_final(self, line: Line, error: PortError) -> bool:
        """End the feed if *error* will not pass, or came too often."""
        if not isinstance(error, Transient | Garbled):
            final: PortError = error
        elif self._patience.retry.is_spent(line.failures):
            final = Transient(f"{self._venue}: gave up after {line.failures} attempts: {error}")
        else:
            return False
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(final)
        return True

    async def _ask(self, line: Line) -> None:
        ASKING.set(line)
        try:
            with translated(Operation.ASK):
                if line.is_distrusted:
                    line.is_distrusted = False
                    await leave(self._exchange, line)
                await watch(self._exchange, line)
        except PortError as error:
            self._break((line,), error)

    async def _part(self, line: Line) -> None:
        """Tell the venue that nobody listens any more; it is no loss if that fails."""
        if can_leave(self._exchange, line.topic):
            with suppress(PortError), translated(Operation.ASK):
                await leave(self._exchange, line)

    def _break(self, lines: Iterable[Line], error: PortError) -> None:
        """Take *lines* for broken and tell of the books among them, or that nothing is left."""
        fallen = [line for line in lines if line.fall(error)]
        self.tally.broken += len(fallen)
        if not (fallen and self._is_up):
            return
        now = self._clock.now()
        if not self._lines.any_live:
            self._is_up = False
            self._hand(FeedDown(now, self._venue, str(error)))
            return
        for line in fallen:
            if line.topic is not Topic.TRADES:
                self._hand(BookGap(now, line.instrument.id, str(error)))

    def _distrust(self, line: Line, error: PortError) -> None:
        """Take *line* for broken, though ccxt sees nothing wrong with it."""
        if can_leave(self._exchange, line.topic) or line.client is None:
            line.is_distrusted = line.client is not None
            self._break((line,), error)
        else:
            self._replace(line.client, error)

    def _replace(self, client: Client, error: PortError) -> None:
        """Drop a connection and all that comes over it; the lines will open another."""
        if self._heard.pop(client, None) is None:
            return
        self.tally.replaced += 1
        self._break(self._lines.on(client), error)
        if self._exchange.clients.get(client.url) is client:
            del self._exchange.clients[client.url]
        # Without an error of its own, ccxt takes its close for that of the client that follows.
        client.error = client.error or NetworkError(str(error))
        client.reset(client.error)
        if self._group is not None:
            self._group.create_task(hang_up(client))

    async def _guard(self) -> None:
        """Look after connections and lines that say nothing."""
        patience = self._patience
        while True:
            await self._clock.sleep_until(Nanos(self._clock.now() + patience.shortest // 4))
            now = self._clock.now()
            for client, at in tuple(self._heard.items()):
                if now - at > patience.stale:
                    self._replace(client, silence("no frame", now - at))
            for line in self._lines:
                if line.is_asked:
                    self._look_at(line, now)

    def _look_at(self, line: Line, now: Nanos) -> None:
        patience = self._patience
        if line.topic is Topic.TRADES:
            if can_leave(self._exchange, line.topic) and line.is_mute(now, patience.trades):
                self._distrust(line, silence("no trade", patience.trades))
        elif line.held is not None and now - line.held.since > patience.proof:
            self._publish(line, line.held.book)
        elif line.is_live and now - line.last > patience.quiet:
            self._distrust(line, silence("no change", now - line.last))
        elif not line.is_live and now - line.asked > patience.first:
            late = silence("no book", now - line.asked)
            if line.client is not None:
                self._replace(line.client, late)
            self._break((line,), late)

    async def _close(self) -> None:
        self._is_up = False
        self._tasks.clear()
        self._heard.clear()
        for line in self._lines:
            line.fall(Disconnected(f"{self._venue}: the feed does not run"))
        with suppress(TimeoutError, PortError), translated(Operation.ASK):
            await asyncio.wait_for(self._exchange.close(), FAREWELL_S)
        # Whom ccxt could not part from in time must not be taken for a connection later.
        self._exchange.clients.clear()
