"""What every archive promises."""

import pytest

from graphwiz_trader.domain.events import BookGap, BookUpdate, Trade
from graphwiz_trader.ports.archive import Archive, TopSeen


class ArchiveContract:
    """
    Subclasses offer `archive`: of one instrument, a snapshot, a change, a top, a trade, a gap.

    In time they may come in any order but that the snapshot precedes the change.
    """

    @pytest.fixture
    def archive(self) -> Archive:
        raise NotImplementedError

    def test_everything_is_told_once(self, archive: Archive) -> None:
        kinds = sorted(type(event).__name__ for event in archive.events())

        assert kinds == ["BookGap", "BookUpdate", "BookUpdate", "TopSeen", "Trade"]

    def test_the_first_word_on_a_book_is_a_snapshot(self, archive: Archive) -> None:
        updates = [event for event in archive.events() if isinstance(event, BookUpdate)]

        assert [update.snapshot for update in updates] == [True, False]

    def test_events_name_the_instruments(self, archive: Archive) -> None:
        named = {event.instrument for event in archive.events()}

        assert named == {instrument.id for instrument in archive.instruments}

    def test_time_does_not_go_back(self, archive: Archive) -> None:
        times = [event.ts for event in archive.events()]

        assert times == sorted(times)

    def test_it_can_be_read_again(self, archive: Archive) -> None:
        first = [type(event) for event in archive.events()]
        records = archive.records

        assert [type(event) for event in archive.events()] == first
        assert archive.records == records >= len({BookUpdate, Trade, TopSeen, BookGap})

    def test_its_books_take_the_updates(self, archive: Archive) -> None:
        book = archive.book(archive.instruments[0])

        for event in archive.events():
            if isinstance(event, BookUpdate):
                book.apply(event)

        assert book.is_usable
