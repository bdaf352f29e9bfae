"""SingleWriter: each event is stepped and journaled before anything it asks for leaves."""

from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, Decimal, localcontext

import pytest

from graphwiz_trader.application.writer import SingleWriter
from graphwiz_trader.domain.commands import Command, RaiseAlert, SetTimer, Severity
from graphwiz_trader.domain.errors import InvariantViolation, JournalError, JournalFull
from graphwiz_trader.domain.events import BookUpdate, Event, FeedUp, TimerFired
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.noticed import Noticed
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import SECOND, Nanos, Venue
from graphwiz_trader.testing import make
from graphwiz_trader.testing.journal import MemoryJournal
from graphwiz_trader.testing.strategy import ScriptedStrategy

BTC = make.instrument()
ALPHA = Venue("alpha")
WAKE = SetTimer(Nanos(make.START + 5), "", "wake")


class Desk:
    """A writer, what it was asked and what left it."""

    def __init__(self, capacity: int | None = None) -> None:
        self.strategy = ScriptedStrategy([BTC.id])
        self.journal = MemoryJournal(capacity)
        self.routed: list[tuple[int, Command]] = []
        self.heard: list[tuple[Event, int]] = []
        self.meanwhile: list[Event] = []
        self.on_route: Callable[[], None] = lambda: None
        self.engine = make.engine([BTC], [self.strategy])
        self.done: list[tuple[Event, int]] = []
        self.writer = SingleWriter(self.engine, self.journal, self._route, self._hear, self._end)

    def _route(self, command: Command) -> None:
        self.routed.append((self.journal.seq, command))
        while self.meanwhile:
            self.writer.deliver(self.meanwhile.pop(0))
        self.on_route()

    def _hear(self, event: Event, outcome: Outcome) -> None:
        self.heard.append((event, len(self.routed)))

    def _end(self, event: Event, outcome: Outcome) -> None:
        self.done.append((event, len(self.routed)))

    def book(self) -> BookUpdate:
        return make.book_update(BTC, [("99.9", "1")], [("100.0", "1")])


def test_a_command_leaves_after_its_entry_is_journaled() -> None:
    desk = Desk()
    desk.strategy.say(WAKE)

    desk.writer.deliver(desk.book())

    assert [(seq, type(command)) for seq, command in desk.routed] == [(1, SetTimer)]
    assert desk.heard[0][1] == 0


def test_what_can_wait_is_done_after_the_commands_left() -> None:
    desk = Desk()
    desk.strategy.say(WAKE)

    desk.writer.deliver(desk.book())

    assert desk.done[0][1] == 1


def test_what_is_delivered_meanwhile_waits_its_turn() -> None:
    desk = Desk()
    desk.strategy.say(WAKE, SetTimer(Nanos(make.START + 6), "", "again"))
    desk.meanwhile = [FeedUp(make.START, ALPHA)]

    desk.writer.deliver(desk.book())

    assert [seq for seq, _ in desk.routed] == [1, 1]
    assert [type(entry.event) for entry in desk.journal.entries()] == [BookUpdate, FeedUp]


def test_a_book_that_waits_has_rows_of_its_own() -> None:
    desk = Desk()
    desk.strategy.say(WAKE, SetTimer(Nanos(make.START + 6), "", "again"))
    update = desk.book()
    desk.meanwhile = [update]
    desk.on_route = lambda: update.rows.lots.fill(0) if not desk.meanwhile else None

    desk.writer.deliver(desk.book())

    assert desk.engine.seq == 2
    assert desk.engine.state.books[BTC.id].is_two_sided


def test_nothing_leaves_when_the_journal_is_full() -> None:
    desk = Desk(capacity=0)
    desk.strategy.say(WAKE)

    with pytest.raises(JournalFull):
        desk.writer.deliver(desk.book())

    assert desk.routed == []
    assert desk.writer.is_broken


def test_nothing_is_taken_once_a_step_was_not_journaled() -> None:
    desk = Desk(capacity=0)
    with pytest.raises(JournalFull):
        desk.writer.deliver(desk.book())

    with pytest.raises(JournalError, match="nothing is taken"):
        desk.writer.deliver(FeedUp(make.START, ALPHA))

    assert desk.engine.seq == 1


STRANGE = make.book_update(make.instrument("X/USDT@alpha"), [("1.0", "1")], [("2.0", "1")])


def refusals(desk: Desk) -> list[str]:
    """The alerts of the journal."""
    return [
        command.text
        for entry in desk.journal.entries()
        for command in entry.outcome.commands
        if isinstance(command, RaiseAlert) and command.code == "EVENT_REFUSED"
    ]


def test_an_event_the_engine_refuses_is_not_journaled_but_that_it_was_is() -> None:
    desk = Desk()

    desk.writer.deliver(STRANGE)

    assert desk.writer.refused == 1
    assert [type(entry.event) for entry in desk.journal.entries()] == [Noticed]
    assert [command for _, command in desk.routed] == [
        RaiseAlert(Severity.WARNING, "EVENT_REFUSED", refusals(desk)[0])
    ]


def test_of_many_refused_events_one_a_second_is_told_with_their_number() -> None:
    desk = Desk()
    for _ in range(5):
        desk.writer.deliver(STRANGE)
    desk.writer.deliver(FeedUp(Nanos(make.START + SECOND), ALPHA))

    desk.writer.deliver(STRANGE)

    first, second = refusals(desk)
    assert desk.writer.refused == 6
    assert (first in second, second.removeprefix(first)) == (True, "; 4 more since the last")


def test_a_broken_invariant_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()

    def broken(event: Event) -> None:
        raise InvariantViolation(f"at {event}")

    monkeypatch.setitem(desk.engine._handlers, TimerFired, broken)

    with pytest.raises(InvariantViolation):
        desk.writer.deliver(TimerFired(make.START, "", ""))

    assert desk.writer.is_broken


class Dividing(ScriptedStrategy):
    """Divides when it is asked."""

    def __init__(self) -> None:
        super().__init__([BTC.id])
        self.found: list[Decimal] = []

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        self.found.append(Decimal(2) / 3)
        return ()


def test_what_others_do_to_the_threads_arithmetic_is_not_ours_and_stays_theirs() -> None:
    """As ccxt does whenever it formats a number."""
    strategy = Dividing()
    engine = make.engine([BTC], [strategy])
    journal = MemoryJournal()
    writer = SingleWriter(
        engine, journal, lambda command: None, lambda event, out: None, lambda event, out: None
    )

    with localcontext() as theirs:
        theirs.prec, theirs.rounding = 5, ROUND_DOWN
        writer.deliver(Desk().book())
        after = Decimal(2) / 3

    assert strategy.found == [Decimal("0.6666666666666666666666666667")]
    assert after == Decimal("0.66666")
