"""Graphs: the store of the knowledge graph that the settings choose."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.application.find_routes import FindRoutes
from graphwiz_trader.application.session import Seek
from graphwiz_trader.bootstrap.strategies import BUILT_IN
from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.settings import GraphSettings, Settings
from graphwiz_trader.ports.clock import Clock

if TYPE_CHECKING:
    from graphwiz_trader.adapters.neo4j.graph import Neo4jGraph

Graph: TypeAlias = "SqliteGraph | Neo4jGraph"

FILE = "graph.db"
"""The embedded graph's file in a home."""

LOCK = "graph.lock"
"""The file in a home whose lock its only writer holds."""


def graph_of(settings: GraphSettings, home: Path) -> Graph:
    """
    Return the store of *settings*; it is opened when it is first used.

    Raises:
        ConfigError: the environment lacks the password that they name.
    """
    if settings.store == "sqlite":
        return SqliteGraph(home / FILE)
    # The driver takes a quarter of a second to import, which the embedded store need not pay.
    from graphwiz_trader.adapters.neo4j.connection import Neo4jPlace
    from graphwiz_trader.adapters.neo4j.graph import Neo4jGraph

    password = _password(settings)
    return Neo4jGraph(Neo4jPlace(settings.uri, settings.user, password, settings.database))


@asynccontextmanager
async def seeking(
    settings: Settings, graph: Callable[[], Graph], clock: Clock
) -> AsyncIterator[Seek | None]:
    """Have *graph* asked by a run that can use routes, by no other."""
    wanted = BUILT_IN["triangular_arbitrage"]
    if not any(held.enabled and held.use == wanted for held in settings.hft.strategies.values()):
        yield None
        return
    lent = graph()
    try:
        yield FindRoutes(lent, clock).run
    finally:
        await lent.close()


def _password(settings: GraphSettings) -> str:
    if settings.password is None:
        return ""
    name = settings.password[2:-1]
    try:
        return os.environ[name]
    except KeyError:
        problem = Problem("graph.password", f"no environment variable {name}", "it to be set")
        raise ConfigError([problem]) from None
