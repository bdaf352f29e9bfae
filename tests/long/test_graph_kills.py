"""
The graph's store and its writer killed, hung and started again while a journal grows.

Whatever happens, the journal is the queue: in the end the graph holds what one that was never
disturbed holds, and nothing twice.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import FileJournal, JournalOptions
from graphwiz_trader.adapters.neo4j.connection import Neo4jPlace
from graphwiz_trader.adapters.neo4j.graph import Neo4jGraph
from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.graph_answers import GraphStats
from graphwiz_trader.domain.value import evolve
from tests.contracts.graph import Graph, answers, wait
from tests.contracts.neo4j_server import Neo4jServer, NoServer, is_open
from tests.unit.application.graph_diary import AT_A, AT_B, RUN, STARTED
from tests.unit.application.test_graph_rows import taken

pytestmark = pytest.mark.long

ROUNDS = max(120, round(2_000 * float(os.environ.get("GRAPHWIZ_LONG", "0.05"))))
"""How often the same trade is made; each is seven entries, and some thirty rows."""

ENTRIES = 7 * ROUNDS
PATIENCE_S = 240.0
SMALL = 300_000
STORY = taken().entries


def entries() -> Iterator[Entry]:
    """A long journal: the same little story, again and again, each time with other names."""
    seq = 0
    for number in range(ROUNDS):
        for entry in STORY if number else [begun(), *STORY[1:]]:
            if number and entry is STORY[0]:
                continue
            seq += 1
            renamed = renumbered(entry, number) if number else entry
            yield evolve(renamed, outcome=evolve(renamed.outcome, seq=seq))


def begun() -> Entry:
    """The first entry, as a live run has it."""
    return Entry(evolve(STARTED, mode="paper", instruments=(AT_A, AT_B)), STORY[0].outcome)


def renumbered(entry: Entry, number: int) -> Entry:
    """*entry* with the names of orders, fills, groups and episodes of round *number*."""
    outcome = entry.outcome
    commands = tuple(renamed(command, number) for command in outcome.commands)
    facts = tuple(renamed(fact, number) for fact in outcome.facts)
    event = renamed(entry.event, number)
    return Entry(event, evolve(outcome, commands=commands, facts=facts))


def renamed(thing, number: int):  # type: ignore[no-untyped-def] # any event, command or fact
    names = ("cl_ord_id", "exec_id", "group", "trade", "opportunity")
    given = {
        name: f"{old}-{number}"
        for name in names
        if (old := getattr(thing, name, "")) and isinstance(old, str)
    }
    if getattr(thing, "signal", None) is not None:
        given["signal"] = renamed(thing.signal, number)
    return evolve(thing, **given) if given else thing


class Stage:
    """A home whose one run's journal is written by the test, and an observer process."""

    def __init__(self, home: Path, words: Sequence[str] = ()) -> None:
        self.home = home
        self.words = list(words)
        folder = Home(home).runs / RUN / "journal"
        folder.mkdir(parents=True)
        self.journal = FileJournal(folder, RUN, JournalOptions(segment_bytes=1 << 17))
        self._entries = entries()
        self._process: subprocess.Popen[str] | None = None
        self._begun = 0

    def write(self, most: int = 1 << 30) -> None:
        """Let the journal grow by up to *most* entries."""
        for _, entry in zip(range(most), self._entries, strict=False):
            self.journal.append(entry)

    def begin(self) -> None:
        """Start an observer."""
        words = ["observe", "--home", str(self.home), "--json", *self.words]
        with (self.home / "observe.log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "graphwiz_trader", *words],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONPATH": "src"},
            )
        self.await_ready()

    @property
    def pid(self) -> int:
        """The observer's number."""
        assert self._process is not None
        return self._process.pid

    def await_ready(self) -> None:
        """Wait until its signal handlers stand."""
        self._begun += 1
        log = self.home / "observe.log"
        until(lambda: log.read_text().count("observing") >= self._begun)

    def kill(self) -> None:
        """End it at once."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def end(self) -> tuple[int, dict[str, object]]:
        """Ask it to end; return its code and what it said."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        said, _ = self._process.communicate(timeout=PATIENCE_S)
        assert said, (self.home / "observe.log").read_text()
        return self._process.returncode, json.loads(said)


