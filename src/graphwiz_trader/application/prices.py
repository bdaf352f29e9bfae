"""Prices: the market as a reader of a journal can know it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from graphwiz_trader.domain.depth import Depth
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import (
    BookGap,
    BookUpdate,
    Event,
    FeedDown,
    InstrumentUpdated,
    TapeMessage,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos
from graphwiz_trader.engine.books import Books
from graphwiz_trader.engine.rates import Rates


class Prices(Protocol):
    """Books and rates of the moment; an engine's own state is one."""

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """Every instrument."""

    @property
    def books(self) -> Mapping[InstrumentId, Depth]:
        """Every book."""

    def rate(self, asset: Asset) -> float | None:
        """What one unit is worth in the reporting currency, None while nothing prices it."""


class RebuiltPrices:
    """
    Books built again from a journal's events, and from the tapes they refer to.

    *tapes* are the run's, in its order.
    """

    def __init__(
        self, instruments: Sequence[Instrument], tapes: Sequence[Tape], reporting: Asset
    ) -> None:
        self.instruments: Mapping[InstrumentId, Instrument] = {i.id: i for i in instruments}
        self.books = Books(instruments, 1)
        self._rates = Rates(instruments, self.books, reporting)
        self._tapes = tuple(tapes)

    def rate(self, asset: Asset) -> float | None:
        """Convert as the engine does."""
        return self._rates.of(asset)

    def resolve(self, event: Event) -> Event:
        """Return *event* itself, or what it refers to."""
        if not isinstance(event, TapeMessage):
            return event
        return self._tapes[event.tape].event(event.message, event.more)

    def apply(self, event: Event) -> None:
        """Let *event*, resolved, change the books."""
        match event:
            case BookUpdate():
                self.books.apply(event)
            case BookGap():
                self.books[event.instrument].drop(event.reason)
            case FeedDown():
                for book in self.books.values():
                    if book.instrument.venue == event.venue:
                        book.drop(event.reason)
            case InstrumentUpdated():
                self.books.open(event.instrument)
                self.instruments = {**self.instruments, event.instrument.id: event.instrument}
            case _:
                pass


def received(event: Event) -> Nanos:
    """Return when *event* reached the engine; raise `DomainError` for a mere reference."""
    if isinstance(event, TapeMessage):
        raise DomainError(f"message {event.message} of tape {event.tape} was not resolved")
    return event.ts
