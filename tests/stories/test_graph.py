"""From a run's journal to the graph: what it holds is what the report says."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.project import Project, Projected
from graphwiz_trader.application.run_report import RunReport
from graphwiz_trader.application.run_tail import RunTails
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.events import BookUpdate, TapeMessage
from graphwiz_trader.domain.graph_answers import OpportunityFilter, TradeFilter
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.testing.graph import MemoryGraph
from tests.contracts.graph import Graph, answers
from tests.stories.session import Shown
from tests.stories.test_session import SETTINGS
from tests.stories.wiring import FREE, TWO, Desk, two_venues

RUN = RunId("demo-0001")


def project(desk: Desk, graph: Graph) -> Projected:
    """Read every journal of *desk* into *graph*."""
    tails = RunTails(desk.tapes, desk.runs, lambda text, _: restored(text, ()).settings)
    use_case = Project(tails, graph)
    return asyncio.run(use_case.catch_up(desk.progress.append))


def report(desk: Desk, run: RunId) -> Report:
    use_case = RunReport(desk.tapes, desk.runs, lambda text, _: restored(text, ()).settings)
    return use_case.of(run).report


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def shown(desk: Desk) -> Shown:
    return desk.session(6, 7, *SETTINGS)


@pytest.fixture(scope="module")
def graph(desk: Desk, shown: Shown) -> MemoryGraph:
    graph = MemoryGraph()
    project(desk, graph)
    return graph


def test_every_order_and_fill_of_the_run_is_a_node(shown: Shown, graph: MemoryGraph) -> None:
    nodes = asyncio.run(graph.stats()).nodes

    assert nodes["Order"] == shown.simulated.orders > 0
    assert nodes["Fill"] == shown.simulated.fills > 0


def test_every_fill_belongs_to_an_order_and_every_order_to_a_signal(graph: MemoryGraph) -> None:
    stats = asyncio.run(graph.stats())

    assert stats.relationships["FILLED_BY"] == stats.nodes["Fill"]
    assert stats.relationships["TRIGGERED"] == stats.nodes["Order"]


def test_strategies_earned_what_the_report_says(desk: Desk, graph: MemoryGraph) -> None:
    lines = asyncio.run(graph.strategies(TradeFilter()))

    told = report(desk, RUN).trades_by_strategy
    assert [(line.strategy, line.record) for line in lines] == [(t.name, t.record) for t in told]
    assert [line.fees for line in lines] == [t.fees for t in told]


def test_opportunities_came_as_far_as_the_report_says(desk: Desk, graph: MemoryGraph) -> None:
    line = asyncio.run(graph.arbitrage(OpportunityFilter()))

    told = report(desk, RUN).arbitrage
    counts = told.opportunities
    assert line.seen == counts.seen > 0
    assert line.after_fees == counts.after_fees
    assert line.survived == counts.survived
    assert (line.admitted, line.refused) == (counts.admitted, counts.refused)
    assert (line.filled, line.completed) == (counts.filled, counts.completed)
    # Summed in another order, 28 digits round differently in the last.
    assert abs(line.expected - told.outcome.expected) < Decimal("1e-20")
    assert abs(line.realised - told.outcome.realised) < Decimal("1e-20")


def test_every_trade_is_explained_down_to_the_books_it_saw(desk: Desk, graph: MemoryGraph) -> None:
    """Each cause names an entry of the journal, and it is the update of that book."""
    entries = {entry.outcome.seq: entry.event for entry in desk.entries(RUN)}
    ask = Ask(graph)

    for trade in asyncio.run(graph.trades(TradeFilter(), 1000)):
        found = asyncio.run(ask.explain(trade.key, ""))

        assert found.pnl is not None
        assert Decimal(str(found.pnl["net"])) == pytest.approx(trade.pnl, abs=Decimal("1e-10"))
        causes = [cause for cause in found.caused_by if cause.event == "BookUpdate"]
        assert causes
        for cause in causes:
            update = entries[cause.seq]
            assert isinstance(update, BookUpdate)
            assert (update.instrument, update.ts) == (
                cause.detail["instrument"],
                cause.detail["ts"],
            )
        traded = {fill.instrument for fill in found.story.fills}
        assert traded <= {cause.detail["instrument"] for cause in causes}


def test_both_stores_answer_alike(desk: Desk, graph: MemoryGraph, tmp_path: Path) -> None:
    other = SqliteGraph(tmp_path / "graph.db")
    project(desk, other)

    assert asyncio.run(answers(other)) == asyncio.run(answers(graph))
    asyncio.run(other.close())


def test_catching_up_again_changes_nothing(desk: Desk, graph: MemoryGraph) -> None:
    before = asyncio.run(graph.stats())

    found = project(desk, graph)

    assert found == Projected()
    assert asyncio.run(graph.stats()) == before


def test_a_backtest_is_explained_by_the_messages_of_its_tapes() -> None:
    desk, graph = two_venues(60), MemoryGraph()
    done = desk.backtest(TWO, *FREE)
    assert project(desk, graph).unread == ()

    (latest,) = asyncio.run(graph.trades(TradeFilter(), 1))
    found = asyncio.run(Ask(graph).explain(latest.key, ""))

    entries = {entry.outcome.seq: entry.event for entry in desk.entries(done.folder.run)}
    causes = [cause for cause in found.caused_by if cause.event == "BookUpdate"]
    assert {cause.detail["instrument"] for cause in causes} == {"BTC/USDT@alpha", "BTC/USDT@beta"}
    for cause in causes:
        reference = entries[cause.seq]
        assert isinstance(reference, TapeMessage)
        assert (reference.tape, reference.message) == (
            cause.detail["tape"],
            cause.detail["message"],
        )


def test_backtests_of_one_tape_keep_their_fills_apart() -> None:
    desk, graph = two_venues(60), MemoryGraph()
    runs = [desk.backtest(TWO, *FREE) for _ in range(2)]

    project(desk, graph)

    stats = asyncio.run(graph.stats())
    assert stats.nodes["Fill"] == sum(run.simulated.fills for run in runs)
    assert stats.nodes["Order"] == sum(run.simulated.orders for run in runs)
    assert stats.nodes["Strategy"] <= 2
