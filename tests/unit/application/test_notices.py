"""Alerts from beside the engine, on their way into the journal."""

import pytest

from graphwiz_trader.application.notices import Notices
from graphwiz_trader.application.writer import SingleWriter
from graphwiz_trader.domain.commands import Command, RaiseAlert, Severity
from graphwiz_trader.domain.errors import JournalFull
from graphwiz_trader.domain.events import Event, FeedUp
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.noticed import Noticed
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.journal import MemoryJournal

STEP = RaiseAlert(Severity.WARNING, "CLOCK_STEP", "alpha: the clocks moved apart by 2 s at once")
UP = FeedUp(make.START, Venue("alpha"))


class Beside:
    """A writer, and notices beside it."""

    def __init__(self, capacity: int | None = None) -> None:
        self.journal = MemoryJournal(capacity)
        self.routed: list[Command] = []
        self.told: list[RaiseAlert] = []
        self.writer = SingleWriter(
            make.engine([make.instrument()]),
            self.journal,
            self.routed.append,
            lambda event, outcome: None,
            self._hear,
        )
        self.notices = Notices(self.writer, ManualClock(), self.told.append)

    def _hear(self, event: Event, outcome: Outcome) -> None:
        self.notices.hear(event, outcome)

    def events(self) -> list[type]:
        return [type(entry.event) for entry in self.journal.entries()]


def test_an_alert_is_raised_by_the_engine_and_journaled() -> None:
    beside = Beside()
    beside.writer.deliver(UP)

    beside.notices.alert(STEP)

    assert beside.events() == [FeedUp, Noticed]
    assert beside.routed == [STEP]
    assert beside.told == []


def test_an_alert_from_before_the_first_step_waits_for_it() -> None:
    beside = Beside()
    beside.notices.alert(STEP)

    beside.writer.deliver(UP)

    assert beside.events() == [FeedUp, Noticed]
    assert beside.routed == [STEP]


def test_once_nothing_is_journaled_a_person_is_told_directly() -> None:
    beside = Beside(capacity=1)
    beside.writer.deliver(UP)
    with pytest.raises(JournalFull):
        beside.writer.deliver(UP)

    beside.notices.alert(STEP)

    assert beside.told == [STEP]
