"""Every journal, against the same promises."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.journal import BACKTEST, LIVE, FileJournal, JournalOptions
from graphwiz_trader.adapters.files.journal_reader import FileJournalReader
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.ports.journal import Journal, JournalReader
from graphwiz_trader.testing.journal import MemoryJournal
from tests.contracts.journal import JournalContract


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def journal(self) -> Journal:
        return MemoryJournal()

    @pytest.fixture
    def reader(self, journal: MemoryJournal) -> Callable[[], JournalReader]:
        return lambda: journal


class TestFileJournal(JournalContract):
    @pytest.fixture(
        params=[LIVE, BACKTEST, JournalOptions(segment_bytes=200), JournalOptions(sync_s=None)],
        ids=["live", "backtest", "small segments", "no thread"],
    )
    def journal(self, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Journal]:
        journal: Journal = FileJournal(tmp_path, RunId("run-1"), request.param)
        yield journal
        journal.close()

    @pytest.fixture
    def reader(self, tmp_path: Path) -> Callable[[], JournalReader]:
        return lambda: FileJournalReader(tmp_path)
