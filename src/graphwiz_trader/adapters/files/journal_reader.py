"""Journal reader: the entries of a folder of segments, oldest first."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from graphwiz_trader.adapters.files.records import OPENING, count, decoded
from graphwiz_trader.adapters.files.segments import FRAME, MARKET, Segment, segments
from graphwiz_trader.domain.errors import DataError, JournalTorn
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.value import value


@value
class Place:
    """Where reading goes on: in *path* at *offset*."""

    path: Path
    offset: int


@value
class Record:
    """One record that holds steps `first` to `last`, and the place behind it."""

    first: int
    last: int
    body: bytes
    place: Place


class FileJournalReader:
    """
    Reads the journal in a folder, also while it is being written.

    Market data that is kept apart is joined with the rest by number. A reader remembers where it
    stopped: asking again for what is after the last entry it gave does not read the earlier ones
    again.
    """

    def __init__(self, folder: Path) -> None:
        if not segments(folder):
            raise DataError(f"no journal in {folder}")
        self._folder = folder
        self._torn: str | None = None
        self._seq = 0
        self._places: dict[str, Place] = {}

    @property
    def torn(self) -> str | None:
        """What was cut from the tail, or None; known once `entries` is exhausted."""
        return self._torn

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """
        Yield the entries with seq above *after*; segments wholly before them are not read.

        Raises:
            DataError: market data that was kept apart has been deleted.
            JournalTorn: a record is damaged, missing or of an unknown kind.
            JournalError: a segment was written under another schema.
        """
        return _entries(self._joined(after), after)

    def decisions(self) -> Iterator[Entry]:
        """Yield all entries but market data that is kept apart; raises as `entries` does."""
        chain = _Chain(self._folder, "")
        return _entries(chain.records(chain.beginning(0), 0), 0)

    def _joined(self, after: int) -> Iterator[Record]:
        """Yield records that hold entries above *after*, in proven order."""
        self._torn = None
        if self._seq > after:
            self._places.clear()
        chains = {name: _Chain(self._folder, name) for name in ("", MARKET)}
        records = {
            name: chain.records(self._places.get(name) or chain.beginning(after), after)
            for name, chain in chains.items()
        }
        heads = {name: next(found, None) for name, found in records.items()}
        expected = after + 1
        while True:
            waiting = {name: head for name, head in heads.items() if head is not None}
            if not waiting:
                break
            name, head = min(waiting.items(), key=lambda item: item[1].first)
            if head.last < expected:
                raise JournalTorn(_found(head, expected))
            if head.first > expected:
                self._miss(chains, head, expected)
                break
            self._places[name], self._seq = head.place, head.last
            yield head
            expected = head.last + 1
            heads[name] = next(records[name], None)
        if self._torn is None:
            self._torn = next((chain.torn for chain in chains.values() if chain.torn), None)

    def _miss(self, chains: "dict[str, _Chain]", head: Record, expected: int) -> None:
        """Tell what is lost from what was never there: after power loss a tail may have holes."""
        if not chains[MARKET].files:
            raise JournalTorn(_found(head, expected))
        self._torn = f"{_found(head, expected)}; what follows is not used"


class _Chain:
    """The segments of one kind, read in order."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.files = segments(folder, prefix)
        self.torn: str | None = None
        self._prefix = prefix

    def beginning(self, after: int) -> Place | None:
        """
        Return the latest place that is not behind *after*, None if there is nothing.

        Raises:
            DataError, JournalTorn: what was there is gone.
        """
        first, torn = None, None
        for file in reversed(self.files):
            segment = Segment(file)
            header = segment.header()
            if header and header.first_seq <= after + 1:
                return Place(file, segment.end)
            first = header.first_seq if header else None
            torn = segment.torn
        if first and self._prefix:
            raise DataError(
                f"the market data of entries {after + 1} to {first - 1} has been deleted: "
                f"{self.files[0].name} is the oldest that is kept"
            )
        if first:
            raise JournalTorn(f"the journal begins at entry {first}, expected {after + 1}")
        self.torn = torn
        return None

    def records(self, place: Place | None, after: int) -> Iterator[Record]:
        """Yield what holds entries above *after*, from *place* on."""
        if place is None:
            return
        if place.path not in self.files:
            raise DataError(f"{place.path.name} has been deleted since it was read last")
        number = self._number(place.path)
        for file in self.files[self.files.index(place.path) :]:
            if self.torn:
                raise JournalTorn(f"{self.torn}, but {file.name} follows")
            if self._number(file) != number:
                raise JournalTorn(
                    f"{file.name}: found segment {self._number(file)}, expected {number}"
                )
            number += 1
            segment = Segment(file)
            header = segment.header()
            self.torn = segment.torn
            if header is None:
                continue
            begin = place.offset if file == place.path else segment.end
            for body in segment.bodies(begin):
                steps = count(body)
                first = OPENING.unpack_from(body)[1]
                if steps and first + steps - 1 > after:
                    yield Record(first, first + steps - 1, body, Place(file, segment.end))
            self.torn = segment.torn

    def _number(self, file: Path) -> int:
        return int(file.stem.removeprefix(self._prefix))


def _entries(records: Iterable[Record], after: int) -> Iterator[Entry]:
    for record in records:
        try:
            for entry in decoded(record.body):
                if entry.outcome.seq > after:
                    yield entry
        except JournalTorn as error:
            at = record.place.offset - FRAME.size - len(record.body)
            raise JournalTorn(f"{record.place.path.name} at offset {at}: {error}") from error


def _found(head: Record, expected: int) -> str:
    return f"{head.place.path.name}: found entry {head.first}, expected {expected}"
