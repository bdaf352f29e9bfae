"""Fake runs: folders in memory."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.testing.journal import MemoryJournal


class MemoryRunFolder:
    """A `RunFolder`; what was written is in `fills`, `orders` and `summary`."""

    def __init__(self, run: RunId) -> None:
        self.run = run
        self.kept = MemoryJournal()
        self.fills: list[dict[str, object]] = []
        self.orders: list[dict[str, object]] = []
        self.summary: dict[str, object] = {}

    @property
    def path(self) -> str:
        """A name for people."""
        return f"memory:{self.run}"

    def journal(self) -> MemoryJournal:
        """Open its journal."""
        return self.kept

    def add_fill(self, fill: Mapping[str, object]) -> None:
        """Keep one fill."""
        self.fills.append(dict(fill))

    def add_order(self, order: Mapping[str, object]) -> None:
        """Keep one order."""
        self.orders.append(dict(order))

    def finish(self, summary: Mapping[str, object]) -> None:
        """Keep the summary."""
        self.summary = dict(summary)


class MemoryRuns:
    """A `Runs` that forgets with the test."""

    def __init__(self) -> None:
        self.folders: dict[RunId, MemoryRunFolder] = {}

    def create(self, mode: str) -> MemoryRunFolder:
        """Begin the next run of *mode*."""
        number = sum(run.startswith(f"{mode}-") for run in self.folders) + 1
        folder = MemoryRunFolder(RunId(f"{mode}-{number:04d}"))
        self.folders[folder.run] = folder
        return folder

    def reopen(self, run: RunId) -> MemoryRunFolder:
        """Go on with *run*: its journal is kept."""
        folder = self._find(run)
        folder.kept.reopen()
        folder.fills.clear()
        folder.orders.clear()
        return folder

    def names(self) -> tuple[RunId, ...]:
        """Every run, oldest first."""
        return tuple(self.folders)

    def reader(self, run: RunId) -> MemoryJournal:
        """Return the run's journal, which reads itself."""
        return self._find(run).kept

    def decisions(self, run: RunId) -> Iterator[Entry]:
        """Yield all entries: nothing is kept apart."""
        return self._find(run).kept.entries()

    def prune(self, days: float, most_bytes: int) -> tuple[str, ...]:  # noqa: ARG002 # nothing is kept apart
        """Delete nothing: memory forgets by itself."""
        return ()

    def squeeze(self) -> Iterator[str]:
        """Pack nothing: memory holds no bytes."""
        return iter(())

    def summary(self, run: RunId) -> Mapping[str, object]:
        """Return what the run's command said."""
        return self._find(run).summary

    def _find(self, run: RunId) -> MemoryRunFolder:
        if run not in self.folders:
            near = get_close_matches(run, self.folders, 3, 0.3) or list(self.folders)[-3:]
            raise DataError(f"no run {run}; the nearest are {', '.join(near) or 'none'}")
        return self.folders[run]
