import json
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.cli import main


def test_an_unknown_kind_of_fault_is_named_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("- {kind: gapp}\n")

    code = main(["exchange", "--faults", str(faults), "--json"])

    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert code == 2
    assert (error["path"], error["nearest"]) == ("faults[0].kind", "gap")


@pytest.mark.contract
def test_exchanges_run_and_say_where_and_what_was_true(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books = tmp_path / "books.jsonl"
    words = ["exchange", "--dialect", "okx", "--dialect", "okx", "--seconds", "0.3"]

    code = main([*words, "--record-books", str(books), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [venue["venue"] for venue in told["venues"]] == ["okx", "okx2"]
    recorded = [json.loads(line) for line in books.read_text().splitlines()]
    assert {entry["instrument"].rpartition("@")[2] for entry in recorded} == {"okx", "okx2"}
