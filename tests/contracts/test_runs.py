"""Every keeper of runs, against the same promises; and what only files can do wrong."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import BACKTEST
from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.ports.runs import RunFolder, Runs
from graphwiz_trader.testing.runs import MemoryRuns
from tests.contracts.runs import Fills, RunsContract


class TestMemoryRuns(RunsContract):
    @pytest.fixture
    def runs(self) -> Runs:
        return MemoryRuns()

    @pytest.fixture
    def fills(self, runs: MemoryRuns) -> Fills:
        return lambda folder: runs.folders[folder.run].fills

    @pytest.fixture
    def orders(self, runs: MemoryRuns) -> Fills:
        return lambda folder: runs.folders[folder.run].orders


class TestFileRuns(RunsContract):
    @pytest.fixture
    def runs(self, tmp_path: Path) -> Runs:
        return FileRuns(Home(tmp_path), BACKTEST)

    @pytest.fixture
    def fills(self) -> Fills:
        return partial(_lines, "fills.jsonl")

    @pytest.fixture
    def orders(self) -> Fills:
        return partial(_lines, "orders.jsonl")


def _lines(name: str, folder: RunFolder) -> Sequence[object]:
    text = (Path(folder.path) / name).read_text()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "summary.json is not JSON"), ("[]", "found list, expected an object")],
)
def test_a_damaged_summary_says_which(text: str, message: str, tmp_path: Path) -> None:
    runs = FileRuns(Home(tmp_path), BACKTEST)
    folder = runs.create("bt")
    folder.finish({})
    (Path(folder.path) / "summary.json").write_text(text)

    with pytest.raises(DataError, match=message):
        runs.summary(folder.run)


def test_a_home_without_runs_says_so(tmp_path: Path) -> None:
    runs = FileRuns(Home(tmp_path), BACKTEST)
    made = runs.create("bt")
    made.finish({})
    for path in sorted(Path(made.path).iterdir()):
        path.unlink()
    Path(made.path).rmdir()

    with pytest.raises(DataError, match="there are no runs yet"):
        runs.reader(made.run)
