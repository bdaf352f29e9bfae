"""The journal's watch: a disk that does not keep up halts everything until a person resumes."""

from graphwiz_trader.application.journal_watch import JOURNAL_LATE, MIB, JournalWatch
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.events import Event, OperatorAction, OperatorOrder
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.journal import MemoryJournal


class Play:
    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.told: list[Event] = []
        self.alerts: list[RaiseAlert] = []
        self.watch = JournalWatch(
            self.journal, ManualClock(make.START), self.told.append, self.alerts.append
        )

    def look(self, *mib: int) -> None:
        for each in mib:
            self.journal.unsynced = each * MIB
            self.watch.look()


def test_what_the_disk_keeps_up_with_halts_nothing() -> None:
    play = Play()

    play.look(0, 64, 0)

    assert (play.told, play.alerts) == ([], [])


def test_more_than_64_mib_halt_everything_and_tell_a_person() -> None:
    play = Play()

    play.look(65, 80)

    (order,) = play.told
    assert isinstance(order, OperatorOrder)
    assert (order.action, order.scope) == (OperatorAction.HALT, "")
    assert "65 MiB" in order.reason
    assert [alert.code for alert in play.alerts] == [JOURNAL_LATE]


def test_it_halts_again_when_it_falls_behind_again() -> None:
    play = Play()

    play.look(65, 10, 70)

    assert len(play.told) == len(play.alerts) == 2


def test_the_engine_stays_halted_once_the_disk_has_caught_up() -> None:
    play, engine = Play(), make.engine([make.instrument()])

    play.look(65, 0)
    engine.step(play.told[0])

    assert engine.state.scopes.get("") is TradingState.HALTED
