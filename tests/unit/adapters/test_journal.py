"""The file journal: what survives, what is found damaged, and when it refuses."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import msgpack

from graphwiz_trader.adapters.files import segments
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal, JournalOptions
from graphwiz_trader.adapters.files.journal_reader import FileJournalReader
from graphwiz_trader.adapters.files.records import ENTRY, OPENING
from graphwiz_trader.domain.errors import DataError, JournalError, JournalFull, JournalTorn
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.units import RunId
from tests.contracts.journal import book_entry, entry, submit

RUN = RunId("run-1")
PLAIN = JournalOptions(sync_s=None)
PATIENCE_S = 60.0


def written(folder: Path, options: JournalOptions = PLAIN) -> Path:
    """Leave a closed journal of every kind of record in *folder*; return its last segment."""
    journal = FileJournal(folder, RUN, options)
    journal.append(entry(1))
    journal.append(book_entry(2))
    journal.append(book_entry(3, submit(3)))
    journal.reference(0, 4, False)
    journal.reference(0, 5, True)
    journal.append(entry(6))
    journal.close()
    return segments.segments(folder)[-1]


def killed(folder: Path, entries: int) -> Path:
    """Leave a journal of *entries* as a killed process does: without a mark at its end."""
    journal = FileJournal(folder, RUN, PLAIN)
    for seq in range(1, entries + 1):
        journal.append(entry(seq))
    (path,) = segments.segments(folder)
    content = path.read_bytes()
    journal.close()
    path.write_bytes(content)
    return path


def fill(journal: FileJournal) -> None:
    """Append until it refuses, or patience is over."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        journal.append(entry(journal.seq + 1))


def descriptor(path: Path) -> int:
    """Return by which number this process has *path* open."""
    (found,) = [fd for fd in Path("/proc/self/fd").iterdir() if os.path.realpath(fd) == str(path)]
    return int(found.name)


def read(folder: Path) -> list[int]:
    return [one.outcome.seq for one in FileJournalReader(folder).entries()]


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Make the kernel refuse to let any file grow beyond *size*, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_appended_entry_is_in_the_file_before_append_returns(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, RUN, LIVE)

    journal.append(entry(1))

    assert read(tmp_path) == [1]
    journal.close()


def test_a_tail_torn_at_any_byte_is_cut_and_told(tmp_path: Path) -> None:
    path = killed(tmp_path, 3)
    whole = path.read_bytes()
    second, third = len(killed(tmp_path / "1", 1).read_bytes()), None
    third = len(killed(tmp_path / "2", 2).read_bytes())

    for size in range(second, len(whole)):
        path.write_bytes(whole[:size])
        kept = [1] if size < third else [1, 2]
        end = second if size < third else third
        told = f"{path.name}: {size - end} bytes cut at offset {end}" if size > end else None
        reader = FileJournalReader(tmp_path)
        assert [one.outcome.seq for one in reader.entries()] == kept
        assert reader.torn == told

        journal = FileJournal(tmp_path, RUN, PLAIN)
        assert (journal.seq, journal.torn) == (kept[-1], told)
        journal.append(entry(kept[-1] + 1))
        journal.close()
        assert read(tmp_path) == [*kept, kept[-1] + 1]


