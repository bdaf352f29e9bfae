"""`graphwiz observe`, as whoever starts it meets it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import FileJournal
from graphwiz_trader.adapters.files.lock import FileLock
from graphwiz_trader.bootstrap.graphs import LOCK
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.cli import main
from tests.unit.application.graph_diary import AT_A, AT_B, STARTED
from tests.unit.application.test_graph_rows import taken

RUN = RunId("paper-0001")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one live run."""
    folder = Home(tmp_path).runs / RUN / "journal"
    folder.mkdir(parents=True)
    journal = FileJournal(folder, RUN)
    first, *others = taken().entries
    begun = evolve(STARTED, run=RUN, mode="paper", instruments=(AT_A, AT_B))
    for entry in (Entry(begun, first.outcome), *others):
        journal.append(entry)
    journal.close()
    return tmp_path


def observer(home: Path) -> "subprocess.Popen[str]":
    """An observer of *home*, once it stands."""
    words = [sys.executable, "-m", "graphwiz_trader", "observe", "--home", str(home), "--json"]
    environment = {**os.environ, "PYTHONPATH": "src"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, env=environment)
    assert process.stderr is not None
    assert process.stderr.readline() == f"observing {home}\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_once_it_has_read_everything(
    home: Path, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    process = observer(home)

    process.send_signal(number)
    said, _ = process.communicate(timeout=180)

    done = json.loads(said)
    assert process.returncode == 0
    assert (done["runs"], done["entries"], done["unread"], done["behind"]) == (1, 8, {}, "")
    assert main(["graph", "stats", "--home", str(home), "--json"]) == 0
    stats = json.loads(capsys.readouterr().out)
    assert (stats["nodes"]["Order"], stats["nodes"]["Fill"], stats["lag_s"]) == (2, 2, 0.0)


def test_while_another_writes_questions_are_answered_and_nothing_is_rebuilt(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = FileLock(home / LOCK)
    assert other.take()

    asked = main(["graph", "stats", "--home", str(home), "--json"])
    behind = json.loads(capsys.readouterr().out)
    rebuilt = main(["graph", "rebuild", "--home", str(home)])
    other.free()

    assert (asked, behind["nodes"]) == (0, {})
    assert behind["lag_s"] > 0
    assert rebuilt == 2
    assert "graphwiz observe" in capsys.readouterr().err


def test_a_password_that_is_not_in_the_environment_is_told(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAPH_PASSWORD", raising=False)
    words = ["--set", "graph.store=neo4j", "--set", "graph.password=${GRAPH_PASSWORD}"]

    code = main(["graph", "stats", "--home", str(home), *words, "--json"])

    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (code, error["path"]) == (2, "graph.password")
    assert "GRAPH_PASSWORD" in error["found"]


def test_a_password_itself_is_refused_and_not_printed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["graph", "stats", "--home", str(home), "--set", "graph.password=hunter2"])

    said = capsys.readouterr()
    assert code == 2
    assert "hunter2" not in said.out + said.err
