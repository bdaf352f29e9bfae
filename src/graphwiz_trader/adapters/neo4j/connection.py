"""Connection: one database of Neo4j, reached when first used, brought up to date, and asked."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, AsyncSession
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
)

from graphwiz_trader.adapters.neo4j import cypher, schema
from graphwiz_trader.domain.errors import AccessDenied, DataError, TimedOut, Transient
from graphwiz_trader.domain.value import value

Record = Mapping[str, object]

_EXISTS = "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists"
PATIENCE_S = 60.0
"""How long one question or batch may take; a store that hangs is one that is away."""


@value
class Neo4jPlace:
    """Where the database is; without a password it is asked without any credentials."""

    uri: str = "bolt://127.0.0.1:7687"
    user: str = "neo4j"
    password: str = ""
    database: str = "neo4j"

    def __repr__(self) -> str:
        return f"Neo4jPlace({self.uri}, {self.database})"


class Neo4jConnection:
    """
    Asks and writes through one driver.

    Constraints and indexes are made, and older ones brought up to date, when it is first used.
    Whatever the driver raises comes out as an error of ours, before the `from`.
    """

    def __init__(self, place: Neo4jPlace) -> None:
        """Connect when first used."""
        self._place = place
        self._driver: AsyncDriver | None = None
        self._opening = asyncio.Lock()

    async def ask(self, text: str, **asked: object) -> list[Record]:
        """Return the records that *text* finds; try again for some seconds if need be."""
        async with self.session() as session:
            return await session.execute_read(_fetched, text, asked)

    @asynccontextmanager
    async def session(self, patience_s: float | None = PATIENCE_S) -> AsyncIterator[AsyncSession]:
        """
        Yield a session, for at most *patience_s*.

        Raises:
            Transient: the store is away or hangs.
            AccessDenied: it does not know us.
            DataError: it never takes what was sent, or is of a later version than this program.
        """
        with _translated(self._place.uri):
            async with asyncio.timeout(patience_s):
                driver = await self._connected()
                async with driver.session(database=self._place.database) as session:
                    yield session

    async def close(self) -> None:
        """Let go of the connections."""
        if self._driver is not None:
            await self._driver.close()
            self._driver = None

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
                await _made(session, statement)
        await (await session.run(cypher.AWAIT_INDEXES)).consume()
        await (await session.run(cypher.MIGRATED, number=latest)).consume()


async def _made(session: AsyncSession, statement: str) -> None:
    """Run a statement of a migration; what another process made meanwhile is made."""
    try:
        await (await session.run(statement)).consume()
    except ClientError as error:
        # `IF NOT EXISTS` looks before it locks: two that begin together both find nothing.
        if error.code != _EXISTS:
            raise


async def _fetched(
    transaction: AsyncManagedTransaction, text: str, asked: Mapping[str, object]
) -> list[Record]:
    found = await transaction.run(text, dict(asked))
    return [dict(record) async for record in found]


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
