"""Replay: run a journal's events again and compare what comes of them, step by step."""

from collections.abc import Callable, Sequence

from graphwiz_trader.domain.arithmetic import own_arithmetic
from graphwiz_trader.domain.codec import flatten
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import Event, RunStarted, TapeMessage
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.digest import Digest
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.journal import Entries, JournalReader


@value
class Difference:
    """The first step that came out otherwise: what the journal says, and what came now."""

    seq: int
    event: str
    journaled: str
    replayed: str


@value
class Replayed:
    """What a replay found."""

    entries: int
    digest: str
    difference: Difference | None
    torn: str | None

    @property
    def is_identical(self) -> bool:
        """Whether every step came out as journaled."""
        return self.difference is None


def first_entry(reader: Entries) -> RunStarted:
    """Return what the journal's first entry says was run; raise `DataError` if it does not."""
    for entry in reader.entries():
        if isinstance(entry.event, RunStarted):
            return entry.event
        raise DataError(f"the journal begins with {type(entry.event).__name__}, not RunStarted")
    raise DataError(f"the journal is empty{_torn(reader)}")


def replay(
    reader: JournalReader,
    engine: Engine,
    tapes: Sequence[Tape],
    progress: Callable[[float], None],
) -> Replayed:
    """
    Give *engine* every journaled event; stop at the first step that differs.

    *progress* is told the share of the tapes' messages that were read.
    """
    with own_arithmetic():
        return _replayed(reader, engine, tapes, progress)


class Retracing:
    """
    An engine led along a journal: it takes every event, and must come to the same.

    `engine` is new, and the journal read from its first entry.
    """

    def __init__(
        self,
        engine: Engine,
        reader: JournalReader,
        tapes: Sequence[Tape] = (),
        digest: Digest | None = None,
    ) -> None:
        """
        Step nowhere yet.

        *reader* reads the journal, which refers to *tapes*; *digest*, if any, is told every
        outcome.
        """
        self.engine = engine
        self._bytes = reader.outcome_bytes
        self._tapes = tapes
        self._digest = digest

    def follow(self, entry: Entry) -> Difference | None:
        """Step as *entry* says; return how it came out otherwise, if it did."""
        outcome, journaled = self.engine.step(_resolved(entry.event, self._tapes)), entry.outcome
        if outcome.commands or outcome.facts or journaled.commands or journaled.facts:
            said = self._bytes(outcome)
            if said != self._bytes(journaled):
                return _difference(entry.event, journaled, outcome)
            if self._digest is not None:
                self._digest.add(said)
        return None


def _replayed(
    reader: JournalReader,
    engine: Engine,
    tapes: Sequence[Tape],
    progress: Callable[[float], None],
) -> Replayed:
    digest = Digest()
    retracing = Retracing(engine, reader, tapes, digest)
    entries = 0
    messages = sum(map(len, tapes)) or 1
    for entry in reader.entries():
        difference = retracing.follow(entry)
        entries += 1
        if not entries % 10_000:
            progress(min(1.0, entries / messages))
        if difference is not None:
            return Replayed(entries, digest.finish(engine), difference, reader.torn)
    return Replayed(entries, digest.finish(engine), None, reader.torn)


def _resolved(event: Event, tapes: Sequence[Tape]) -> Event:
    if not isinstance(event, TapeMessage):
        return event
    return tapes[event.tape].event(event.message, event.more)


def _difference(event: Event, journaled: Outcome, replayed: Outcome) -> Difference:
    return Difference(replayed.seq, type(event).__name__, _shown(journaled), _shown(replayed))


def _shown(outcome: Outcome) -> str:
    parts = (*outcome.commands, *outcome.facts)
    return "; ".join(repr(flatten(part)) for part in parts) or "nothing"


def _torn(reader: Entries) -> str:
    return f"; {reader.torn}" if reader.torn else ""
