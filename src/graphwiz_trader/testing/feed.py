"""Feed: market data that says what the test tells it to, and keeps a feed's promises."""

import asyncio
from collections.abc import Iterable

from graphwiz_trader.domain.errors import DomainError, Transient
from graphwiz_trader.domain.events import BookGap, BookUpdate, FeedDown, FeedUp, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver


class ScriptedFeed:
    """
    Delivers what `say` is given, while it runs and if somebody subscribed to it.

    A script that breaks the promises of a feed is refused: changes to a book without a snapshot,
    market data while the feed is down.
    """

    def __init__(self, venue: Venue, clock: Clock) -> None:
        self._venue = venue
        self._clock = clock
        self._wanted: dict[InstrumentId, Instrument] = {}
        self._begun: set[InstrumentId] = set()
        self._deliver: Deliver | None = None
        self._ended: asyncio.Future[None] | None = None
        self._is_up = False

    @property
    def venue(self) -> Venue:
        """Whose data it plays."""
        return self._venue

    @property
    def is_up(self) -> bool:
        """Whether it runs and last said `FeedUp`."""
        return self._is_up and self._deliver is not None

    @property
    def subscribed(self) -> tuple[InstrumentId, ...]:
        """What is subscribed to now, in the order it was asked for."""
        return tuple(self._wanted)

    def rules(self, name: InstrumentId) -> Instrument:
        """Return what is subscribed to under *name*, in whose ticks and lots to tell it."""
        return self._wanted[name]

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """Add *instruments*."""
        self._wanted.update((instrument.id, instrument) for instrument in instruments)

    def unsubscribe(self, instruments: Iterable[InstrumentId]) -> None:
        """Remove *instruments*; their books begin anew if they come back."""
        for name in instruments:
            self._wanted.pop(name, None)
            self._begun.discard(name)

    async def run(self, deliver: Deliver) -> None:
        """Say `FeedUp`, then deliver what it is told, until canceled or `fail`."""
        self._deliver = deliver
        self._ended = asyncio.get_running_loop().create_future()
        self._send(FeedUp(self._clock.now(), self._venue))
        try:
            await self._ended
        finally:
            self._deliver = self._ended = None
            self._begun.clear()

    def say(self, event: BookUpdate | Trade | BookGap | FeedDown | FeedUp) -> None:
        """
        Deliver *event* now, unless nobody subscribed to its instrument.

        Raises:
            DomainError: it does not run, or *event* breaks a feed's promises.
        """
        if isinstance(event, FeedDown | FeedUp):
            self._begun.clear()
        elif event.instrument not in self._wanted:
            return
        elif not self._is_up:
            raise DomainError(f"{event.instrument}: market data while {self._venue} is down")
        elif isinstance(event, BookGap):
            self._begun.discard(event.instrument)
        elif isinstance(event, BookUpdate):
            self._check(event)
        self._send(event)

    def fail(self, error: Transient) -> None:
        """Let `run` end with *error*."""
        if self._ended is None:
            raise DomainError(f"{self._venue}: the feed does not run")
        self._ended.set_exception(error)

    def _check(self, update: BookUpdate) -> None:
        if update.snapshot:
            self._begun.add(update.instrument)
        elif update.instrument not in self._begun:
            raise DomainError(f"{update.instrument}: a change before any snapshot")

    def _send(self, event: BookUpdate | Trade | BookGap | FeedDown | FeedUp) -> None:
        if self._deliver is None or self._ended is None:
            raise DomainError(f"{self._venue}: the feed does not run")
        if isinstance(event, FeedDown | FeedUp):
            self._is_up = isinstance(event, FeedUp)
        try:
            self._deliver(event)
        except Exception as error:
            self._ended.set_exception(error)
            raise