def until(holds: Callable[[], bool]) -> None:
    """Wait for another process."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def reached(graph: Graph) -> int:
    """How far *graph* has the run, 0 while it does not answer."""
    try:
        return wait(graph.cursor(RUN))[0]
    except Transient:
        return 0


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """What a graph answers that nothing happened to."""
    stage = Stage(tmp_path_factory.mktemp("undisturbed"))
    stage.write()
    stage.journal.close()
    stage.begin()
    code, said = stage.end()
    assert (code, said["unread"], said["behind"]) == (0, {}, "")
    graph = SqliteGraph(stage.home / "graph.db")
    found = wait(answers(graph))
    wait(graph.close())
    stats = found[0]
    assert isinstance(stats, GraphStats)
    assert stats.nodes["Order"] == 2 * ROUNDS
    assert stats.nodes["Fill"] == 2 * ROUNDS
    return found


def test_an_observer_killed_again_and_again_loses_and_doubles_nothing(
    tmp_path: Path, undisturbed: list[object]
) -> None:
    stage = Stage(tmp_path)
    graph = SqliteGraph(tmp_path / "graph.db")
    for _ in range(3):
        before = reached(graph)
        stage.begin()
        stage.write(ENTRIES // 4)
        until(lambda before=before: reached(graph) > before)
        stage.kill()
    stage.write()
    stage.begin()

    code, said = stage.end()

    assert (code, said["behind"]) == (0, "")
    assert wait(answers(graph)) == undisturbed
    wait(graph.close())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Neo4jServer]:
    server = Neo4jServer(tmp_path / "neo4j")
    try:
        server.start()
        yield server
    except NoServer as why:
        pytest.skip(f"no Neo4j: {why}")
    finally:
        server.resume()
        server.kill()


def on_neo4j(server: Neo4jServer) -> tuple[str, ...]:
    return "--set", "graph.store=neo4j", "--set", f"graph.uri={server.uri}"


def test_a_store_killed_hung_and_away_is_caught_up_with(
    server: Neo4jServer, tmp_path: Path, undisturbed: list[object]
) -> None:
    """Down at the start, killed while it writes twice, hung, and its writer killed as well."""
    stage = Stage(tmp_path / "home", on_neo4j(server))
    graph = Neo4jGraph(Neo4jPlace(server.uri))
    server.kill()
    stage.begin()
    stage.write(ENTRIES // 5)
    server.start()
    until(lambda: reached(graph) > 0)
    for _ in range(2):
        before = reached(graph)
        stage.write(ENTRIES // 6)
        until(lambda before=before: reached(graph) > before)
        server.kill()
        stage.write(ENTRIES // 20)
        server.start()
    server.pause()
    stage.write(ENTRIES // 20)
    time.sleep(1.0)
    stage.kill()
    server.resume()
    stage.begin()
    stage.write()

    code, said = stage.end()

    assert (code, said["behind"]) == (0, "")
    assert wait(answers(graph)) == undisturbed
    wait(graph.close())


def test_an_observer_whose_store_stays_away_says_so_and_ends(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ("--set", "graph.store=neo4j", "--set", "graph.uri=bolt://127.0.0.1:1"))
    stage.write(50)
    stage.begin()

    code, said = stage.end()

    assert not is_open(1)
    assert code == 5
    assert "127.0.0.1:1" in str(said["behind"])


def test_a_full_disk_is_waited_out(tmp_path: Path, undisturbed: list[object]) -> None:
    """No file may grow any more, as on a full disk, until there is room again."""
    stage = Stage(tmp_path)
    stage.begin()
    stage.write(20)
    resource.prlimit(stage.pid, resource.RLIMIT_FSIZE, (SMALL, resource.RLIM_INFINITY))
    stage.write()
    until(lambda: "is away" in (tmp_path / "observe.log").read_text())
    resource.prlimit(
        stage.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )

    code, said = stage.end()

    graph = SqliteGraph(tmp_path / "graph.db")
    assert (code, said["behind"]) == (0, "")
    assert wait(answers(graph)) == undisturbed
    wait(graph.close())


def test_a_full_disk_under_neo4j_is_waited_out(
    server: Neo4jServer, tmp_path: Path, undisturbed: list[object]
) -> None:
    """Its files may not grow; once there is room it is started again, as its manual says."""
    stage = Stage(tmp_path / "home", on_neo4j(server))
    graph = Neo4jGraph(Neo4jPlace(server.uri))
    stage.begin()
    stage.write(ENTRIES // 5)
    until(lambda: reached(graph) > 0)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (SMALL, resource.RLIM_INFINITY))
    stage.write(ENTRIES // 5)
    until(lambda: "is away" in (stage.home / "observe.log").read_text())
    server.kill()
    server.start()
    stage.write()

    code, said = stage.end()

    assert (code, said["behind"]) == (0, "")
    assert wait(answers(graph)) == undisturbed
    wait(graph.close())
