"""Browse: nodes and relationships as they are kept, without a question in mind."""

import sqlite3
from collections.abc import Sequence

from graphwiz_trader.adapters.sqlite import schema, texts
from graphwiz_trader.adapters.sqlite.intake import edge_row
from graphwiz_trader.domain.graph import Edge, Node, Relation
from graphwiz_trader.domain.graph_browse import (
    HOUR,
    Neighbourhood,
    PatternHours,
    Step,
    hours_before,
    ways,
)
from graphwiz_trader.domain.units import Nanos


def keys(
    connection: sqlite3.Connection, label: type[Node], part: str, most: int
) -> tuple[str, ...]:
    """Return keys of *label* that hold *part*."""
    rows = connection.execute(schema.KEYS[label], {"part": part, "most": most})
    return tuple(key for (key,) in rows)


def around(
    connection: sqlite3.Connection, label: type[Node], key: str, most: int
) -> Neighbourhood | None:
    """Return the node *key* of *label* and its relationships."""
    found = connection.execute(schema.NODE[label], (key,)).fetchone()
    if found is None:
        return None
    steps: list[Step] = []
    for relation, is_onward, of in ways(label):
        asked = (relation.value, key, most)
        rows = connection.execute(schema.STEPS[relation, is_onward], asked)
        steps += [Step(relation.value, is_onward, of, *row) for row in rows]
    return Neighbourhood(schema.node(label, found), tuple(steps))


def hours(connection: sqlite3.Connection, most: int) -> PatternHours:
    """Return the hours of entries and of patterns."""
    with schema.transaction(connection, "DEFERRED"):
        (newest,) = connection.execute(texts.NEWEST).fetchone()
        window = hours_before(Nanos(newest), most)
        asked = {"first": window.since // HOUR, "until": window.until // HOUR}
        watched = frozenset(hour for (hour,) in connection.execute(texts.HOURS, asked))
        seen = frozenset(connection.execute(texts.SEEN, asked))
    return PatternHours(asked["until"], watched, seen)


def relate(connection: sqlite3.Connection, relation: Relation, edges: Sequence[Edge]) -> None:
    """Put *edges* in place of all of *relation*."""
    with schema.transaction(connection, "IMMEDIATE"):
        connection.execute(texts.UNRELATE, (relation.value,))
        connection.executemany(texts.EDGE, list(map(edge_row, edges)))
