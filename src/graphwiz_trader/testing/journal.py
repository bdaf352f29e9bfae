"""Fake journal: one in memory, which can be made to fill up."""

from collections.abc import Iterator

from graphwiz_trader.adapters.files.records import outcome_bytes
from graphwiz_trader.domain.codec import Flat, flatten, restore
from graphwiz_trader.domain.errors import JournalError, JournalFull
from graphwiz_trader.domain.events import TapeMessage
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.units import Int64s


class MemoryJournal:
    """
    Remembers entries as primitives, so that nothing kept can change behind its back.

    It is a `Journal` and its own `JournalReader`; *capacity* is how many entries fit.
    """

    def __init__(self, capacity: int | None = None) -> None:
        self._kept: list[Flat] = []
        self._capacity = capacity
        self._is_closed = False
        self.unsynced = 0

    @property
    def torn(self) -> str | None:
        """None: memory does not tear."""
        return None

    @property
    def seq(self) -> int:
        """The last entry's seq, 0 in an empty journal."""
        return len(self._kept)

    def append(self, entry: Entry) -> bytes:
        """Keep *entry*; raise `JournalFull` when closed or at capacity."""
        if self._is_closed or len(self._kept) == self._capacity:
            raise JournalFull(f"no room behind entry {self.seq}")
        if entry.outcome.seq != self.seq + 1:
            raise JournalError(f"found entry {entry.outcome.seq}, expected {self.seq + 1}")
        self._kept.append(flatten(entry))
        return outcome_bytes(entry.outcome)

    def reference(self, tape: int, message: int, more: bool) -> None:  # noqa: FBT001
        """Keep a step that took *message* of *tape* and concluded nothing."""
        self.append(Entry(TapeMessage(tape, message, more), Outcome(self.seq + 1)))

    def references(self, tapes: Int64s, messages: Int64s, more: Int64s) -> None:
        """Keep many such steps."""
        columns = (tapes.tolist(), messages.tolist(), more.tolist())
        for tape, message, goes_on in zip(*columns, strict=True):
            self.reference(tape, message, bool(goes_on))

    def flush(self) -> int:
        """Return the last seq: memory is as durable as it will get."""
        return self.seq

    def close(self) -> None:
        """Keep nothing more."""
        self._is_closed = True

    def fill_up(self) -> None:
        """Have no room from now on."""
        self._capacity = self.seq

    def reopen(self) -> None:
        """Go on keeping."""
        self._is_closed = False

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield the entries with seq above *after*."""
        for flat in self._kept[after:]:
            entry = restore(flat)
            if isinstance(entry, Entry):
                yield entry

    def outcome_bytes(self, outcome: Outcome) -> bytes:
        """Return what a file's record would say of *outcome*."""
        return outcome_bytes(outcome)
