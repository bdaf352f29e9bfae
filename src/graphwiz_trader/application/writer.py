"""SingleWriter: the one place where a live run's events become steps, entries and commands."""

from collections import deque
from collections.abc import Callable
from decimal import getcontext, setcontext

from graphwiz_trader.domain.arithmetic import OURS
from graphwiz_trader.domain.commands import Command, Severity
from graphwiz_trader.domain.errors import DomainError, InvariantViolation, JournalError
from graphwiz_trader.domain.events import BookUpdate, Event
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.noticed import Noticed
from graphwiz_trader.domain.rows import kept
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.journal import Journal

Route = Callable[[Command], None]
Heard = Callable[[Event, Outcome], None]

REFUSED = "EVENT_REFUSED"


class SingleWriter:
    """
    Steps the engine, journals the step, then routes its commands: in the call that delivers.

    What is delivered meanwhile waits its turn. Each step is told to *heard* once it is journaled,
    before its commands leave, and to *done* after that: what can wait, commands do not wait for.
    `refused` counts events the engine would not take.
    """

    def __init__(
        self, engine: Engine, journal: Journal, route: Route, heard: Heard, done: Heard
    ) -> None:
        self.refused = 0
        self._engine = engine
        self._journal = journal
        self._route = route
        self._heard = heard
        self._done = done
        self._waiting: deque[Event] = deque()
        self._is_stepping = False
        self._is_broken = False
        self._told: Nanos | None = None
        self._untold = 0

    @property
    def is_broken(self) -> bool:
        """Whether a step could not be journaled: nothing is stepped or sent any more."""
        return self._is_broken

    def deliver(self, event: Event) -> None:
        """
        Take *event*, now or after those before it.

        Raises:
            JournalError: the step could not be journaled; none of its commands left, and none
                will again.
            InvariantViolation: the engine's state can no longer be trusted.
        """
        if self._is_broken:
            raise JournalError("an earlier step could not be journaled; nothing is taken any more")
        if self._is_stepping:
            # The rows behind a queued update would be overwritten by the next frame.
            self._waiting.append(kept(event) if isinstance(event, BookUpdate) else event)
            return
        self._is_stepping = True
        try:
            self._take(event)
            while self._waiting:
                self._take(self._waiting.popleft())
        finally:
            self._is_stepping = False

    def _take(self, event: Event) -> None:
        theirs = getcontext()
        setcontext(OURS)
        try:
            outcome = self._engine.step(event)
        except InvariantViolation:
            self._is_broken = True
            raise
        except DomainError as error:
            self._refuse(str(error))
            return
        finally:
            setcontext(theirs)
        self._is_broken = True
        self._journal.append(Entry(event, outcome))
        self._is_broken = False
        self._heard(event, outcome)
        for command in outcome.commands:
            self._route(command)
        self._done(event, outcome)

    def _refuse(self, why: str) -> None:
        """Count an event that was refused, and have it noticed, once a second of its time."""
        self.refused += 1
        self._untold += 1
        now = self._engine.state.now
        if self._told is None or now - self._told >= SECOND:
            more = f"; {self._untold - 1} more since the last" if self._untold > 1 else ""
            self._told, self._untold = now, 0
            self._waiting.append(Noticed(now, Severity.WARNING, REFUSED, why + more))
