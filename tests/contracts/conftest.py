"""The real Neo4j of the contract suite: one for all, or a skip that says why there is none."""

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphwiz_trader.adapters.neo4j.connection import Neo4jPlace
from graphwiz_trader.adapters.neo4j.graph import Neo4jGraph
from graphwiz_trader.domain.units import SECOND
from tests.contracts.graph import wait
from tests.contracts.neo4j_server import SHARED, NoServer, awaited, running
from tests.stalls import unstalled


@pytest.fixture(autouse=True)
def _unstalled() -> Iterator[None]:
    """Let no time pass while a loop stands still: client and venue mostly share one."""
    with unstalled():
        yield


@pytest.fixture
def full_minute(_unstalled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin at a full minute, as Binance's limits count: what adds up falls into one."""
    seconds, nanos, late = time.time, time.time_ns, time.time_ns() % (60 * SECOND)
    monkeypatch.setattr(time, "time_ns", lambda: nanos() - late)
    monkeypatch.setattr(time, "time", lambda: seconds() - late / SECOND)


@pytest.fixture(scope="session")
def neo4j_uri() -> Iterator[str]:
    """Where a real Neo4j is, for this process or for all of `make test-contract`."""
    try:
        if SHARED in os.environ:
            yield awaited(Path(os.environ[SHARED]))
        else:
            with running() as server:
                yield server.uri
    except NoServer as why:
        pytest.skip(f"no Neo4j: {why}")


@pytest.fixture
def neo4j_graph(neo4j_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jGraph]:
    """An empty graph in it, for one test at a time."""
    home = Path(os.environ.get(SHARED) or tmp_path_factory.getbasetemp())
    with (home / "one-at-a-time").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        graph = Neo4jGraph(Neo4jPlace(neo4j_uri))
        wait(graph.clear())
        yield graph
        wait(graph.close())
