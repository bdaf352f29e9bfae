"""Reading the journals of a home into the graph."""

import asyncio
from collections.abc import Iterator

import pytest
from typing_extensions import override

from graphwiz_trader.application.project import Project, Projected
from graphwiz_trader.application.run_tail import RunTails
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.errors import JournalTorn, Transient
from graphwiz_trader.domain.events import RunStarted, TimerFired
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.graph import Batch
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing.graph import MemoryGraph
from graphwiz_trader.testing.journal import MemoryJournal
from graphwiz_trader.testing.runs import MemoryRuns
from graphwiz_trader.testing.tape import MemoryTapes
from tests.stories.wiring import ALPHA, FREE, TWO, Desk, two_venues
from tests.unit.application.graph_diary import STARTED, at


@pytest.fixture
def desk() -> Desk:
    """One backtest in a home."""
    desk = two_venues(40)
    desk.backtest(TWO, *FREE)
    return desk


def project(desk: Desk, graph: MemoryGraph) -> Project:
    tails = RunTails(desk.tapes, desk.runs, lambda text, _: restored(text, ()).settings)
    return Project(tails, graph)


def catch_up(desk: Desk, graph: MemoryGraph) -> Projected:
    return asyncio.run(project(desk, graph).catch_up(desk.progress.append))


class Interrupted(MemoryGraph):
    """A store that is gone after *batches*."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self.left = batches

    @override
    async def write(self, batch: Batch) -> None:
        if not self.left:
            raise Transient("gone")
        self.left -= 1
        await super().write(batch)


def test_catching_up_says_what_it_took_in(desk: Desk) -> None:
    graph = MemoryGraph()

    found = catch_up(desk, graph)

    stats = asyncio.run(graph.stats())
    (run,) = desk.runs.names()
    assert (found.runs, found.entries, found.unread) == (1, len(desk.entries(run)), ())
    assert found.rows >= sum(stats.nodes.values()) + sum(stats.relationships.values())
    assert desk.progress[-1] == 1.0


def test_a_second_run_is_added_to_the_first(desk: Desk) -> None:
    graph = MemoryGraph()
    first = catch_up(desk, graph)
    desk.backtest(TWO, *FREE)

    second = catch_up(desk, graph)

    assert (second.runs, second.entries) == (1, first.entries)
    assert asyncio.run(graph.stats()).nodes["Run"] == 2


def test_after_a_store_was_gone_the_rest_is_added_and_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphwiz_trader.application.run_tail.BATCH", 50)
    whole, graph = MemoryGraph(), Interrupted(2)
    catch_up(desk, whole)

    with pytest.raises(Transient):
        catch_up(desk, graph)
    kept, _ = asyncio.run(graph.cursor(desk.runs.names()[0]))
    graph.left = -1
    found = catch_up(desk, graph)

    assert kept > 0
    assert found.entries == len(desk.entries(desk.runs.names()[0])) - kept
    assert asyncio.run(graph.stats()) == asyncio.run(whole.stats())


def test_rebuilding_gives_the_same_graph(desk: Desk) -> None:
    graph = MemoryGraph()
    catch_up(desk, graph)
    before = asyncio.run(graph.stats())

    found = asyncio.run(project(desk, graph).rebuild(desk.progress.append))

    assert found.runs == 1
    assert asyncio.run(graph.stats()) == before


class Torn(MemoryJournal):
    """A journal with a damaged entry."""

    @override
    def entries(self, after: int = 0) -> Iterator[Entry]:
        raise JournalTorn("000001.journal at offset 7: bad checksum")


def test_a_journal_that_cannot_be_read_stops_none_of_the_others(desk: Desk) -> None:
    first = desk.runs.create("backtest")
    first.kept = Torn()
    desk.backtest(TWO, *FREE)

    found = catch_up(desk, MemoryGraph())

    assert found.runs == 2
    assert found.unread == ((first.run, "000001.journal at offset 7: bad checksum"),)


def test_a_run_that_left_no_first_entry_is_told(desk: Desk) -> None:
    folder = desk.runs.create("backtest")
    folder.journal().append(Entry(TimerFired(Nanos(1), "x", "y"), Outcome(1)))

    ((run, why),) = catch_up(desk, MemoryGraph()).unread

    assert run == folder.run
    assert "begins with TimerFired" in why


def test_lag_is_the_time_of_what_was_not_read_yet() -> None:
    desk = Desk(MemoryTapes(), MemoryRuns())
    folder = desk.runs.create("demo")
    started: RunStarted = evolve(STARTED, run=RunId("demo-0001"), mode="demo", instruments=(ALPHA,))
    folder.journal().append(Entry(started, Outcome(1)))
    graph = MemoryGraph()
    catch_up(desk, graph)

    before = asyncio.run(project(desk, graph).lag_s())
    folder.journal().append(Entry(TimerFired(at(2500), "x", "y"), Outcome(2)))
    after = asyncio.run(project(desk, graph).lag_s())

    assert (before, after) == (0.0, 2.5)
