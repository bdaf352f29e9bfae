"""Packed market data: read as before, by whoever reads it, and never half there."""

import os
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files import packed
from graphwiz_trader.adapters.files.journal import FileJournal, JournalOptions
from graphwiz_trader.adapters.files.journal_reader import FileJournalReader
from graphwiz_trader.adapters.files.market_kept import prune, squeeze
from graphwiz_trader.adapters.files.segments import MARKET, Segment, segments
from graphwiz_trader.domain.errors import JournalTorn
from graphwiz_trader.domain.events import Shutdown
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.testing import make

RUN = RunId("paper-0001")
SMALL = JournalOptions(segment_bytes=4_096, market_apart=True, sync_s=None)
LATER = 4e9
BOOK = make.book_update(make.instrument(), [("100.0", "1")], [("101.0", "1")])


def entries() -> list[Entry]:
    """Three hundred books, and now and then something else."""
    found = []
    for seq in range(1, 301):
        event = BOOK if seq % 50 else Shutdown(Nanos(seq), "a test")
        found.append(Entry(event, Outcome(seq)))
    return found


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    writing = FileJournal(tmp_path, RUN, SMALL)
    for entry in entries():
        writing.append(entry)
    writing.close()
    return tmp_path


def squeezed(journal: Path) -> list[str]:
    return [path.name for path, _ in squeeze([journal], 60.0, LATER)]


def test_a_packed_journal_reads_as_before(journal: Path) -> None:
    before = [entry.outcome.seq for entry in FileJournalReader(journal).entries()]
    size = sum(path.stat().st_size for path in journal.iterdir())

    packed_ones = squeezed(journal)

    market = segments(journal, MARKET)
    assert packed_ones == [path.name for path in market[:-1]]
    assert len(packed_ones) > 3
    assert sum(path.stat().st_size for path in journal.iterdir()) < size / 2
    after = FileJournalReader(journal).entries()
    assert [entry.outcome.seq for entry in after] == before == list(range(1, 301))
    assert squeezed(journal) == []


def test_a_reader_in_the_middle_goes_on(journal: Path) -> None:
    reader = FileJournalReader(journal)
    reading = reader.entries()
    for _ in range(100):
        next(reading)

    squeezed(journal)

    assert next(reader.entries(100)).outcome.seq == 101
    assert [entry.outcome.seq for entry in reader.entries(200)] == list(range(201, 301))


def test_a_journal_goes_on_behind_what_was_packed(journal: Path) -> None:
    squeezed(journal)

    again = FileJournal(journal, RUN, SMALL)
    again.append(Entry(BOOK, Outcome(301)))
    again.close()

    assert len(list(FileJournalReader(journal).entries())) == 301


def test_what_was_just_closed_is_left_alone(journal: Path) -> None:
    newest = max(path.stat().st_mtime for path in journal.iterdir())

    assert list(squeeze([journal], 60.0, newest + 59.0)) == []


def test_a_segment_whose_successor_may_vanish_is_left_alone(journal: Path) -> None:
    last = segments(journal, MARKET)[-1]
    last.write_bytes(last.read_bytes()[:5])

    squeezed(journal)

    assert not Segment(segments(journal, MARKET)[-2]).is_packed


def test_packed_market_data_is_deleted_by_its_age(journal: Path) -> None:
    market = segments(journal, MARKET)
    for path in market:
        os.utime(path, (0, 1_000.0))
    squeezed(journal)

    gone = prune([journal], 1.0, 1 << 40, 1_000.0 + 86_401.0)

    assert list(gone) == market[:-1]


def test_a_failure_on_the_way_leaves_what_was(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(packed.os, "fsync", fail)
    names = sorted(path.name for path in journal.iterdir())

    with pytest.raises(OSError, match="no space"):
        squeezed(journal)

    assert sorted(path.name for path in journal.iterdir()) == names
    assert not any(Segment(path).is_packed for path in segments(journal, MARKET))


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40])
def test_damage_in_packed_data_is_told(journal: Path, damage: bytes) -> None:
    squeezed(journal)
    first = segments(journal, MARKET)[0]
    first.write_bytes(first.read_bytes()[:-40] + damage)

    with pytest.raises(JournalTorn, match=first.name):
        list(FileJournalReader(journal).entries())
