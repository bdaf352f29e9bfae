"""Book watch: every book as it is told, and how far it may be believed, for people to see."""

from collections.abc import Iterable
from decimal import Decimal

import attrs

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import (
    BookGap,
    BookUpdate,
    Event,
    FeedDown,
    InstrumentUpdated,
    Trade,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos
from graphwiz_trader.domain.value import value

LEVELS = 10
"""Levels a side that the imbalance is of."""


@value
class BookRow:
    """
    One book now; prices and quantities None where there are none.

    `quality` is `ok`, or why the book is not to be traded on. `rate` counts its messages a
    second since the row before, `age_s` the seconds since the last, None before the first.
    """

    instrument: InstrumentId
    bid: Decimal | None
    bid_qty: Decimal
    ask: Decimal | None
    ask_qty: Decimal
    spread_bps: float | None
    imbalance: float
    quality: str
    rate: float
    age_s: float | None
    messages: int
    trades: int
    epochs: int
    gaps: int


@attrs.define
class _Watched:
    """One book and what was counted of it; `shown` is `messages` when it was last looked at."""

    book: OrderBook
    messages: int = 0
    trades: int = 0
    losses: int = 0
    shown: int = 0


class BookWatch:
    """Keeps the books of *instruments* from the events of any number of feeds."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._watched = {one.id: _Watched(OrderBook(one)) for one in instruments}
        self._looked = Nanos(0)

    def deliver(self, event: Event) -> None:
        """Take in one event; what is about something else is passed over."""
        match event:
            case BookUpdate() | Trade() | BookGap():
                watched = self._watched.get(event.instrument)
                if watched is not None:
                    self._take(watched, event)
            case FeedDown():
                for watched in self._watched.values():
                    if watched.book.instrument.venue == event.venue:
                        self._lose(watched, event.reason)
            case InstrumentUpdated():
                changed = self._watched.get(event.instrument.id)
                if changed is not None:
                    changed.book = OrderBook(event.instrument)

    def _take(self, watched: _Watched, event: BookUpdate | Trade | BookGap) -> None:
        if isinstance(event, BookGap):
            self._lose(watched, event.reason)
        elif isinstance(event, Trade):
            watched.trades += 1
        else:
            watched.book.apply(event)
            watched.messages += 1

    def rows(self, now: Nanos) -> tuple[BookRow, ...]:
        """Return all books as they are at *now*, in the order of the instruments."""
        since = max((now - self._looked) / SECOND, 1e-9) if self._looked else None
        self._looked = now
        return tuple(_row(watched, now, since) for watched in self._watched.values())

    def _lose(self, watched: _Watched, reason: str) -> None:
        if watched.book.is_synced:
            watched.losses += 1
            watched.book.drop(reason)


def _row(watched: _Watched, now: Nanos, since: float | None) -> BookRow:
    book, instrument = watched.book, watched.book.instrument
    fresh, watched.shown = watched.messages - watched.shown, watched.messages
    return BookRow(
        instrument.id,
        instrument.price(book.bid) if book.bid is not None else None,
        instrument.qty(book.bid_lots),
        instrument.price(book.ask) if book.ask is not None else None,
        instrument.qty(book.ask_lots),
        book.spread_bps if book.is_two_sided else None,
        book.imbalance(LEVELS),
        _quality(book),
        fresh / since if since is not None else 0.0,
        (now - book.ts) / SECOND if watched.messages else None,
        watched.messages,
        watched.trades,
        book.epoch,
        watched.losses,
    )


def _quality(book: OrderBook) -> str:
    if not book.is_synced:
        return book.quality.flaw
    if book.is_crossed:
        return "crossed"
    return "ok" if book.is_two_sided else "one-sided"