def test_a_changed_byte_anywhere_is_found(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    mark = len(whole) - segments.FRAME.size - OPENING.size

    for at in range(len(whole)):
        path.write_bytes(bytes([*whole[:at], whole[at] ^ 0x20, *whole[at + 1 :]]))
        if at >= mark:
            reader = FileJournalReader(tmp_path)
            assert [one.outcome.seq for one in reader.entries()] == [1, 2, 3, 4, 5, 6]
            assert reader.torn is not None
        else:
            with pytest.raises(JournalError, match=path.name):
                read(tmp_path)


@pytest.mark.parametrize("bit", range(8))
def test_a_changed_length_never_hides_what_follows(tmp_path: Path, bit: int) -> None:
    path = written(tmp_path)
    whole = bytearray(path.read_bytes())
    first = len(segments.MAGIC) + segments.FRAME.size
    entry_at = first + segments.FRAME.unpack_from(whole, len(segments.MAGIC))[1]
    whole[entry_at + 4 + bit // 2] ^= 1 << bit
    path.write_bytes(whole)

    with pytest.raises(JournalTorn, match=f"{path.name}: the record at offset {entry_at}"):
        read(tmp_path)


def test_a_damaged_journal_is_not_continued(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = bytearray(path.read_bytes())
    whole[100] ^= 1
    path.write_bytes(whole)

    with pytest.raises(JournalTorn):
        FileJournal(tmp_path, RUN, PLAIN)

    assert path.read_bytes() == whole


def test_a_closed_journal_is_continued(tmp_path: Path) -> None:
    written(tmp_path)

    journal = FileJournal(tmp_path, RUN, PLAIN)
    journal.append(entry(7))
    journal.close()

    assert journal.torn is None
    assert read(tmp_path) == [1, 2, 3, 4, 5, 6, 7]


def test_another_runs_journal_is_refused(tmp_path: Path) -> None:
    written(tmp_path)

    with pytest.raises(JournalError, match="found a journal of run-1, expected run-2"):
        FileJournal(tmp_path, RunId("run-2"), PLAIN)


def test_a_segment_of_another_schema_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path)

    monkeypatch.setattr(segments, "SCHEMA", 0xABCD)

    with pytest.raises(JournalError, match="this version reads 0000abcd"):
        read(tmp_path)


def test_a_record_of_no_known_class_is_found(tmp_path: Path) -> None:
    path = killed(tmp_path, 1)
    at = path.stat().st_size
    with path.open("ab") as file:
        file.write(segments.framed(OPENING.pack(ENTRY, 2) + msgpack.encode(["Miracle", 1])))

    with pytest.raises(JournalTorn, match=f"{path.name} at offset {at}: .*Miracle"):
        read(tmp_path)


def test_segments_follow_one_another(tmp_path: Path) -> None:
    written(tmp_path, JournalOptions(segment_bytes=100, sync_s=None))

    names = [path.name for path in segments.segments(tmp_path)]

    assert names[:2] == ["000001.journal", "000002.journal"]
    assert len(names) > 3
    assert read(tmp_path) == [1, 2, 3, 4, 5, 6]
    assert [one.outcome.seq for one in FileJournalReader(tmp_path).entries(after=4)] == [5, 6]


@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_segment_is_found(tmp_path: Path, missing: int) -> None:
    written(tmp_path, JournalOptions(segment_bytes=100, sync_s=None))
    segments.segments(tmp_path)[missing].unlink()

    with pytest.raises(JournalTorn):
        read(tmp_path)


def test_a_tail_torn_inside_the_journal_is_damage(tmp_path: Path) -> None:
    written(tmp_path, JournalOptions(segment_bytes=100, sync_s=None))
    first = segments.segments(tmp_path)[0]
    first.write_bytes(first.read_bytes()[:-1])

    with pytest.raises(JournalTorn):
        read(tmp_path)


def test_a_process_killed_while_it_began_a_segment_loses_nothing(tmp_path: Path) -> None:
    killed(tmp_path, 2)
    header = (tmp_path / "000001.journal").read_bytes()[:30]

    for size in range(30):
        (tmp_path / "000002.journal").write_bytes(header[:size])
        assert read(tmp_path) == [1, 2]

    journal = FileJournal(tmp_path, RUN, PLAIN)
    journal.append(entry(3))
    journal.close()
    assert journal.torn == "000002.journal: 29 bytes cut at offset 0"
    assert read(tmp_path) == [1, 2, 3]


def test_a_full_disk_refuses_and_leaves_whole_records(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, RUN, PLAIN)
    journal.append(entry(1))
    size = (tmp_path / "000001.journal").stat().st_size

    with file_size_limit(size + 20), pytest.raises(JournalFull, match="at offset"):
        journal.append(entry(2))

    assert (tmp_path / "000001.journal").stat().st_size == size
    with pytest.raises(JournalFull):
        journal.append(entry(2))
    journal.close()
    assert read(tmp_path) == [1]


def test_a_sync_that_lags_too_far_refuses(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, RUN, JournalOptions(unsynced_bytes=1000, sync_s=3_600))

    with pytest.raises(JournalFull, match="bytes wait to be synced"):
        fill(journal)

    assert journal.unsynced > 1000
    assert 1000 < (tmp_path / "000001.journal").stat().st_size < 1500
    journal.close()
    assert read(tmp_path) == list(range(1, journal.seq + 1))


def test_what_is_written_is_synced_soon_after(tmp_path: Path) -> None:
    options = JournalOptions(market_apart=True, segment_bytes=2_000, sync_s=0.001)
    journal = FileJournal(tmp_path, RUN, options)
    for _ in range(3):
        for seq in range(journal.seq + 1, journal.seq + 30):
            journal.append(entry(seq))
        until = time.monotonic() + PATIENCE_S
        while journal.unsynced and time.monotonic() < until:
            time.sleep(0.001)

        assert journal.unsynced == 0
    assert len(segments.segments(tmp_path)) > 1
    journal.close()


def test_a_sync_that_fails_refuses(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, RUN, JournalOptions(sync_s=0.001))
    journal.append(entry(1))
    # What cannot be synced at all stands for a disk that fails.
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), descriptor(tmp_path / "000001.journal"))

    with pytest.raises(JournalFull, match=r"000001\.journal cannot be synced"):
        fill(journal)

    with pytest.raises(OSError, match="Invalid argument"):
        journal.close()


def test_flush_makes_everything_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fdatasync", lambda fd: sizes.append(os.fstat(fd).st_size))
    journal = FileJournal(tmp_path, RUN, PLAIN)
    journal.append(entry(1))

    durable = journal.flush()

    assert durable == 1
    assert sizes == [(tmp_path / "000001.journal").stat().st_size]
    journal.close()


