"""Stores of trials keep their promises; the one in files survives a kill."""

import json
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.trials import FileTrials
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.ports.trials import Trials
from graphwiz_trader.testing.trials import MemoryTrials
from tests.contracts.trials import PLAN, TRIAL, TrialsContract


class TestMemoryTrials(TrialsContract):
    @pytest.fixture
    def trials(self) -> Trials:
        return MemoryTrials()


class TestFileTrials(TrialsContract):
    @pytest.fixture
    def trials(self, tmp_path: Path) -> Trials:
        return FileTrials(tmp_path / "sweeps")

    def test_a_line_cut_short_is_not_a_trial_and_the_next_one_is(self, tmp_path: Path) -> None:
        log = FileTrials(tmp_path).create(PLAN)
        log.keep(TRIAL)
        file = Path(log.path) / "trials.jsonl"
        file.write_bytes(file.read_bytes() + b'{"number": 4, "par')

        assert log.kept() == (TRIAL,)
        log.keep(TRIAL)
        assert log.kept() == (TRIAL, TRIAL)

    def test_the_summary_is_json_with_exact_amounts(self, tmp_path: Path) -> None:
        log = FileTrials(tmp_path).create(PLAN)

        log.finish({"best": TRIAL})

        told = json.loads((Path(log.path) / "summary.json").read_text())
        assert told["best"]["net"] == "-0.10"

    def test_a_full_disk_is_said(self, tmp_path: Path) -> None:
        log = FileTrials(tmp_path).create(PLAN)
        (Path(log.path) / "trials.jsonl").mkdir()

        with pytest.raises(DataError, match="expected to write"):
            log.keep(TRIAL)
