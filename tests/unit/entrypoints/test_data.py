"""`graphwiz data` imports, verifies, describes and gives back, with the documented exit codes."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphwiz_trader.entrypoints.cli import main

HEADER = "timestamp,symbol,b1,b2,bv1,bv2,a1,a2,av1,av2\n"
ROWS = (
    "2021-08-20 00:00:00,LINKUSDT,10,9,1,2,11,12,3,4\n"
    "2021-08-20 00:00:01,LINKUSDT,12,9,1,2,11,12,3,4\n"
)
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def books(tmp_path: Path) -> Path:
    path = tmp_path / "books.csv"
    path.write_text(HEADER + ROWS)
    return path


def run(capsys: Captured, *words: object) -> tuple[int, dict[str, Any]]:
    """Run `data` with --json; return its exit code and the one object on stdout."""
    code = main(["data", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_import_says_what_it_found(capsys: Captured, books: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.tape"

    code, found = run(
        capsys, "import", books, "--format", "book-csv", "--venue", "huobi", "--out", out
    )

    assert code == 0
    counts = ("rows", "level_changes", "crossed", "gaps", "locked", "messages")
    assert [found[key] for key in counts] == [2, 6, 1, 0, 0, 2]
    assert found["instruments"][0]["id"] == "LINK/USDT@huobi"


def test_info_repeats_what_import_said(capsys: Captured, books: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.tape"
    _, imported = run(capsys, "import", books, "--format", "book-csv", "--out", out)

    code, found = run(capsys, "info", out, "--check")

    assert (code, found) == (0, imported)


def test_an_altered_tape_is_found_when_asked(capsys: Captured, books: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.tape"
    run(capsys, "import", books, "--format", "book-csv", "--out", out)
    lots = np.load(out / "lots.npy")
    np.save(out / "lots.npy", lots + 1)

    code, found = run(capsys, "info", out, "--check")

    assert code == 4
    assert "it was altered" in found["error"]["message"]


def test_export_gives_the_rows_back(capsys: Captured, books: Path, tmp_path: Path) -> None:
    out, rows = tmp_path / "x.tape", tmp_path / "rows.csv"
    run(capsys, "import", books, "--format", "book-csv", "--out", out)

    code, found = run(capsys, "export", out, "--to", "csv", "--out", rows)

    assert (code, found["rows"]) == (0, 6)
    assert [row["price"] for row in csv.DictReader(rows.read_text().splitlines())][:2] == [
        "10",
        "9",
    ]


def test_two_files_become_one_tape(capsys: Captured, books: Path, tmp_path: Path) -> None:
    second = tmp_path / "more.csv"
    second.write_text(HEADER + ROWS.replace("00:00:0", "00:00:1"))

    _, found = run(
        capsys, "import", books, second, "--format", "book-csv", "--out", tmp_path / "x.tape"
    )

    assert (found["rows"], [file["name"] for file in found["files"]]) == (
        4,
        ["books.csv", "more.csv"],
    )


def test_verify_counts_and_ends_with_1(capsys: Captured, books: Path) -> None:
    code, found = run(capsys, "verify", books, "--format", "book-csv")

    assert code == 1
    assert found["total"] == {
        "frames": 2,
        "updates": 1,
        "gaps": 0,
        "crossed": 1,
        "repeated": 0,
        "checksums": {"checked": 0, "matched": 0},
        "bbo": {"checked": 0, "matched": 0},
    }


def test_verify_adds_files_up(capsys: Captured, books: Path) -> None:
    _, found = run(capsys, "verify", books, books, "--format", "book-csv")

    assert (found["total"]["frames"], [file["frames"] for file in found["files"]]) == (4, [2, 2])


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["import", "BOOKS", "--format", "bok-csv", "--out", "x"], "'book-csv'"),
        (["import", "--format", "book-csv", "--out", "x"], "FILE"),
        (["import", "BOOKS", "--format", "book-csv"], "--out"),
        (["export", "BOOKS", "--to", "xml", "--out", "x"], "hftbacktest"),
    ],
)
def test_wrong_usage_is_2(capsys: Captured, books: Path, words: list[str], complaint: str) -> None:
    code, found = run(capsys, *(books if word == "BOOKS" else word for word in words))

    assert code == 2
    assert complaint in found["error"]["message"]


@pytest.mark.parametrize("content", [None, b"\x00\xff" * 999], ids=["missing", "junk"])
def test_info_of_no_tape_is_4(capsys: Captured, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "junk.tape"
    if content is not None:
        path.write_bytes(content)

    code, found = run(capsys, "info", path)

    assert code == 4
    assert "expected a tape of version 1" in found["error"]["message"]


def test_a_cut_file_is_4_and_leaves_no_tape(capsys: Captured, tmp_path: Path) -> None:
    path, out = tmp_path / "cut.csv.gz", tmp_path / "x.tape"
    path.write_bytes(gzip.compress((HEADER + ROWS * 99).encode())[:-9])

    code, found = run(capsys, "import", path, "--format", "book-csv", "--out", out)

    assert code == 4
    assert "expected whole lines to the end" in found["error"]["message"]
    assert [path.name for path in tmp_path.iterdir()] == ["cut.csv.gz"]


def test_a_path_under_a_file_is_4(capsys: Captured, books: Path) -> None:
    code, found = run(
        capsys, "import", books, "--format", "book-csv", "--out", books / "deeper/x.tape"
    )

    assert code == 4
    assert "expected room for a tape" in found["error"]["message"]


def test_text_names_tick_lot_and_counts(capsys: Captured, books: Path, tmp_path: Path) -> None:
    main(["data", "import", str(books), "--format", "book-csv", "--out", str(tmp_path / "x.tape")])

    text = capsys.readouterr().out
    assert "LINK/USDT@recorded: tick 1, lot 1" in text
    assert "1 crossed" in text
