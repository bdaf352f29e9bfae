"""Heard: a graph's store that lets alerts be heard on their way into it."""

from collections.abc import Callable, Sequence

from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.graph import Batch, Edge, Relation
from graphwiz_trader.domain.graph_keep import Keep
from graphwiz_trader.domain.graph_watch import Alert
from graphwiz_trader.domain.health import Symptom
from graphwiz_trader.domain.units import SECOND, Nanos, RunId
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.graph import FactSink

RECENT = Nanos(120 * SECOND)
"""Alerts of the journal older than that are history, as when a graph is built anew."""


class HeardSink:
    """
    A `FactSink` before *sink*: what engines alerted of goes to *hear*, once each.

    `behind` tells how long ago a run's newest entry that was read happened.
    """

    def __init__(self, sink: FactSink, clock: Clock, hear: Callable[[Symptom], None]) -> None:
        self._sink = sink
        self._clock = clock
        self._hear = hear
        self._read: dict[RunId, Nanos] = {}

    def behind(self, run: RunId, now: Nanos) -> float:
        """Return how many seconds before *now* the last entry of *run* that is kept happened."""
        ts = self._read.get(run)
        return 0.0 if ts is None else max(now - ts, 0) / SECOND

    async def cursor(self, run: RunId) -> tuple[int, Nanos]:
        """Return how far *run* is kept."""
        return await self._sink.cursor(run)

    async def write(self, batch: Batch) -> None:
        """Let the alerts in *batch* be heard once it is kept."""
        await self._sink.write(batch)
        self._read[batch.run] = batch.ts
        since = self._clock.now() - RECENT
        for node in batch.nodes:
            if isinstance(node, Alert) and node.ts >= since:
                symptom = Symptom(node.code, node.run, Severity(node.severity), node.text)
                self._hear(symptom)

    async def relate(self, relation: Relation, edges: Sequence[Edge]) -> None:
        """Put *edges* in place of all of *relation*."""
        await self._sink.relate(relation, edges)

    async def trim(self, keep: Keep) -> int:
        """Forget what *keep* does not keep."""
        return await self._sink.trim(keep)

    async def clear(self) -> None:
        """Forget everything."""
        await self._sink.clear()

    async def close(self) -> None:
        """Let go of the store."""
        await self._sink.close()
