"""Unrecorded: a run that leaves no folder, and is looked at while it happens."""

from graphwiz_trader.application.fates import Fates
from graphwiz_trader.application.prices import received
from graphwiz_trader.application.report import ReportBuilder
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.units import Int64s, Nanos
from graphwiz_trader.domain.value import value


@value
class Unrecorded:
    """What came of such a run."""

    fates: Fates
    report: Report


class Forgetting:
    """The journal of such a run."""

    unsynced = 0

    def append(self, entry: Entry) -> bytes:  # noqa: ARG002 # a journal's
        """Forget *entry*: nothing is kept of its outcome."""
        return b""

    def reference(self, tape: int, message: int, more: bool) -> None:  # noqa: FBT001 # a column
        """Forget it."""

    def references(self, tapes: Int64s, messages: Int64s, more: Int64s) -> None:
        """Forget them."""

    def flush(self) -> int:
        """Return 0: nothing is kept."""
        return 0

    def close(self) -> None:
        """There is nothing to let go of."""


class Onlooker:
    """Follows such a run: its orders, and its report."""

    def __init__(self, report: ReportBuilder) -> None:
        self._fates = Fates()
        self._report = report

    @property
    def due(self) -> Nanos:
        """When the report next wants to hear of time."""
        return self._report.due

    def advance(self, now: Nanos) -> None:
        """Time moves."""
        self._report.advance(now)

    def feed(self, event: Event, outcome: Outcome) -> None:
        """A step led to something."""
        self._report.feed(event, outcome)
        self._fates.feed(outcome, received(event))

    def result(self) -> Unrecorded:
        """Return what came of it."""
        return Unrecorded(self._fates, self._report.report())
