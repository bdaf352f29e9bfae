"""Neo4j, against the promises of every graph, and what it promises besides."""

import re
from pathlib import Path

import pytest
from neo4j import AsyncGraphDatabase

from graphwiz_trader.adapters.neo4j.connection import Neo4jPlace
from graphwiz_trader.adapters.neo4j.graph import Neo4jGraph
from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.application.project import Project
from graphwiz_trader.application.run_tail import RunTails
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.errors import AccessDenied, DomainError, Transient
from graphwiz_trader.domain.graph import Edge, Relation
from graphwiz_trader.domain.graph_answers import TradeFilter
from graphwiz_trader.domain.graph_watch import Pattern
from graphwiz_trader.domain.units import Nanos
from tests.contracts.graph import RUN, STORY, Graph, GraphContract, answers, batch, wait
from tests.contracts.neo4j_server import Neo4jServer, NoServer
from tests.ports import unclaimed
from tests.stories.wiring import FREE, TWO, Desk, two_venues

pytestmark = pytest.mark.contract


class TestNeo4jGraph(GraphContract):
    @pytest.fixture
    def graph(self, neo4j_graph: Neo4jGraph) -> Graph:
        return neo4j_graph


def test_a_relationship_that_would_lose_what_it_says_is_refused(neo4j_graph: Neo4jGraph) -> None:
    edge = Edge(Relation.PART_OF, "a", "b", "first", "{}")

    with pytest.raises(DomainError, match="PART_OF"):
        wait(neo4j_graph.write(batch(edges=(edge,))))


async def tell(desk: Desk, graph: Graph) -> None:
    """Read every journal of *desk* into *graph*."""
    tails = RunTails(desk.tapes, desk.runs, lambda text, _: restored(text, ()).settings)
    await Project(tails, graph).rebuild(desk.progress.append)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Three backtests in a home, one of them cramped."""
    desk = two_venues(120)
    desk.backtest(TWO, *FREE)
    desk.backtest(TWO, *FREE, "backtest.fee_bps=1")
    desk.backtest(TWO, *FREE, "hft.risk.max_exposure=150")
    return desk


def test_both_stores_rebuilt_from_one_journal_answer_alike(
    desk: Desk, neo4j_graph: Neo4jGraph, tmp_path: Path
) -> None:
    embedded = SqliteGraph(tmp_path / "graph.db")
    wait(tell(desk, embedded))

    wait(tell(desk, neo4j_graph))

    found, expected = wait(answers(neo4j_graph)), wait(answers(embedded))
    wait(embedded.close())
    assert len(wait(neo4j_graph.trades(TradeFilter(), 1000))) > 10
    for one, other in zip(found, expected, strict=True):
        assert one == other


def cypher_in(page: str) -> list[tuple[str, str]]:
    """The Cypher of a page of the documentation, each with the line before it."""
    text = (Path(__file__).resolve().parents[2] / page).read_text()
    return re.findall(r"([^\n]+)\n+```cypher\n(.*?)```", text, re.DOTALL)


QUERIES = cypher_in("docs/reference/graph.md")


def test_ten_queries_are_told() -> None:
    assert len(QUERIES) >= 10


def test_every_query_of_the_documentation_finds_something(
    desk: Desk, neo4j_graph: Neo4jGraph, neo4j_uri: str
) -> None:
    wait(tell(desk, neo4j_graph))
    (trade,) = wait(neo4j_graph.trades(TradeFilter(), 1))
    asked = {"trade": trade.name, "since": 0, "strategy": trade.strategy, "asset": "BTC"}

    async def fruitless() -> list[str]:
        found: list[str] = []
        async with AsyncGraphDatabase.driver(neo4j_uri) as driver:
            for told, query in QUERIES:
                records, _, _ = await driver.execute_query(query, asked)  # type: ignore[arg-type]
                found += [] if records else [told]
        return found

    assert wait(fruitless()) == []


OLD = """
    MATCH (v:GraphVersion) SET v.number = 2
    CREATE (s:Symbol {key: 'BTC/USDT'})
    WITH s UNWIND ['run-1', 'run-2'] AS run
    CREATE (o:Occurrence {key: 'SWEEP:BTC/USDT:' + run + ':1', run: run, ts: 5, kind: 'SWEEP',
                          symbol: 'BTC/USDT', horizon: 9})
    CREATE (p:Pattern {key: run + ':SWEEP:BTC/USDT', run: run})
    CREATE (o)-[:INSTANCE_OF]->(p)-[:DETECTED_ON]->(s)
"""
"""Patterns as version 2 wrote them, of two runs."""


def test_patterns_of_single_runs_become_those_of_all(
    neo4j_graph: Neo4jGraph, neo4j_uri: str
) -> None:
    wait(neo4j_graph.stats())

    async def grow_old() -> None:
        async with AsyncGraphDatabase.driver(neo4j_uri) as driver:
            await driver.execute_query(OLD)

    wait(grow_old())
    reopened = Neo4jGraph(Neo4jPlace(neo4j_uri))

    found = wait(reopened.around(Pattern, "SWEEP:BTC/USDT", 9))

    assert found is not None
    assert found.node == Pattern("SWEEP:BTC/USDT", "SWEEP", "BTC/USDT", Nanos(9))
    assert [step.relation for step in found.steps] == ["DETECTED_ON", "INSTANCE_OF", "INSTANCE_OF"]
    assert wait(reopened.keys(Pattern, "", 9)) == ("SWEEP:BTC/USDT",)
    wait(reopened.close())


def test_nobody_there_is_worth_another_try() -> None:
    graph = Neo4jGraph(Neo4jPlace(f"bolt://127.0.0.1:{unclaimed()}"))

    with pytest.raises(Transient, match=r"127\.0\.0\.1"):
        wait(graph.write(STORY))
    wait(graph.close())


def test_a_wrong_password_needs_a_person(tmp_path: Path) -> None:
    server = Neo4jServer(tmp_path, password="of-this-test")
    try:
        server.start()
        right, wrong = (
            Neo4jGraph(Neo4jPlace(server.uri, password=word))
            for word in ("of-this-test", "another-one")
        )

        wait(right.write(STORY))

        with pytest.raises(AccessDenied):
            wait(wrong.cursor(RUN))
        assert wait(right.cursor(RUN))[0] == STORY.seq
        wait(right.close())
        wait(wrong.close())
    except NoServer as why:
        pytest.skip(f"no Neo4j: {why}")
    finally:
        server.kill()
