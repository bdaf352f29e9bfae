"""Browse: nodes and relationships as they are kept, without a question in mind."""

from collections.abc import Mapping

from graphwiz_trader.adapters.neo4j import cypher, schema
from graphwiz_trader.adapters.neo4j.connection import Neo4jConnection
from graphwiz_trader.domain.graph import Node
from graphwiz_trader.domain.graph_browse import (
    HOUR,
    Neighbourhood,
    PatternHours,
    Step,
    hours_before,
    ways,
)
from graphwiz_trader.domain.units import Nanos


async def around(
    connection: Neo4jConnection, label: type[Node], key: str, most: int
) -> Neighbourhood | None:
    """Return the node *key* of *label* and its relationships."""
    asked = {"key": schema.short(key), "most": most}
    found = await connection.ask(cypher.NODE[label], **asked)
    if not found:
        return None
    steps: list[Step] = []
    for relation, is_onward, of in ways(label):
        rows = await connection.ask(cypher.STEPS[relation, is_onward], **asked)
        steps += [Step(relation.value, is_onward, of, *_step(row)) for row in rows]
    return Neighbourhood(schema.node(label, properties(found[0]["found"])), tuple(steps))


async def hours(connection: Neo4jConnection, most: int) -> PatternHours:
    """Return the hours of entries and of patterns."""
    (newest,) = await connection.ask(cypher.NEWEST)
    window = hours_before(Nanos(int(str(newest["ts"]))), most)
    asked = {"since": window.since, "until": window.until}
    watched = await connection.ask(cypher.HOURS, **asked)
    seen = await connection.ask(cypher.SEEN, **asked)
    return PatternHours(
        window.until // HOUR,
        frozenset(int(str(each["hour"])) for each in watched),
        frozenset(
            (str(each["symbol"]), str(each["kind"]), int(str(each["hour"]))) for each in seen
        ),
    )


def properties(found: object) -> Mapping[str, object]:
    """Return the properties of a node, as a record holds them."""
    if not isinstance(found, Mapping):
        raise TypeError(f"found {type(found).__name__}, expected properties")
    return found


def _step(row: Mapping[str, object]) -> tuple[str, str, str]:
    return str(row["key"]), str(row["name"]), str(row["detail"])
