"""Recovery: an engine as its journal left it."""

from collections.abc import Callable, Iterator

from graphwiz_trader.application.replay import replay
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.errors import JournalTorn
from graphwiz_trader.domain.events import Event, TapeMessage, TimerFired
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.journal import JournalReader

Watch = Callable[[Event, Outcome], None]
"""Is told each step once it is journaled."""


@value
class Recovered:
    """
    What a journal says beside the engine's state.

    `entries` were replayed, the last at `ts` (0 if there was none); `timers` still run; `torn`
    is what was cut from the tail.
    """

    entries: int = 0
    ts: Nanos = Nanos(0)
    timers: tuple[SetTimer, ...] = ()
    torn: str | None = None


def recover(reader: JournalReader, engine: Engine, watch: Watch | None = None) -> Recovered:
    """
    Bring *engine*, which is new, to where the journal ends; *watch* sees each step.

    Raises:
        JournalTorn: a step comes out otherwise than journaled: this is another engine.
    """
    tap = _Tap(reader, watch)
    replayed = replay(tap, engine, (), _unseen)
    if replayed.difference is not None:
        found = replayed.difference
        raise JournalTorn(
            f"step {found.seq} ({found.event}): found {found.replayed},"
            f" the journal says {found.journaled}"
        )
    return Recovered(replayed.entries, tap.ts, tuple(tap.timers.values()), reader.torn)


class _Tap:
    """A `JournalReader` that notes the timers that pass."""

    def __init__(self, reader: JournalReader, watch: Watch | None) -> None:
        self._watch = watch
        self.ts = Nanos(0)
        self.timers: dict[tuple[str, str], SetTimer] = {}
        self._reader = reader

    @property
    def torn(self) -> str | None:
        return self._reader.torn

    def entries(self, after: int = 0) -> Iterator[Entry]:
        for entry in self._reader.entries(after):
            event = entry.event
            if not isinstance(event, TapeMessage):
                self.ts = event.ts
            if isinstance(event, TimerFired):
                self.timers.pop((event.owner, event.name), None)
            for command in entry.outcome.commands:
                if isinstance(command, SetTimer):
                    self.timers[(command.owner, command.name)] = command
            if self._watch is not None:
                self._watch(event, entry.outcome)
            yield entry

    def outcome_bytes(self, outcome: Outcome) -> bytes:
        return self._reader.outcome_bytes(outcome)


def _unseen(share: float) -> None:
    """Nobody watches."""
