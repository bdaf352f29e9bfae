"""Run tail: one run's journal, read as it grows, as batches for the graph."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from graphwiz_trader.application.funding import reporting_of
from graphwiz_trader.application.graph_rows import GraphRows
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.application.recordings import recalled
from graphwiz_trader.application.replay import first_entry
from graphwiz_trader.application.run_report import Restore, instruments_in
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import Shutdown, TapeMessage
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.graph import Batch
from graphwiz_trader.domain.settings import KnowledgeGraphSettings
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.journal import JournalReader
from graphwiz_trader.ports.runs import Runs
from graphwiz_trader.ports.tape import TapeStore

BATCH = 1_000
"""Rows a batch holds, or a few more: an entry is never cut in two."""

STRIDE = 20_000
"""Entries read at a time, so that whoever asked can attend to something else in between."""


_GONE = Entry(Shutdown(Nanos(0), ""), Outcome(0))

Hear: TypeAlias = Callable[[RunId, Entry], None]
"""Is told an entry of a run."""


def ignored(run: RunId, entry: Entry) -> None:
    """Hear nothing of it."""


@value
class Stretch:
    """
    A part of a journal that was read; `entries` are those nobody had read before.

    `batch` is None where nothing is to be written yet; `is_end`: there was no more.
    """

    entries: int
    batch: Batch | None
    is_end: bool


class RunTail:
    """
    Follows the journal of one run beyond the entry *kept*, of *ts*: so far the graph has it.

    What an entry means depends on those before it: a run with news is read from its beginning,
    and what was read is remembered until `rest`.
    """

    def __init__(
        self,
        run: RunId,
        reader: JournalReader,
        decisions: Callable[[], Iterator[Entry]],
        kept: int,
        ts: Nanos,
        rows: Callable[[], GraphRows],
        heard: Hear,
    ) -> None:
        """
        Begin nothing yet.

        *decisions* reads what is kept for good; *rows* begins the projection anew; *heard* is told
        every entry that is new to the graph.
        """
        self.run = run
        self._decisions = decisions
        self._reader = reader
        self._kept = kept
        self._ts = ts
        self._is_proven = not kept
        self._make = rows
        self._heard = heard
        self._rows: GraphRows | None = None
        self._source: Iterator[Entry] | None = None
        self._seq = 0

    @property
    def is_resting(self) -> bool:
        """Whether nothing of what was read is remembered."""
        return self._rows is None

    def rest(self) -> None:
        """Forget what was read; the next news are read from the beginning."""
        self._rows = self._source = None
        self._seq = 0

    def read(self) -> Stretch:
        """
        Read on, a batch or `STRIDE` entries at most.

        Raises:
            DataError: a tape it read is gone, its first entry tells too little, or it is not the
                journal that the graph has read.
            JournalError: it is damaged, or of another version.
        """
        if not self._is_proven:
            self._prove()
        if self._rows is None:
            if self._after(self._kept) is None:
                return Stretch(0, None, is_end=True)
            self._rows = self._make()
            self._source = self._whole()
        source = self._source or self._reader.entries(self._seq)
        # Where reading fails, the entries are asked for anew.
        self._source = None
        stretch = self._feed(self._rows, source)
        self._source = None if stretch.is_end else source
        return stretch

    def _prove(self) -> None:
        """Find the entry up to which the graph has it, unless this is another run of the name."""
        last = self._after(self._kept - 1)
        if last is _GONE:
            self._is_proven = True
            return
        ts = None if last is None or isinstance(last.event, TapeMessage) else last.event.ts
        if last is None or ts not in (None, self._ts):
            raise DataError(
                f"the graph has read another run of the name up to entry {self._kept};"
                " `graphwiz graph rebuild` reads this one"
            )
        self._is_proven = True

    def _after(self, seq: int) -> Entry | None:
        """Return the entry after *seq*, None at the end, `_GONE` if market data was deleted."""
        try:
            return next(self._reader.entries(seq), None)
        except DataError:
            return _GONE

    def _whole(self) -> Iterator[Entry]:
        """Read from the beginning; market data that was deleted is done without."""
        if self._after(0) is _GONE:
            return self._decisions()
        return self._reader.entries()

    def _feed(self, rows: GraphRows, source: Iterator[Entry]) -> Stretch:
        before, kept, found = self._seq, self._kept, 0
        for entry in source:
            if kept and self._seq <= kept < entry.outcome.seq:
                rows.cut()
            rows.feed(entry)
            self._seq = entry.outcome.seq
            if self._seq <= kept:
                if len(rows) >= BATCH:
                    rows.cut()
            else:
                found += 1
                self._heard(self.run, entry)
                if len(rows) >= BATCH:
                    return self._cut(rows, found, is_end=False)
            if self._seq - before >= STRIDE:
                return Stretch(found, None, is_end=False)
        if self._seq <= kept:
            return Stretch(0, None, is_end=True)
        return self._cut(rows, found, is_end=True)

    def _cut(self, rows: GraphRows, found: int, *, is_end: bool) -> Stretch:
        self._kept = self._seq
        return Stretch(found, rows.cut(), is_end=is_end)


class _Decided:
    """The `Entries` that are kept for good."""

    torn = None

    def __init__(self, read: Callable[[], Iterator[Entry]]) -> None:
        self._read = read

    def entries(self, after: int = 0) -> Iterator[Entry]:
        return (entry for entry in self._read() if entry.outcome.seq > after)


class RunTails:
    """The journals of a home, to be followed into the graph."""

    def __init__(
        self,
        tapes: TapeStore,
        runs: Runs,
        restore: Restore,
        switches: KnowledgeGraphSettings = KnowledgeGraphSettings(),  # noqa: B008 # a value
        heard: Hear = ignored,
    ) -> None:
        """*switches* say what of a journal is told to the graph; *heard* is told its entries."""
        self.runs = runs
        self._tapes = tapes
        self._restore = restore
        self._switches = switches
        self._heard = heard

    def follow(self, run: RunId, kept: int, ts: Nanos) -> RunTail:
        """
        Return the tail of *run* beyond the entry *kept*, of *ts*.

        Raises:
            DataError: it has no journal.
        """
        reader = self.runs.reader(run)
        decisions = partial(self.runs.decisions, run)
        rows = partial(self._rows, decisions)
        return RunTail(run, reader, decisions, kept, ts, rows, self._heard)

    def _rows(self, decisions: Callable[[], Iterator[Entry]]) -> GraphRows:
        started = first_entry(_Decided(decisions))
        settings = self._restore(started.settings, ())
        tapes = recalled(self._tapes, started.tapes)
        instruments = instruments_in(started, tapes)
        reporting = reporting_of(settings, instruments)
        prices = RebuiltPrices(instruments, tapes, reporting)
        enabled = [name for name, one in settings.hft.strategies.items() if one.enabled]
        fee = settings.backtest.fee_bps
        return GraphRows(started, prices, reporting, enabled, self._switches, fee)
