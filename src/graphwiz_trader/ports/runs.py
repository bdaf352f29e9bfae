"""Runs: the folder each run leaves behind."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.ports.journal import Journal, JournalReader


class RunFolder(Protocol):
    """What one run writes."""

    @property
    def run(self) -> RunId:
        """Its name, new in this home."""

    @property
    def path(self) -> str:
        """Where a person finds it."""

    def journal(self) -> Journal:
        """Open its journal for writing."""

    def add_fill(self, fill: Mapping[str, object]) -> None:
        """Append one line to `fills.jsonl`."""

    def add_order(self, order: Mapping[str, object]) -> None:
        """Append one line to `orders.jsonl`."""

    def finish(self, summary: Mapping[str, object]) -> None:
        """Write `summary.json` and let go of the files."""


class Runs(Protocol):
    """The runs of one home."""

    def create(self, mode: str) -> RunFolder:
        """Make a folder of a name no run has had."""

    def reopen(self, run: RunId) -> RunFolder:
        """Go on writing a run whose journal is kept; fills and orders are written anew."""

    def names(self) -> tuple[RunId, ...]:
        """Every run, oldest first."""

    def reader(self, run: RunId) -> JournalReader:
        """Read a run's journal; raise `DataError` naming the nearest known run if there is none."""

    def decisions(self, run: RunId) -> Iterator[Entry]:
        """
        Yield what of a run is kept for good, oldest first: all but market data that is kept apart.

        It raises as `reader` and its `entries` do.
        """

    def prune(self, days: float, most_bytes: int) -> tuple[str, ...]:
        """
        Delete market data kept apart that is older, then the oldest of what is more.

        Returns what was deleted, in words; what is being written stays.
        """

    def squeeze(self) -> Iterator[str]:
        """
        Make closed market data smaller, a part with each step; yield in words what was.

        Whoever reads or deletes it meanwhile notices nothing; nothing is lost if power is.
        """

    def summary(self, run: RunId) -> Mapping[str, object]:
        """Return what the run's own command said at its end; empty if it did not get there."""
