"""Runs: one folder a run, with its journal, its fills and what its command said."""

import json
import time
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import FileJournal, JournalOptions
from graphwiz_trader.adapters.files.journal_reader import FileJournalReader
from graphwiz_trader.adapters.files.market_kept import prune, squeeze
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.units import RunId

FILLS = "fills.jsonl"
ORDERS = "orders.jsonl"
SUMMARY = "summary.json"
IDLE_S = 60.0
"""How long a segment must have been closed before it is packed."""


class FileRunFolder:
    """A run being written."""

    def __init__(self, run: RunId, folder: Path, journal: Path, options: JournalOptions) -> None:
        self.run = run
        self._folder = folder
        self._journal = journal
        self._options = options
        self._fills: TextIO = (folder / FILLS).open("w", encoding="utf-8")
        self._orders: TextIO | None = None

    @property
    def path(self) -> str:
        """The folder."""
        return str(self._folder)

    def journal(self) -> FileJournal:
        """Open the run's journal for writing."""
        return FileJournal(self._journal, self.run, self._options)

    def add_fill(self, fill: Mapping[str, object]) -> None:
        """Append one fill as a line of JSON."""
        self._fills.write(json.dumps(fill) + "\n")

    def add_order(self, order: Mapping[str, object]) -> None:
        """Append one order as a line of JSON."""
        if self._orders is None:
            self._orders = (self._folder / ORDERS).open("w", encoding="utf-8")
        self._orders.write(json.dumps(order) + "\n")

    def finish(self, summary: Mapping[str, object]) -> None:
        """Write the summary, whole or not at all, and close the files."""
        self._fills.close()
        if self._orders is not None:
            self._orders.close()
        new = self._folder / f"{SUMMARY}.new"
        new.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        new.replace(self._folder / SUMMARY)


class FileRuns:
    """The runs in a home."""

    def __init__(self, home: Home, options: JournalOptions) -> None:
        self._home = home
        self._options = options

    def create(self, mode: str) -> FileRunFolder:
        """Make the folder of a new run."""
        return self._folder(self._home.new_run(mode))

    def reopen(self, run: RunId) -> FileRunFolder:
        """Go on writing *run*."""
        self._find(run)
        return self._folder(run)

    def names(self) -> tuple[RunId, ...]:
        """Every run, by age of its folder."""
        if not self._home.runs.is_dir():
            return ()
        folders = [path for path in self._home.runs.iterdir() if path.is_dir()]
        folders.sort(key=lambda path: (path.stat().st_ctime_ns, path.name))
        return tuple(RunId(path.name) for path in folders)

    def reader(self, run: RunId) -> FileJournalReader:
        """Read a run's journal."""
        self._find(run)
        return FileJournalReader(self._home.journal(run))

    def decisions(self, run: RunId) -> Iterator[Entry]:
        """Read the main segments of a run's journal."""
        return self.reader(run).decisions()

    def prune(self, days: float, most_bytes: int) -> tuple[str, ...]:
        """Delete closed market segments of every run."""
        journals = [self._home.journal(run) for run in self.names()]
        gone = prune(journals, days, most_bytes, time.time())
        return tuple(f"{path.parent.parent.name}/{path.name}" for path in gone)

    def squeeze(self) -> Iterator[str]:
        """Pack closed market segments of every run, one at a time."""
        journals = [self._home.journal(run) for run in self.names()]
        for path, saved in squeeze(journals, IDLE_S, time.time()):
            yield f"{path.parent.parent.name}/{path.name}: {saved / 1e6:.0f} MB less"

    def summary(self, run: RunId) -> Mapping[str, object]:
        """Return what the run's command said."""
        self._find(run)
        path = self._home.run(run) / SUMMARY
        if not path.is_file():
            return {}
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DataError(f"{path} is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise DataError(f"{path}: found {type(found).__name__}, expected an object")
        return found

    def _folder(self, run: RunId) -> FileRunFolder:
        return FileRunFolder(run, self._home.run(run), self._home.journal(run), self._options)

    def _find(self, run: RunId) -> None:
        known = self.names()
        if run in known:
            return
        near = get_close_matches(run, known, 3, 0.3) or known[-3:]
        hint = f"; the nearest are {', '.join(near)}" if near else "; there are no runs yet"
        raise DataError(f"no run {run} in {self._home.runs}{hint}")
