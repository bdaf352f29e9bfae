"""Every graph, against the same promises."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.testing.graph import MemoryGraph
from tests.contracts.graph import Graph, GraphContract


class TestMemoryGraph(GraphContract):
    @pytest.fixture
    def graph(self) -> Graph:
        return MemoryGraph()


class TestSqliteGraph(GraphContract):
    @pytest.fixture
    def graph(self, tmp_path: Path) -> Iterator[Graph]:
        graph = SqliteGraph(tmp_path / "graph.db")
        yield graph
        asyncio.run(graph.close())
