"""Graph: whether the store of the knowledge graph answers."""

from pathlib import Path

from graphwiz_trader.bootstrap.graphs import graph_of
from graphwiz_trader.domain import checkup
from graphwiz_trader.domain.checkup import Finding
from graphwiz_trader.domain.errors import TraderError
from graphwiz_trader.domain.settings import GraphSettings


async def graph(settings: GraphSettings, home: Path) -> tuple[Finding, int | None]:
    """Return how the store is, and how many nodes it holds: None where it does not answer."""
    advice = "see docs/how-to/neo4j.md" if settings.store == "neo4j" else "graphwiz graph rebuild"
    if settings.store == "sqlite" and not is_made(home):
        return checkup.present("graph", None, "sqlite, made by the first run", advice), 0
    try:
        store = graph_of(settings, home)
        try:
            stats = await store.stats()
        finally:
            await store.close()
    except TraderError as error:
        return checkup.present("graph", str(error), "", advice), None
    nodes = sum(stats.nodes.values())
    return checkup.present("graph", None, f"{settings.store}: {nodes} nodes", advice), nodes


def is_made(home: Path) -> bool:
    """Whether *home* is there; the first run makes it."""
    return home.is_dir()
