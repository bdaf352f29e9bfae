"""Neo4j, against the promises of every graph, and what it promises besides."""

import pytest

from graphwiz_trader.adapters.neo4j.graph import Neo4jGraph
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.graph import Edge, Relation
from tests.contracts.graph import Graph, GraphContract, batch, wait

pytestmark = pytest.mark.contract


class TestNeo4jGraph(GraphContract):
    @pytest.fixture
    def graph(self, neo4j_graph: Neo4jGraph) -> Graph:
        return neo4j_graph


def test_a_relationship_that_would_lose_what_it_says_is_refused(neo4j_graph: Neo4jGraph) -> None:
    edge = Edge(Relation.PART_OF, "a", "b", "first", "{}")

    with pytest.raises(DomainError, match="PART_OF"):
        wait(neo4j_graph.write(batch(edges=(edge,))))
