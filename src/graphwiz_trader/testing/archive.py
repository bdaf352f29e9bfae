"""Fake archive: events written down by hand, as if a file had been read."""

from collections.abc import Iterator, Sequence

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.tape import SourceFile
from graphwiz_trader.ports.archive import RecordedEvent


class WrittenArchive:
    """An `Archive` of *events*; every one counts as a record."""

    def __init__(self, instruments: Sequence[Instrument], events: Sequence[RecordedEvent]) -> None:
        self.format = "written"
        self.instruments = tuple(instruments)
        self.files: tuple[SourceFile, ...] = ()
        self.records = self.rounded = self.late = self.passed = 0
        self.checksum_rule = ChecksumRule.NONE
        self.notes: tuple[str, ...] = ()
        self._events = tuple(events)

    def book(self, instrument: Instrument) -> OrderBook:
        """Return an empty book of *instrument*."""
        return OrderBook(instrument)

    def events(self) -> Iterator[RecordedEvent]:
        """Yield the events and count them."""
        self.records = 0
        for event in self._events:
            self.records += 1
            yield event
