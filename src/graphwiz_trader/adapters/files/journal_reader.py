"""Journal reader: the entries of a folder of segments, oldest first."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from graphwiz_trader.adapters.files.records import OPENING, SINGLE, count, decoded, outcome_bytes
from graphwiz_trader.adapters.files.segments import FRAME, MARKET, Segment, segments
from graphwiz_trader.domain.errors import DataError, JournalTorn
from graphwiz_trader.domain.facts import Entry, Outcome

opening = OPENING.unpack_from


Place: TypeAlias = tuple[Path, int]
"""Where reading goes on: in a file, at an offset."""

Record: TypeAlias = tuple[int, int, bytes, Path, int]
"""One record: the first and the last step it holds, its body, its file and where it ends."""


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

    def outcome_bytes(self, outcome: Outcome) -> bytes:
        """Return what a record says of *outcome*."""
        return outcome_bytes(outcome)

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
        mains, markets = (
            chain.records(self._places.get(name) or chain.beginning(after), after)
            for name, chain in chains.items()
        )
        main, market = next(mains, None), next(markets, None)
        expected = after + 1
        while True:
            is_main = market is None or (main is not None and main[0] <= market[0])
            head = main if is_main else market
            if head is None:
                break
            first, last, _, file, end = head
            if last < expected:
                raise JournalTorn(_found(head, expected))
            if first > expected:
                self._miss(chains, head, expected)
                break
            self._places["" if is_main else MARKET], self._seq = (file, end), last
            yield head
            expected = last + 1
            if is_main:
                main = next(mains, None)
            else:
                market = next(markets, None)
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
                return file, segment.end
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
        path, offset = place
        if path not in self.files:
            raise DataError(f"{path.name} has been deleted since it was read last")
        number = self._number(path)
        for file in self.files[self.files.index(path) :]:
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
            begin = offset if file == path else segment.end
            for body in segment.bodies(begin):
                kind, first = opening(body)
                last = first + (1 if kind in SINGLE else count(body)) - 1
                if last >= first and last > after:
                    yield first, last, body, file, segment.end
            self.torn = segment.torn

    def _number(self, file: Path) -> int:
        return int(file.stem.removeprefix(self._prefix))


def _entries(records: Iterable[Record], after: int) -> Iterator[Entry]:
    for first, _, body, file, end in records:
        try:
            entries = decoded(body)
        except JournalTorn as error:
            at = end - FRAME.size - len(body)
            raise JournalTorn(f"{file.name} at offset {at}: {error}") from error
        if first > after:
            yield from entries
        else:
            yield from (entry for entry in entries if entry.outcome.seq > after)


def _found(head: Record, expected: int) -> str:
    return f"{head[3].name}: found entry {head[0]}, expected {expected}"
