"""`graphwiz init`: what it writes can be used as it stands."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.cli import main

Captured = pytest.CaptureFixture[str]


def test_the_configuration_it_writes_is_without_problems(tmp_path: Path, capsys: Captured) -> None:
    main(["init", str(tmp_path / "mine"), "--json"])
    written = json.loads(capsys.readouterr().out)

    code = main(["config", "show", "--json", "--config", str(tmp_path / "mine" / "config.yaml")])

    shown = json.loads(capsys.readouterr().out)
    assert code == 0
    assert written["files"] == ["config.yaml", "strategy.py", "test_strategy.py"]
    assert shown["hft"]["strategies"]["leaning"]["enter"] == 0.6


def test_the_test_it_writes_passes(tmp_path: Path) -> None:
    main(["init", str(tmp_path)])

    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    ran = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path)

    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout


def test_files_that_are_there_are_not_overwritten(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "strategy.py").write_text("mine")

    code = main(["init", str(tmp_path), "--json"])

    assert code == 2
    assert "strategy.py" in json.loads(capsys.readouterr().out)["error"]["message"]
    assert [path.name for path in tmp_path.iterdir()] == ["strategy.py"]
    assert (tmp_path / "strategy.py").read_text() == "mine"
