"""Journal: the durable record of every step."""

from collections.abc import Iterator
from typing import Protocol

from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.units import Int64s


class Journal(Protocol):
    """
    Remembers every event and what came of it, in order.

    What `append` returned from survives kill -9; what `flush` returned survives power loss.
    """

    @property
    def unsynced(self) -> int:
        """How many bytes would not survive power loss now."""

    def append(self, entry: Entry) -> bytes:
        """
        Write *entry* so that it survives the process; raise `JournalFull` if it cannot be.

        Returns what is kept of its outcome, as a reader's `outcome_bytes` does; nothing where
        nothing is kept.
        """

    def reference(self, tape: int, message: int, more: bool) -> None:  # noqa: FBT001 # a column
        """
        Note that the next step took message *message* of tape *tape* and nothing came of it.

        May be held back until the next `append`, `flush` or `close`: the tape itself is durable.
        """

    def references(self, tapes: Int64s, messages: Int64s, more: Int64s) -> None:
        """Do what `reference` does for many steps, one after the other; *more* is 1 or 0."""

    def flush(self) -> int:
        """Make all of it survive power loss; return the last durable seq."""

    def close(self) -> None:
        """Flush and let go of the files."""


class Entries(Protocol):
    """What a journal holds, oldest first."""

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """
        Yield the entries with seq above *after*.

        A torn tail ends the iteration and is told by `torn`; damage before it raises
        `JournalTorn` with segment and offset.
        """

    @property
    def torn(self) -> str | None:
        """What was cut from the tail, or None; known once `entries` is exhausted."""


class JournalReader(Entries, Protocol):
    """Reads a journal back."""

    def outcome_bytes(self, outcome: Outcome) -> bytes:
        """
        Return what the journal keeps of *outcome*, b"" of a quiet one.

        Equal for equal outcomes only, to the last digit, and the same in every process.
        """
