"""
A million trades in each store: how fast they are written, and how fast it answers then.

GRAPHWIZ_LONG=1.0 writes all of them, which takes Neo4j ten minutes. Writing is timed by the
processor time that client and server spend together, in the second half of it: what a machine
with nothing else to do would take.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time

import attrs
import pytest

from graphwiz_trader.adapters.neo4j.connection import Neo4jPlace
from graphwiz_trader.adapters.neo4j.graph import Neo4jGraph
from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.application.ask import Ask
from graphwiz_trader.domain import graph as g
from graphwiz_trader.domain.graph import Batch, Edge, Relation
from graphwiz_trader.domain.graph_answers import FOREVER, TradeFilter, Window
from graphwiz_trader.domain.units import Nanos, RunId
from tests.contracts.graph import Graph
from tests.contracts.neo4j_server import NoServer, running

pytestmark = pytest.mark.long

TRADES = 1_000_000
ROWS = 5
"""Of each trade: itself, its fill and three relationships."""

DAYS, STRATEGIES = 90, 20
RUN = RunId("paper-0001")
DAY = 86_400 * 10**9
START = 20_000 * DAY
PER_BATCH = 500
LEAST_ROWS_PER_S = {"sqlite": 50_000, "neo4j": 8_000}
PERFORMANCE_MS, EXPLAIN_MS = 50.0, 20.0


def batch(first: int, trades: int, of: int) -> Batch:
    """Trades *first* up to *first* + *trades* of *of*, spread over `DAYS`."""
    nodes: list[g.Node] = []
    edges: list[Edge] = []
    for n in range(first, first + trades):
        at = Nanos(START + n * DAYS * DAY // of)
        strategy, key, fill = f"s{n % STRATEGIES}", f"{RUN}:{n}:0", f"fill:a:main:BTC/USDT:{n}"
        net = Decimal(n % 100) / 8 - 3
        nodes += [
            g.Fill(
                fill, RUN, n, at, at, f"o{n}", f"x{n}", strategy, "BTC/USDT@a", "BUY",
                Decimal("100.10"), Decimal("0.1"), Decimal("0.001"), net, "USDT", "TAKER",
            ),
            g.Trade(
                key, RUN, n, f"g{n}", strategy, Nanos(at - 1), at, "USDT", net, Decimal("0.25"),
                "USDT", net, Decimal("0.25"), "BTC/USDT", "a, b",
            ),
        ]  # fmt: skip
        edges += [
            Edge(Relation.PART_OF, fill, key),
            Edge(Relation.EXECUTED_BY, key, strategy),
            Edge(Relation.OF_SYMBOL, key, "BTC/USDT"),
        ]
    last = first + trades - 1
    return Batch(RUN, last + 2, Nanos(START + last), tuple(nodes), tuple(edges))


def opening() -> Batch:
    """What the trades are connected with, and one order with its signal."""
    key, of = f"{RUN}:7:0", (Decimal("100.10"), Decimal("0.1"))
    order = g.Order(
        key, RUN, 7, Nanos(START), "o7", "s7", "BTC/USDT@a", "BUY", "LIMIT", "IOC", *of, "g7", "",
        "because", '{"run": "paper-0001", "seq": 7, "event": "BookUpdate"}', "FILLED", of[1], "",
    )  # fmt: skip
    signal = g.Signal(
        f"{RUN}:7:9", RUN, 7, Nanos(START), "s7", "TAKE", 2.5, "because", "", "g7", "[]", "[]",
        "approved",
    )  # fmt: skip
    nodes = [
        g.Run(RUN, Nanos(START), "paper", "7", "0.1", "00", 1, "USDT"),
        *(g.Strategy(f"s{n}") for n in range(STRATEGIES)),
        g.Symbol("BTC/USDT"),
        order,
        signal,
        batch(7, 1, TRADES).nodes[0],
    ]
    edges = (
        Edge(Relation.FILLED_BY, key, "fill:a:main:BTC/USDT:7"),
        Edge(Relation.TRIGGERED, signal.key, key),
    )
    return Batch(RUN, 1, Nanos(START), tuple(nodes), edges)


@attrs.define
class Store:
    """A store to be timed; `pid` is its server's, where it has one."""

    name: str
    graph: Graph
    pid: int | None = None

    def spent_s(self) -> float:
        """Return the processor time spent so far, here and by the server."""
        if self.pid is None:
            return process_time()
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(params=["sqlite", "neo4j"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        yield Store("sqlite", SqliteGraph(tmp_path / "graph.db"))
        return
    try:
        with running(options=()) as server:
            yield Store("neo4j", Neo4jGraph(Neo4jPlace(server.uri)), server.pid)
    except NoServer as why:
        pytest.skip(f"no Neo4j: {why}")


async def ms(ask: Callable[[], Awaitable[object]], times: int = 60) -> float:
    """How long the best of *times* answers took."""
    found = []
    for _ in range(times):
        began = perf_counter()
        await ask()
        found.append((perf_counter() - began) * 1e3)
    return min(found)


def test_a_million_trades_are_written_and_asked_for(store: Store, long_factor: float) -> None:
    graph = store.graph
    trades = max(20_000, round(TRADES * long_factor)) // PER_BATCH * PER_BATCH
    only = TradeFilter(strategy="s3", window=Window(Nanos(START + (DAYS - 7) * DAY), FOREVER))

    async def written() -> tuple[float, float]:
        """Write them; return rows a second of time, and of processor time when warm."""
        await graph.write(opening())
        began, spent = perf_counter(), 0.0
        for first in range(0, trades, PER_BATCH):
            more = batch(first, PER_BATCH, trades)
            before = store.spent_s()
            await graph.write(more)
            if first >= trades // 2:
                spent += store.spent_s() - before
        return trades * ROWS / (perf_counter() - began), trades * ROWS / 2 / spent

    async def measured() -> tuple[float, float, float, float, int]:
        try:
            rates = await written()
            asked = await ms(lambda: graph.strategies(only))
            explained = await ms(lambda: Ask(graph).explain("o7", ""))
            (line,) = await graph.strategies(only)
            return *rates, asked, explained, line.record.count
        finally:
            await graph.close()

    seen, rate, asked, explained, found = asyncio.run(measured())

    print(  # noqa: T201
        f"{store.name}, {trades:,} trades: {rate:,.0f} rows/s of processor time ({seen:,.0f} as"
        f" seen), 7 days of one strategy ({found:,} trades) {asked:.1f} ms,"
        f" explain {explained:.1f} ms"
    )
    assert found == pytest.approx(trades * 7 / DAYS / STRATEGIES, rel=0.05)
    assert rate >= LEAST_ROWS_PER_S[store.name]
    assert asked <= PERFORMANCE_MS
    assert explained <= EXPLAIN_MS
