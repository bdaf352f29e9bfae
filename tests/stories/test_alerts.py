"""Whatever an engine alerts of reaches a person, by way of its journal."""

import ast
import asyncio

import pytest

from graphwiz_trader.application.heard import HeardSink
from graphwiz_trader.application.notices import Notices
from graphwiz_trader.application.notify import Notify, Way
from graphwiz_trader.application.writer import SingleWriter
from graphwiz_trader.domain.alerting import Alerting, News, Policy
from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.health import Symptom
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.testing import make
from graphwiz_trader.testing.alerts import RememberedAlerts
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.graph import MemoryGraph
from graphwiz_trader.testing.journal import MemoryJournal
from tests.alert_codes import SOURCES, raised
from tests.unit.application.graph_diary import AT_A, STARTED, Diary

CODES = sorted(raised())


def journaled(alert: RaiseAlert) -> Diary:
    """The journal of a run beside whose engine *alert* was raised."""
    journal = MemoryJournal()
    writer = SingleWriter(
        make.engine([AT_A]),
        journal,
        lambda command: None,
        lambda event, outcome: None,
        lambda event, outcome: None,
    )
    notices = Notices(writer, ManualClock(make.START), lambda alert: None)
    writer.deliver(STARTED)
    notices.hear(STARTED, Outcome(1))
    notices.alert(alert)
    diary = Diary()
    diary.entries = list(journal.entries())
    return diary


async def delivered(diary: Diary) -> RememberedAlerts:
    """Read *diary* into a graph that an observer listens to; return what a person was told."""
    person, clock = RememberedAlerts(), ManualClock(make.START)
    notify = Notify({"phone": Way(person)}, clock, lambda line: None)
    alerting = Alerting(Policy())

    def hear(symptom: Symptom) -> None:
        for alert in alerting.note(clock.now(), symptom):
            notify.tell(alert)

    rows = diary.rows()
    for entry in diary.entries:
        rows.feed(entry)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(notify.run())
        await HeardSink(MemoryGraph(), clock, hear).write(rows.cut())
        await clock.advance(SECOND)
        await notify.settle()
        task.cancel()
    return person


def test_what_runs_beside_the_engine_has_alerts_of_its_own() -> None:
    assert {"CIRCUIT_BREAKER", "CLOCK_STEP", "EVENT_REFUSED", "JOURNAL_LATE"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_alert_reaches_a_person(code: str) -> None:
    alert = RaiseAlert(Severity.WARNING, code, "something is wrong")

    person = asyncio.run(delivered(journaled(alert)))

    told = [(one.news, one.severity, one.code, one.subject, one.text) for one in person.told]
    assert told == [(News.NOTED, Severity.WARNING, code, STARTED.run, "something is wrong")]


def test_nobody_beside_the_engine_tells_a_person_past_the_journal() -> None:
    """Only the route of journaled commands, and notices that can no longer be journaled, do."""
    tree = ast.parse((SOURCES / "application/session.py").read_text(encoding="utf-8"))

    past = {"tell.alert", "self._tell.alert"}
    holders = [
        outer.func.id
        for outer in ast.walk(tree)
        if isinstance(outer, ast.Call) and isinstance(outer.func, ast.Name)
        for word in outer.args
        if isinstance(word, ast.Attribute) and ast.unparse(word) in past
    ]

    assert sorted(holders) == ["Notices", "Trade"]
