"""Graph in SQLite: the embedded default, one file, one writing thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from graphwiz_trader.adapters.sqlite import asked, browse, schema, texts
from graphwiz_trader.adapters.sqlite.intake import edge_row, insert
from graphwiz_trader.adapters.sqlite.trim import trim
from graphwiz_trader.domain.errors import DataError, Transient
from graphwiz_trader.domain.graph import (
    ENDS,
    LABELS,
    ArbitrageOpportunity,
    Batch,
    Edge,
    Instrument,
    Node,
    Order,
    Relation,
    Trade,
)
from graphwiz_trader.domain.graph_answers import (
    ArbitrageLine,
    Earned,
    GraphStats,
    OpportunityFilter,
    Story,
    StrategyLine,
    TradeFilter,
    Verdict,
    WatchFilter,
    arbitrage_line,
    refusals,
    strategy_lines,
)
from graphwiz_trader.domain.graph_browse import Neighbourhood, PatternHours
from graphwiz_trader.domain.graph_keep import Keep
from graphwiz_trader.domain.graph_story import story_of
from graphwiz_trader.domain.graph_watch import Alert, Case, MetricSample, Occurrence
from graphwiz_trader.domain.units import Nanos, RunId

T = TypeVar("T")
N = TypeVar("N", Order, Trade, ArbitrageOpportunity, Instrument)
W = TypeVar("W", Occurrence, Case, MetricSample, Alert)
Parameters = Sequence[object] | Mapping[str, object]

ALL = -1
"""A limit of none, to SQLite."""

BUSY_S = 10.0


class SqliteGraph:
    """
    A `FactSink` and `GraphQueries` over one file; other processes may read it meanwhile.

    Kept batches survive kill -9. Power loss may take the last ones: the journals have them.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it, when first used."""
        self._path = path
        self._thread = ThreadPoolExecutor(1, "graph")
        self._opened: sqlite3.Connection | None = None

    async def cursor(self, run: RunId) -> tuple[int, Nanos]:
        """Return how far *run* is kept."""
        return await self._call(lambda: _cursor(self._connection(), run))

    async def write(self, batch: Batch) -> None:
        """Keep *batch* in one transaction."""
        await self._call(lambda: self._write(batch))

    async def relate(self, relation: Relation, edges: Sequence[Edge]) -> None:
        """Put *edges* in place of all of *relation*."""
        await self._call(lambda: browse.relate(self._connection(), relation, edges))

    async def trim(self, keep: Keep) -> int:
        """Forget; the file does not shrink, but what comes next has room in it."""
        return await self._call(lambda: trim(self._connection(), keep))

    async def clear(self) -> None:
        """Forget everything by making the file anew."""
        await self._call(self._clear)

    async def close(self) -> None:
        """Let go of the file."""
        await self._call(self._close)
        self._thread.shutdown()

    async def stats(self) -> GraphStats:
        """Count."""
        return await self._call(self._stats)

    async def strategies(self, only: TradeFilter) -> tuple[StrategyLine, ...]:
        """Sum up trades by strategy, exactly."""
        text = texts.EARNED_BY_STRATEGY if only.strategy else texts.EARNED
        return await self._call(
            lambda: strategy_lines(self._earned(text, asked.of_trades(only, ALL)))
        )

    async def trades(self, only: TradeFilter, most: int) -> tuple[Trade, ...]:
        """Return trades, the latest first."""
        text = texts.TRADES_OF_STRATEGY if only.strategy else texts.TRADES
        return await self._call(lambda: self._nodes(Trade, text, asked.of_trades(only, most)))

    async def opportunities(
        self, only: OpportunityFilter, most: int
    ) -> tuple[ArbitrageOpportunity, ...]:
        """Return opportunities, the latest first."""
        words = asked.of_opportunities(only, most)
        return await self._call(
            lambda: self._nodes(ArbitrageOpportunity, texts.OPPORTUNITIES, words)
        )

    async def instruments(self) -> tuple[Instrument, ...]:
        """Return every instrument."""
        return await self._call(lambda: self._nodes(Instrument, texts.INSTRUMENTS, ()))

    async def arbitrage(self, only: OpportunityFilter) -> ArbitrageLine:
        """Sum up opportunities."""
        return arbitrage_line(await self.opportunities(only, ALL))

    async def story(self, name: str, run: str) -> Story | None:
        """Walk from the order or trade *name*."""
        return await self._call(lambda: self._story({"name": name, "run": run}))

    async def verdict(self, name: str, run: str) -> Verdict | None:
        """Look up the opportunity *name*."""
        return await self._call(lambda: self._verdict({"name": name, "run": run}))

    async def watched(self, label: type[W], only: WatchFilter, most: int) -> tuple[W, ...]:
        """Return what was watched, the latest first."""
        words = asked.of_watched(only, most)
        return await self._call(
            lambda: tuple(
                schema.node(label, columns)
                for columns in self._connection().execute(schema.WATCHED[label], words)
            )
        )

    async def hours(self, most: int) -> PatternHours:
        """Return in which hours there was what."""
        return await self._call(lambda: browse.hours(self._connection(), most))

    async def keys(self, label: type[Node], part: str, most: int) -> tuple[str, ...]:
        """Return keys of *label*."""
        return await self._call(lambda: browse.keys(self._connection(), label, part, most))

    async def around(self, label: type[Node], key: str, most: int) -> Neighbourhood | None:
        """Return a node and its relationships."""
        return await self._call(lambda: browse.around(self._connection(), label, key, most))

    async def links(self, relation: Relation) -> tuple[Edge, ...]:
        """Return relationships."""
        return await self._call(
            lambda: tuple(
                Edge(relation, *columns)
                for columns in self._connection().execute(texts.LINKS, (relation.value,))
            )
        )

    def onward(self, relation: Relation, source: str) -> tuple[Node, ...]:
        """Step along *relation*; for walks, on the store's own thread."""
        return self._step(ENDS[relation][1], schema.ONWARD[relation], relation, source)

    def back(self, relation: Relation, target: str) -> tuple[Node, ...]:
        """Step against *relation*, likewise."""
        return self._step(ENDS[relation][0], schema.BACK[relation], relation, target)

    async def _call(self, function: Callable[[], T]) -> T:
        with _translated(self._path):
            return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            found = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = NORMAL")
            schema.migrate(found)
            self._opened = found
        return self._opened

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _clear(self) -> None:
        connection = self._connection()
        with schema.transaction(connection, "IMMEDIATE"):
            for text in schema.EMPTY:
                connection.execute(text)

    def _write(self, batch: Batch) -> None:
        connection = self._connection()
        with schema.transaction(connection, "IMMEDIATE"):
            if batch.seq <= _cursor(connection, batch.run)[0]:
                return
            for label in LABELS:
                nodes = [node for node in batch.nodes if type(node) is label]
                keys = [(label.__name__, node.key) for node in nodes]
                insert(connection, schema.UPSERT[label], list(map(schema.row, nodes)), keys, batch)
            rows = [edge_row(edge) for edge in batch.edges]
            names = [
                (edge.relation.value, f"{edge.source} {edge.target} {edge.key}")
                for edge in batch.edges
            ]
            insert(connection, texts.EDGE, rows, names, batch)
            connection.execute(texts.ADVANCE, (batch.run, batch.seq, batch.ts))

    def _stats(self) -> GraphStats:
        connection = self._connection()
        with schema.transaction(connection, "DEFERRED"):
            counts = {
                label.__name__: connection.execute(text).fetchone()[0]
                for label, text in schema.COUNT.items()
            }
            return GraphStats(
                {name: count for name, count in counts.items() if count},
                dict(connection.execute(texts.RELATIONS).fetchall()),
                connection.execute(texts.DEAD_LETTERS).fetchone()[0],
                connection.execute(texts.LATEST).fetchone()[0],
            )

    def _story(self, words: Parameters) -> Story | None:
        found: Sequence[Order | Trade] = self._nodes(Order, texts.ORDER, words)
        found = found or self._nodes(Trade, texts.TRADE, words)
        return story_of(found[0], self) if found else None

    def _verdict(self, words: Parameters) -> Verdict | None:
        found = self._nodes(ArbitrageOpportunity, texts.OPPORTUNITY, words)
        if not found:
            return None
        rows = self._connection().execute(texts.REFUSALS, (found[0].key,))
        return Verdict(found[0], refusals(detail for (detail,) in rows))

    def _nodes(self, label: type[N], text: str, words: Parameters) -> tuple[N, ...]:
        rows = self._connection().execute(text, words)
        return tuple(schema.node(label, columns) for columns in rows)

    def _earned(self, text: str, words: Parameters) -> Iterator[Earned]:
        for strategy, reporting, net, fees, *places in self._connection().execute(text, words):
            yield Earned(strategy, reporting, Decimal(net), Decimal(fees), *places)

    def _step(self, label: type[Node], text: str, relation: Relation, key: str) -> tuple[Node, ...]:
        rows = self._connection().execute(text, (relation.value, key))
        return tuple(schema.node(label, columns) for columns in rows)


def _cursor(connection: sqlite3.Connection, run: RunId) -> tuple[int, Nanos]:
    found = connection.execute(texts.CURSOR, (run,)).fetchone()
    return (found[0], Nanos(found[1])) if found else (0, Nanos(0))


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Transient(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise DataError(f"{path} is no graph of ours: {error}; delete it") from error