def test_a_reader_goes_on_where_it_stopped(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, RUN, JournalOptions(segment_bytes=300, sync_s=None))
    reader = FileJournalReader(tmp_path)
    seen: list[Entry] = []

    for seq in range(1, 20):
        journal.append(entry(seq))
        seen += reader.entries(after=len(seen))

    assert seen == [entry(seq) for seq in range(1, 20)]
    journal.close()


def test_a_folder_without_a_journal_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no journal in"):
        FileJournalReader(tmp_path)


APART = JournalOptions(sync_s=None, market_apart=True)
SMALL = JournalOptions(sync_s=None, market_apart=True, segment_bytes=400)


def mixed(folder: Path, entries: int, options: JournalOptions = APART) -> None:
    """Leave a journal whose every third entry led to something, the others market data."""
    journal = FileJournal(folder, RUN, options)
    for seq in range(1, entries + 1):
        journal.append(entry(seq) if seq % 3 == 0 else book_entry(seq))
    journal.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_market_data_that_led_to_nothing_is_kept_apart(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, RUN, APART)
    journal.append(book_entry(1))
    journal.append(book_entry(2, submit(2)))
    journal.append(entry(3))
    journal.close()

    main = FileJournalReader(tmp_path)
    (tmp_path / "market-000001.journal").rename(tmp_path / "market.gone")
    assert names(tmp_path) == ["000001.journal", "market.gone"]
    with pytest.raises(JournalTorn, match="found entry 2, expected 1"):
        list(main.entries())
    (tmp_path / "market.gone").rename(tmp_path / "market-000001.journal")
    assert read(tmp_path) == [1, 2, 3]


def test_both_kinds_are_joined_across_segments_and_continued(tmp_path: Path) -> None:
    mixed(tmp_path, 30, SMALL)
    journal = FileJournal(tmp_path, RUN, SMALL)
    journal.append(book_entry(31))
    journal.append(entry(32))
    journal.close()

    assert read(tmp_path) == list(range(1, 33))
    assert len(segments.segments(tmp_path)) > 2
    assert len(segments.segments(tmp_path, segments.MARKET)) > 2


def test_reading_goes_on_where_it_stopped_while_both_kinds_grow(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, RUN, SMALL)
    reader = FileJournalReader(tmp_path)
    got: list[int] = []

    for seq in range(1, 61):
        journal.append(entry(seq) if seq % 3 == 0 else book_entry(seq))
        if seq % 7 == 0:
            got += [one.outcome.seq for one in reader.entries(len(got))]
    journal.close()
    got += [one.outcome.seq for one in reader.entries(len(got))]

    assert got == list(range(1, 61))


@pytest.mark.parametrize("after", range(0, 31, 3))
def test_any_entry_can_be_the_first_read(after: int, tmp_path: Path) -> None:
    mixed(tmp_path, 30, SMALL)

    found = [one.outcome.seq for one in FileJournalReader(tmp_path).entries(after)]

    assert found == list(range(after + 1, 31))


def test_deleted_market_data_is_told_and_what_is_left_can_be_read(tmp_path: Path) -> None:
    mixed(tmp_path, 60, SMALL)
    oldest, second, *_ = segments.segments(tmp_path, segments.MARKET)
    oldest.unlink()

    with pytest.raises(DataError, match=f"deleted: {second.name} is the oldest"):
        read(tmp_path)

    assert [one.outcome.seq for one in FileJournalReader(tmp_path).entries(57)] == [58, 59, 60]
    decisions = [one.outcome.seq for one in FileJournalReader(tmp_path).decisions()]
    assert decisions == list(range(3, 61, 3))


@pytest.mark.parametrize("prefix", ["", segments.MARKET])
def test_a_segment_missing_between_others_is_found(prefix: str, tmp_path: Path) -> None:
    mixed(tmp_path, 60, SMALL)
    segments.segments(tmp_path, prefix)[1].unlink()

    with pytest.raises(JournalTorn, match="found segment 3, expected 2"):
        read(tmp_path)


@pytest.mark.parametrize("prefix", ["", segments.MARKET])
def test_what_one_kind_lost_in_a_power_failure_the_other_drops(prefix: str, tmp_path: Path) -> None:
    mixed(tmp_path, 30)
    (path,) = segments.segments(tmp_path, prefix)
    whole = path.read_bytes()

    for size in range(len(whole) - 1, len(whole) // 2, -37):
        path.write_bytes(whole[:size])
        reader = FileJournalReader(tmp_path)
        kept = [one.outcome.seq for one in reader.entries()]
        assert kept == list(range(1, len(kept) + 1))
        assert len(kept) == 30 or reader.torn is not None

    journal = FileJournal(tmp_path, RUN, APART)
    assert journal.seq == len(kept) < 30
    journal.append(entry(journal.seq + 1))
    journal.close()
    assert read(tmp_path) == [*kept, len(kept) + 1]
