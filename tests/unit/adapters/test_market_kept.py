"""Market kept: old market data goes, decisions and what is written stay."""

import os
from pathlib import Path

from graphwiz_trader.adapters.files.market_kept import prune

DAY = 86_400


def journal(folder: Path, ages: list[float], size: int = 100) -> Path:
    """Make a journal whose market segments were written so many days before day 10."""
    folder.mkdir()
    (folder / "000001.journal").write_bytes(b"x" * size)
    for number, age in enumerate(ages, 1):
        path = folder / f"market-{number:06d}.journal"
        path.write_bytes(b"x" * size)
        os.utime(path, (0, (10 - age) * DAY))
    return folder


def pruned(journals: list[Path], days: float, most: int) -> list[str]:
    gone = prune(journals, days, most, 10 * DAY)
    return [f"{path.parent.name}/{path.name[7:13]}" for path in gone]


def test_what_is_old_goes_and_decisions_stay(tmp_path: Path) -> None:
    kept = journal(tmp_path / "a", [5, 4, 2, 0])

    assert pruned([kept], 3, 1_000) == ["a/000001", "a/000002"]
    assert sorted(path.name for path in kept.iterdir()) == [
        "000001.journal",
        "market-000003.journal",
        "market-000004.journal",
    ]


def test_the_oldest_of_all_runs_goes_when_there_is_too_much(tmp_path: Path) -> None:
    journals = [journal(tmp_path / "a", [2, 1.5, 0]), journal(tmp_path / "b", [1.9, 1.0, 0])]

    assert pruned(journals, 3, 200) == ["a/000001", "b/000001"]


def test_the_newest_segment_stays_however_old(tmp_path: Path) -> None:
    assert pruned([journal(tmp_path / "a", [9])], 3, 0) == []
