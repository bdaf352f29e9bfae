"""Record: market data as it comes, on tapes that each stand for themselves."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

import attrs
import numpy as np

from graphwiz_trader.application.listen import Source, listen, subscribe
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import (
    BookGap,
    BookUpdate,
    Event,
    FeedDown,
    InstrumentUpdated,
    LevelRows,
    MarketEvent,
    Trade,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import TapeHeader
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.tape import Findings, TapeStore, TapeWriter

TICK = SECOND
"""How often the disk and the age of segments are looked at."""


@value
class RecordSettings:
    """
    Where to, how long, and what must stay free.

    `folder` is what tapes are named under; `segment` how much time one tape holds; `until` when
    to stop, None for never; `least_free` bytes below which recording stops.
    """

    folder: str
    segment: Nanos
    until: Nanos | None
    least_free: int


@value
class Recorded:
    """One tape that was made."""

    name: str
    header: TapeHeader


class Segment:
    """One tape of one venue, being written; it begins with every book that is synced."""

    def __init__(self, name: str, writer: TapeWriter, began: Nanos) -> None:
        self.name = name
        self.began = began
        self.messages = self.gaps = 0
        self._writer = writer.__enter__()

    def append(self, event: MarketEvent) -> None:
        """Take down *event*."""
        self._writer.append(event)
        self.messages += 1

    def seal(self) -> Recorded | None:
        """Make the tape whole; return None, and leave nothing, if nothing is on it."""
        try:
            if not self.messages:
                return None
            findings = Findings(format="live", records=self.messages, gaps=self.gaps)
            return Recorded(self.name, self._writer.seal(findings))
        finally:
            self._writer.__exit__(None, None, None)


@attrs.define
class _Desk:
    """One venue's recording: its books, and the tape they are written to."""

    venue: Venue
    instruments: tuple[Instrument, ...]
    books: dict[InstrumentId, OrderBook]
    segment: Segment


class Record:
    """
    Writes what feeds deliver to one tape a venue, and begins a new one every so often.

    Args:
        tapes: Where tapes go.
        clock: Tells when a segment is full.
        free: Bytes that are free where the tapes go.
        settings: How it is done.

    `messages` counts what was taken down, `made` lists the tapes that are whole.
    """

    def __init__(
        self, tapes: TapeStore, clock: Clock, free: Callable[[], int], settings: RecordSettings
    ) -> None:
        self.made: list[Recorded] = []
        self.messages = 0
        self._tapes = tapes
        self._clock = clock
        self._free = free
        self._settings = settings
        self._desks: dict[Venue, _Desk] = {}
        self._named: dict[Venue, int] = {}
        self._sealing: set[asyncio.Future[Recorded | None]] = set()
        self._error: DataError | None = None

    async def run(
        self,
        sources: Sequence[Source],
        progress: Callable[[Nanos, int], None],
        stopped: Callable[[], bool],
    ) -> tuple[Recorded, ...]:
        """
        Record *sources* until it is time, or until *stopped* says so.

        *progress* is told the time and the messages so far.

        Tapes are sealed however it ends, and listed in `made`.

        Raises:
            DataError: the disk is nearly full, or a tape cannot be written.
        """
        instruments = await subscribe(sources, self._clock)
        self._open(instruments)
        try:
            tick = self._ticker(progress, stopped)
            await listen(sources, instruments, self._clock, self.deliver, tick, TICK)
        finally:
            await self._finish()
        if self._error is not None:
            raise self._error
        return tuple(self.made)

    def deliver(self, event: Event) -> None:
        """Take down one event."""
        match event:
            case BookUpdate() | Trade():
                desk = self._desks[Venue(event.instrument.rpartition("@")[2])]
                desk.segment.append(event)
                self.messages += 1
                if isinstance(event, BookUpdate):
                    desk.books[event.instrument].apply(event)
            case BookGap():
                desk = self._desks[Venue(event.instrument.rpartition("@")[2])]
                _lose((desk.books[event.instrument],), desk, event.reason)
            case FeedDown():
                desk = self._desks[event.venue]
                _lose(desk.books.values(), desk, event.reason)
            case InstrumentUpdated():
                self._change(self._desks[event.instrument.venue], event.instrument)

    def _change(self, desk: _Desk, changed: Instrument) -> None:
        """Begin a tape under new rules: one tape has one grid for each instrument."""
        desk.instruments = tuple(
            changed if one.id == changed.id else one for one in desk.instruments
        )
        desk.books[changed.id] = OrderBook(changed)
        self._rotate(desk, self._clock.now())

    def _open(self, instruments: Sequence[Instrument]) -> None:
        now = self._clock.now()
        for venue in dict.fromkeys(instrument.venue for instrument in instruments):
            own = tuple(one for one in instruments if one.venue == venue)
            books = {one.id: OrderBook(one) for one in own}
            self._desks[venue] = _Desk(venue, own, books, self._segment(venue, own, now))

    def _segment(self, venue: Venue, instruments: tuple[Instrument, ...], now: Nanos) -> Segment:
        # New rules may come in the very second in which a segment is full.
        began = max(now // SECOND, self._named.get(venue, 0) + 1)
        self._named[venue] = began
        name = f"{self._settings.folder}/{venue}-{began}.tape"
        return Segment(name, self._tapes.writer(name, instruments), now)

    def _ticker(
        self, progress: Callable[[Nanos, int], None], stopped: Callable[[], bool]
    ) -> Callable[[Nanos], bool]:
        settings = self._settings

        def tick(now: Nanos) -> bool:
            for desk in self._desks.values():
                if now - desk.segment.began >= settings.segment:
                    self._rotate(desk, now)
            if (free := self._free()) < settings.least_free:
                self._error = DataError(
                    f"{settings.folder}: found {free} bytes free, "
                    f"expected at least {settings.least_free}; what was recorded is kept"
                )
            progress(now, self.messages)
            is_over = settings.until is not None and now >= settings.until
            return self._error is None and not is_over and not stopped()

        return tick

    def _rotate(self, desk: _Desk, now: Nanos) -> None:
        """Begin the next tape with what is known, and seal the last one beside the loop."""
        full, desk.segment = desk.segment, self._segment(desk.venue, desk.instruments, now)
        for book in desk.books.values():
            if book.is_synced:
                desk.segment.append(_whole(book, now))
        self._sealing.add(asyncio.ensure_future(asyncio.to_thread(full.seal)))

    async def _finish(self) -> None:
        for sealing in tuple(self._sealing):
            self._note(await sealing)
        for desk in self._desks.values():
            self._note(desk.segment.seal())
        self._desks.clear()

    def _note(self, made: Recorded | None) -> None:
        if made is not None:
            self.made.append(made)


def _lose(books: Iterable[OrderBook], desk: _Desk, reason: str) -> None:
    """Take *books* for lost; what was lost already, or never there, is no gap of the tape."""
    lost = [book for book in books if book.is_synced]
    desk.segment.gaps += bool(lost)
    for book in lost:
        book.drop(reason)


def _whole(book: OrderBook, now: Nanos) -> BookUpdate:
    """Return *book* as a snapshot received now."""
    bids, asks = (book.levels(side, book.count(side)) for side in (Side.BUY, Side.SELL))
    sides = [np.full(len(bids[0]), 1, np.int8), np.full(len(asks[0]), -1, np.int8)]
    rows = LevelRows(
        np.concatenate(sides),
        np.concatenate([bids[0], asks[0]]),
        np.concatenate([bids[1], asks[1]]),
    )
    name = book.instrument.id
    return BookUpdate(now, now, name, rows, 0, len(rows.side), snapshot=True)
