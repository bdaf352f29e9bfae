"""
PolledFeed: books of any exchange that ccxt knows, asked for over REST again and again.

Between two answers anything may have happened, so that nothing of it is ever to be traded on: each
book is followed at once by a `BookGap`, and strategies are asked only after that.
There are no trades.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

from graphwiz_trader.adapters.ccxt.errors import Operation, translated
from graphwiz_trader.adapters.ccxt.exchange import Exchange
from graphwiz_trader.adapters.ccxt.patience import Patience
from graphwiz_trader.adapters.ccxt.publisher import Tally
from graphwiz_trader.adapters.ccxt.translate import EMPTY, changes, instant, levels_of
from graphwiz_trader.domain.errors import Garbled, PortError, Transient
from graphwiz_trader.domain.events import BookGap, BookUpdate, FeedDown, FeedUp
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos, Venue
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver

WHY = "polled over REST, not streamed: never traded on"
FAREWELL_S = 2.0


class PolledFeed:
    """
    A `MarketFeed` by polling, whose books show but may not be traded on.

    Args:
        venue: What the venue is called here.
        exchange: Made by `exchange_of`; the feed closes its connections.
        clock: Tells receipt times and when to ask again.
        every: How often all books are asked for, at once.
        patience: `first` is how long an answer may take, `retry` when to give up.
    """

    def __init__(
        self,
        venue: Venue,
        exchange: Exchange,
        clock: Clock,
        every: Nanos = SECOND,
        patience: Patience | None = None,
    ) -> None:
        self.tally = Tally()
        self._venue = venue
        self._exchange, self._clock, self._every = exchange, clock, every
        self._patience = patience or Patience()
        self._wanted: dict[InstrumentId, Instrument] = {}
        self._is_up = False

    @property
    def venue(self) -> Venue:
        """Whose data it is."""
        return self._venue

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """Add *instruments*, from the next round on."""
        self._wanted.update((one.id, one) for one in instruments)

    def unsubscribe(self, instruments: Iterable[InstrumentId]) -> None:
        """Remove *instruments*."""
        for name in instruments:
            self._wanted.pop(name, None)

    async def run(self, deliver: Deliver) -> None:
        """
        Ask and deliver until canceled.

        Raises:
            Transient: no book came, more often in a row than the budget allows.
        """
        retry, failures = self._patience.retry, 0
        self._exchange.open()
        try:
            while True:
                began = self._clock.now()
                error = await self._round(deliver)
                failures = 0 if error is None else failures + 1
                wait = self._every if error is None else retry.wait(failures)
                if error is not None and retry.is_spent(failures):
                    raise Transient(f"{self._venue}: {failures} failures in a row: {error}")
                await self._clock.sleep_until(Nanos(began + wait))
        finally:
            self._is_up = False
            with suppress(TimeoutError, PortError), translated(Operation.ASK):
                await asyncio.wait_for(self._exchange.close(), FAREWELL_S)

    async def _round(self, deliver: Deliver) -> PortError | None:
        """Ask for every book; return why if none came."""
        try:
            async with asyncio.TaskGroup() as group:
                asking = [
                    group.create_task(self._ask(one, deliver)) for one in self._wanted.values()
                ]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        results = [task.result() for task in asking]
        if not results or None in results:
            return None
        if self._is_up:
            self._is_up = False
            deliver(FeedDown(self._clock.now(), self._venue, str(results[0])))
        return results[0]

    async def _ask(self, instrument: Instrument, deliver: Deliver) -> PortError | None:
        """Deliver one book as it is now, or return why not."""
        limit = self._patience.first / SECOND
        try:
            with translated(Operation.ASK):
                asking = self._exchange.fetch_order_book(instrument.symbol)
                book = await asyncio.wait_for(asking, limit)
            events = self._events(instrument, book)
        except (Transient, Garbled) as error:
            self.tally.refused += isinstance(error, Garbled)
            return error
        if instrument.id not in self._wanted:
            return None
        if not self._is_up:
            self._is_up = True
            deliver(FeedUp(events[0].ts, self._venue))
        for event in events:
            deliver(event)
        self.tally.updates += 1
        return None

    def _events(
        self, instrument: Instrument, book: Mapping[str, object]
    ) -> tuple[BookUpdate, BookGap]:
        levels = levels_of(book)
        if levels.is_crossed:
            raise Garbled(f"{instrument.id}: the book is crossed")
        rows, rounded = changes(instrument, EMPTY, levels)
        self.tally.rounded += rounded
        now, nonce = self._clock.now(), book.get("nonce")
        seq = nonce if isinstance(nonce, int) else -1
        update = BookUpdate(
            now, instant(book, now), instrument.id, rows, 0, len(rows.side), snapshot=True,
            more=True, first_seq=seq, last_seq=seq,
        )  # fmt: skip
        return update, BookGap(now, instrument.id, WHY)
