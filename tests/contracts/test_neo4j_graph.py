"""Neo4j, against the promises of every graph, and what it promises besides."""

import pytest

from graphwiz_trader.adapters.neo4j.graph import Neo4jGraph
from tests.contracts.graph import Graph, GraphContract

pytestmark = pytest.mark.contract


class TestNeo4jGraph(GraphContract):
    @pytest.fixture
    def graph(self, neo4j_graph: Neo4jGraph) -> Graph:
        return neo4j_graph
