"""Journal reader: the entries of a folder of segments, oldest first."""

from collections.abc import Iterator
from pathlib import Path

from graphwiz_trader.adapters.files.records import OPENING, count, decoded
from graphwiz_trader.adapters.files.segments import FRAME, Segment, segments
from graphwiz_trader.domain.errors import DataError, JournalTorn
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.value import value


@value
class Place:
    """Where reading goes on: in *path* at *offset*, behind the entry *seq*."""

    path: Path
    offset: int
    seq: int


class FileJournalReader:
    """
    Reads the journal in a folder, also while it is being written.

    A reader remembers where it stopped: asking again for what is after the last entry it gave
    does not read the earlier ones again.
    """

    def __init__(self, folder: Path) -> None:
        if not segments(folder):
            raise DataError(f"no journal in {folder}")
        self._folder = folder
        self._torn: str | None = None
        self._place: Place | None = None

    @property
    def torn(self) -> str | None:
        """What was cut from the tail, or None; known once `entries` is exhausted."""
        return self._torn

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """
        Yield the entries with seq above *after*; segments wholly before them are not read.

        Raises:
            JournalTorn: a record is damaged, missing or of an unknown kind.
            JournalError: a segment was written under another schema.
        """
        for body, place in self._bodies(after):
            try:
                for entry in decoded(body):
                    if entry.outcome.seq > after:
                        yield entry
            except JournalTorn as error:
                at = place.offset - FRAME.size - len(body)
                raise JournalTorn(f"{place.path.name} at offset {at}: {error}") from error

    def _bodies(self, after: int) -> Iterator[tuple[bytes, Place]]:
        """Yield records that hold entries above *after*, and where they end, in proven order."""
        self._torn = None
        place = self._beginning(after)
        if place is None:
            return
        files = segments(self._folder)
        for file in files[files.index(place.path) :]:
            if self._torn:
                raise JournalTorn(f"{self._torn}, but {file.name} follows")
            segment = Segment(file)
            header = segment.header()
            self._torn = segment.torn
            if header is None:
                continue
            if place.path != file:
                _expect(file, place.seq + 1, header.first_seq)
                place = Place(file, segment.end, place.seq)
            for body in segment.bodies(place.offset):
                steps = count(body)
                if steps:
                    _expect(file, place.seq + 1, OPENING.unpack_from(body)[1])
                place = self._place = Place(file, segment.end, place.seq + steps)
                if steps and place.seq > after:
                    yield body, place
            self._torn = segment.torn

    def _beginning(self, after: int) -> Place | None:
        """Return the latest known place that is not behind *after*, None for an empty journal."""
        if self._place and self._place.seq <= after:
            return self._place
        first, torn = None, None
        for file in reversed(segments(self._folder)):
            segment = Segment(file)
            header = segment.header()
            if header and header.first_seq <= after + 1:
                return Place(file, segment.end, header.first_seq - 1)
            first = header.first_seq if header else None
            torn = segment.torn
        if first:
            raise JournalTorn(f"the journal begins at entry {first}, expected {after + 1}")
        self._torn = torn
        return None


def _expect(file: Path, expected: int, found: int) -> None:
    if found != expected:
        raise JournalTorn(f"{file.name}: found entry {found}, expected {expected}")
