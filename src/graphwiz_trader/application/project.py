"""Project: the journals of a home, read into the graph."""

from collections.abc import Callable

from graphwiz_trader.application.funding import reporting_of
from graphwiz_trader.application.graph_rows import GraphRows
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.application.recordings import recalled
from graphwiz_trader.application.replay import first_entry
from graphwiz_trader.application.run_report import Restore, instruments_in
from graphwiz_trader.domain.errors import TraderError, Transient
from graphwiz_trader.domain.events import TapeMessage
from graphwiz_trader.domain.units import SECOND, RunId
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.graph import FactSink
from graphwiz_trader.ports.journal import JournalReader
from graphwiz_trader.ports.runs import Runs
from graphwiz_trader.ports.tape import TapeStore

BATCH = 1_000
"""Rows a batch holds, or a few more: an entry is never cut in two."""

Progress = Callable[[float], None]


@value
class Projected:
    """What catching up took in; `unread` says of a run why its journal could not be read."""

    runs: int = 0
    entries: int = 0
    rows: int = 0
    unread: tuple[tuple[RunId, str], ...] = ()


class Project:
    """
    Keeps the graph in step with the journals.

    A run is read from its beginning whenever there is news of it, since what an entry means
    depends on those before; only what is new is written.
    """

    def __init__(self, tapes: TapeStore, runs: Runs, restore: Restore, sink: FactSink) -> None:
        self._tapes = tapes
        self._runs = runs
        self._restore = restore
        self._sink = sink

    async def catch_up(self, progress: Progress) -> Projected:
        """
        Read every journal up to its end; a run that cannot be read stops none of the others.

        Raises:
            Transient: the store did not take a batch; what it took before is kept.
        """
        total = Projected()
        names = self._runs.names()
        for done, run in enumerate(names):
            try:
                found = await self._read(run)
            except Transient:
                raise
            except TraderError as error:
                found = Projected(unread=((run, str(error)),))
            total = _sum(total, found)
            progress((done + 1) / len(names))
        return total

    async def rebuild(self, progress: Progress) -> Projected:
        """Forget the graph and read every journal again."""
        await self._sink.clear()
        return await self.catch_up(progress)

    async def close(self) -> None:
        """Let go of the store."""
        await self._sink.close()

    async def lag_s(self) -> float:
        """Return how far the graph is behind the journals, in seconds of their own time."""
        return max([await self._lag(run) for run in self._runs.names()], default=0.0)

    async def _lag(self, run: RunId) -> float:
        kept, since = await self._sink.cursor(run)
        latest = since
        try:
            for entry in self._runs.reader(run).entries(kept):
                if not isinstance(entry.event, TapeMessage):
                    since = since or entry.event.ts
                    latest = max(latest, entry.event.ts)
        except TraderError:
            # What cannot be read is told by `catch_up`; what was read before it counts.
            return (latest - since) / SECOND
        return (latest - since) / SECOND

    async def _read(self, run: RunId) -> Projected:
        reader = self._runs.reader(run)
        kept, _ = await self._sink.cursor(run)
        if next(reader.entries(kept), None) is None:
            return Projected()
        rows = self._rows(reader)
        entries = written = 0
        for entry in reader.entries():
            rows.feed(entry)
            if entry.outcome.seq <= kept:
                if len(rows) >= BATCH or entry.outcome.seq == kept:
                    rows.cut()
                continue
            entries += 1
            if len(rows) >= BATCH:
                written += len(rows)
                await self._sink.write(rows.cut())
        written += len(rows)
        await self._sink.write(rows.cut())
        return Projected(1, entries, written)

    def _rows(self, reader: JournalReader) -> GraphRows:
        started = first_entry(reader)
        settings = self._restore(started.settings, ())
        tapes = recalled(self._tapes, started.tapes)
        instruments = instruments_in(started, settings, tapes)
        reporting = reporting_of(settings, instruments)
        enabled = [name for name, one in settings.hft.strategies.items() if one.enabled]
        return GraphRows(started, RebuiltPrices(instruments, tapes, reporting), reporting, enabled)


def _sum(one: Projected, other: Projected) -> Projected:
    return Projected(
        one.runs + other.runs,
        one.entries + other.entries,
        one.rows + other.rows,
        (*one.unread, *other.unread),
    )
