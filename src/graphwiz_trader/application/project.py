"""Project: the journals of a home, read into the graph."""

from collections.abc import Callable

from graphwiz_trader.application.pattern_links import PatternLinks
from graphwiz_trader.application.run_tail import RunTails
from graphwiz_trader.domain.errors import TraderError, Transient
from graphwiz_trader.domain.events import TapeMessage
from graphwiz_trader.domain.graph_keep import Keep
from graphwiz_trader.domain.units import SECOND, RunId
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.graph import Graph

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

    def __init__(self, tails: RunTails, sink: Graph, keep: Keep = Keep()) -> None:  # noqa: B008 # a value
        """*keep* says what of it is kept after catching up."""
        self._tails = tails
        self._runs = tails.runs
        self._sink = sink
        self._links = PatternLinks(sink)
        self._keep = keep

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
        if total.rows and not self._keep.is_all:
            await self._sink.trim(self._keep)
        if total.rows:
            await self._links.renew()
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
        tail = self._tails.follow(run, *await self._sink.cursor(run))
        entries = rows = 0
        while True:
            stretch = tail.read()
            entries += stretch.entries
            if stretch.batch is not None:
                rows += len(stretch.batch.nodes) + len(stretch.batch.edges)
                await self._sink.write(stretch.batch)
            if stretch.is_end:
                return Projected(1 if entries else 0, entries, rows)


def _sum(one: Projected, other: Projected) -> Projected:
    return Projected(
        one.runs + other.runs,
        one.entries + other.entries,
        one.rows + other.rows,
        (*one.unread, *other.unread),
    )
