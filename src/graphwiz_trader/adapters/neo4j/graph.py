"""Graph in Neo4j: for those who want Cypher, a browser, and questions of their own."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from typing import TypeVar

from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, AsyncSession
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
)

from graphwiz_trader.adapters.neo4j import cypher, schema
from graphwiz_trader.adapters.neo4j.intake import keep
from graphwiz_trader.adapters.neo4j.trim import trim
from graphwiz_trader.adapters.neo4j.walk import FetchedWalk
from graphwiz_trader.domain.errors import AccessDenied, DataError, TimedOut, Transient
from graphwiz_trader.domain.graph import (
    ArbitrageOpportunity,
    Batch,
    Instrument,
    Order,
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
    arbitrage_line,
    refusals,
    strategy_lines,
)
from graphwiz_trader.domain.graph_keep import Keep
from graphwiz_trader.domain.graph_story import story_of
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import value

N = TypeVar("N", Order, Trade, ArbitrageOpportunity, Instrument)
Record = Mapping[str, object]

ALL = 2**63 - 1
"""A limit of none."""

PATIENCE_S = 60.0
"""How long one question or batch may take; a store that hangs is one that is away."""


@value
class Neo4jPlace:
    """Where the database is; without a password it is asked without any credentials."""

    uri: str = "bolt://127.0.0.1:7687"
    user: str = "neo4j"
    password: str = ""
    database: str = "neo4j"


class Neo4jGraph:
    """
    A `FactSink` and `GraphQueries` over one database.

    Constraints and indexes are made, and older ones brought up to date, when it is first used.
    """

    def __init__(self, place: Neo4jPlace) -> None:
        """Connect when first used."""
        self._place = place
        self._driver: AsyncDriver | None = None
        self._opening = asyncio.Lock()

    async def cursor(self, run: RunId) -> tuple[int, Nanos]:
        """Return how far *run* is kept."""
        found = await self._ask(cypher.CURSOR, run=run)
        return (int(str(found[0]["seq"])), Nanos(int(str(found[0]["ts"])))) if found else _NEVER

    async def write(self, batch: Batch) -> None:
        """Keep *batch* in one transaction."""
        async with self._session() as session:
            await keep(session, batch)

    async def trim(self, keep: Keep) -> int:
        """Forget, in many small transactions."""
        async with self._session(patience_s=None) as session:
            return await trim(session, keep)

    async def clear(self) -> None:
        """Forget everything of ours, however long it takes."""
        async with self._session(patience_s=None) as session:
            for text in cypher.CLEAR:
                await (await session.run(text)).consume()

    async def close(self) -> None:
        """Let go of the connections."""
        if self._driver is not None:
            await self._driver.close()
            self._driver = None

    async def stats(self) -> GraphStats:
        """Count."""
        nodes = await self._counts(cypher.NODES)
        for name, n in (await self._counts(cypher.NOT_WRITTEN)).items():
            if name in nodes:
                nodes[name] -= n
        relations = await self._counts(cypher.RELATIONS)
        dead = await self._ask(cypher.DEAD_LETTERS)
        latest = await self._ask(cypher.LATEST)
        return GraphStats(
            {name: n for name, n in nodes.items() if n},
            {name: n for name, n in relations.items() if n},
            int(str(dead[0]["n"])),
            Nanos(int(str(latest[0]["closed"]))) if latest else None,
        )

    async def strategies(self, only: TradeFilter) -> tuple[StrategyLine, ...]:
        """Sum up trades by strategy, exactly."""
        text = cypher.EARNED_BY_STRATEGY if only.strategy else cypher.EARNED
        (found,) = await self._ask(text, **_asked(only))
        return strategy_lines(map(_earned, _rows(found["found"])))

    async def trades(self, only: TradeFilter, most: int) -> tuple[Trade, ...]:
        """Return trades, the latest first."""
        text = cypher.TRADES_OF_STRATEGY if only.strategy else cypher.TRADES
        return await self._nodes(Trade, text, most=most, **_asked(only))

    async def opportunities(
        self, only: OpportunityFilter, most: int
    ) -> tuple[ArbitrageOpportunity, ...]:
        """Return opportunities, the latest first."""
        return await self._nodes(
            ArbitrageOpportunity,
            cypher.OPPORTUNITIES,
            run=only.run,
            strategy=only.strategy,
            outcome=only.outcome,
            reason=only.reason,
            since=only.window.since,
            until=only.window.until,
            most=most,
        )

    async def instruments(self) -> tuple[Instrument, ...]:
        """Return every instrument."""
        found = await self._nodes(Instrument, cypher.INSTRUMENTS)
        return tuple(sorted(found, key=lambda each: each.key))

    async def arbitrage(self, only: OpportunityFilter) -> ArbitrageLine:
        """Sum up opportunities."""
        return arbitrage_line(await self.opportunities(only, ALL))

    async def story(self, name: str, run: str) -> Story | None:
        """Fetch what surrounds the order or trade *name*, and walk about in it."""
        asked = {"name": schema.short(name), "run": run}
        orders = await self._nodes(Order, cypher.ORDER, **asked)
        if orders:
            around = await self._ask(cypher.STORY_OF_ORDER, key=schema.short(orders[0].key))
            return story_of(orders[0], FetchedWalk(around))
        trades = await self._nodes(Trade, cypher.TRADE, **asked)
        if not trades:
            return None
        around = await self._ask(cypher.STORY_OF_TRADE, key=schema.short(trades[0].key))
        return story_of(trades[0], FetchedWalk(around))

    async def verdict(self, name: str, run: str) -> Verdict | None:
        """Look up the opportunity *name*."""
        asked = {"name": schema.short(name), "run": run}
        found = await self._nodes(ArbitrageOpportunity, cypher.OPPORTUNITY, **asked)
        if not found:
            return None
        details = await self._ask(cypher.REFUSALS, key=schema.short(found[0].key))
        return Verdict(found[0], refusals(str(each["detail"]) for each in details))

    async def _counts(self, text: str) -> dict[str, int]:
        return {str(each["name"]): int(str(each["n"])) for each in await self._ask(text)}

    async def _nodes(self, label: type[N], text: str, **asked: object) -> tuple[N, ...]:
        found = await self._ask(text, **asked)
        return tuple(schema.node(label, _properties(each["found"])) for each in found)

    async def _ask(self, text: str, **asked: object) -> list[Record]:
        async with self._session() as session:
            return await session.execute_read(_fetched, text, asked)

    @asynccontextmanager
    async def _session(self, patience_s: float | None = PATIENCE_S) -> AsyncIterator[AsyncSession]:
        with _translated(self._place.uri):
            async with asyncio.timeout(patience_s):
                driver = await self._connected()
                async with driver.session(database=self._place.database) as session:
                    yield session

    async def _connected(self) -> AsyncDriver:
        async with self._opening:
            if self._driver is None:
                driver = self._made()
                try:
                    await _migrate(driver, self._place.database)
                except BaseException:
                    await driver.close()
                    raise
                self._driver = driver
            return self._driver

    def _made(self) -> AsyncDriver:
        place = self._place
        return AsyncGraphDatabase.driver(
            place.uri,
            auth=(place.user, place.password) if place.password else None,
            connection_timeout=2.0,
            connection_acquisition_timeout=5.0,
            max_transaction_retry_time=5.0,
            max_connection_pool_size=4,
            notifications_min_severity="OFF",
        )


_NEVER = (0, Nanos(0))


async def _migrate(driver: AsyncDriver, database: str) -> None:
    """
    Bring constraints and indexes to the latest version.

    Raises:
        DataError: they are of a later version than this program knows.
    """
    latest = len(schema.MIGRATIONS)
    async with driver.session(database=database) as session:
        found = await session.execute_read(_fetched, cypher.VERSION, {})
        version = int(str(found[0]["number"])) if found else 0
        if version > latest:
            raise DataError(f"the graph is of version {version}, expected {latest}")
        if version == latest:
            return
        for migration in schema.MIGRATIONS[version:]:
            for statement in migration:
                await (await session.run(statement)).consume()
        await (await session.run(cypher.AWAIT_INDEXES)).consume()
        await (await session.run(cypher.MIGRATED, number=latest)).consume()


async def _fetched(
    transaction: AsyncManagedTransaction, text: str, asked: Mapping[str, object]
) -> list[Record]:
    found = await transaction.run(text, dict(asked))
    return [record.data() async for record in found]


def _asked(only: TradeFilter) -> dict[str, object]:
    return {
        "run": only.run,
        "strategy": schema.short(only.strategy),
        "symbol": schema.short(only.symbol),
        "venue": schema.short(only.venue),
        "since": only.window.since,
        "until": only.window.until,
    }


def _earned(row: object) -> Earned:
    if not isinstance(row, list):
        raise TypeError(f"found {type(row).__name__}, expected a row")
    strategy, reporting, net, fees, venues, symbols = row
    return Earned(strategy, reporting, Decimal(net), Decimal(fees), venues, symbols)


def _rows(found: object) -> list[object]:
    if not isinstance(found, list):
        raise TypeError(f"found {type(found).__name__}, expected rows")
    return found


def _properties(found: object) -> Mapping[str, object]:
    if not isinstance(found, Mapping):
        raise TypeError(f"found {type(found).__name__}, expected properties")
    return found


@contextmanager
def _translated(uri: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise TimedOut(f"{uri}: no answer in {PATIENCE_S:g} s") from error
    except AuthError as error:
        raise AccessDenied(f"{uri}: {error}") from error
    except (ClientError, ConfigurationError) as error:
        raise DataError(f"{uri}: {error}") from error
    except (DriverError, Neo4jError) as error:
        raise Transient(f"{uri}: {error}") from error
