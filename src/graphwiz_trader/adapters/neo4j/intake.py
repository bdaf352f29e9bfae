"""Intake: a batch written to Neo4j in one transaction, and the rows it will never take."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from neo4j import AsyncManagedTransaction, AsyncSession, AsyncTransaction
from neo4j.exceptions import AuthError, ClientError

from graphwiz_trader.adapters.neo4j import cypher, schema
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.graph import LABELS, Batch, Edge, Node, Relation
from graphwiz_trader.domain.value import evolve

Row: TypeAlias = Node | Edge
Buried: TypeAlias = tuple[Row, Exception]
Transaction: TypeAlias = AsyncTransaction | AsyncManagedTransaction

NEVER_TAKEN = (ClientError, UnicodeEncodeError, OverflowError, TypeError, ValueError)
"""What the driver or the server says of a row it will not take however often it is sent."""


async def keep(session: AsyncSession, batch: Batch) -> None:
    """
    Write *batch* and how far it reaches, whole; what is never taken is buried and told apart.

    Raises:
        neo4j.exceptions.Neo4jError, DriverError: the store did not keep it.
    """
    try:
        await session.execute_write(_keep, batch, ())
    except AuthError:
        raise
    except NEVER_TAKEN:
        buried = await _sifted(session, (*batch.nodes, *batch.edges))
        bad = {id(row) for row, _ in buried}
        nodes = tuple(row for row in batch.nodes if id(row) not in bad)
        edges = tuple(row for row in batch.edges if id(row) not in bad)
        rest = evolve(batch, nodes=nodes, edges=edges)
        await session.execute_write(_keep, rest, buried)


async def relate(session: AsyncSession, relation: Relation, edges: Sequence[Edge]) -> None:
    """
    Put *edges* in place of all of *relation*, in one transaction.

    Raises:
        neo4j.exceptions.Neo4jError, DriverError: the store did not keep it.
    """
    await session.execute_write(_relate, relation, [_ends(edge) for edge in edges])


async def _relate(
    transaction: Transaction, relation: Relation, rows: Sequence[schema.Properties]
) -> None:
    await (await transaction.run(cypher.UNRELATE[relation])).consume()
    await _link(transaction, relation, rows)


async def _keep(transaction: Transaction, batch: Batch, buried: Sequence[Buried]) -> None:
    kept = await (await transaction.run(cypher.BEGIN, run=batch.run)).single(strict=True)
    if batch.seq <= kept["seq"]:
        return
    await _put(transaction, batch.nodes, batch.edges)
    if buried:
        await _done(transaction, cypher.BURY, [_grave(batch, *each) for each in buried])
    advance = await transaction.run(cypher.ADVANCE, run=batch.run, seq=batch.seq, ts=batch.ts)
    await advance.consume()


async def _put(transaction: Transaction, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
    by_label: dict[type[Node], list[schema.Properties]] = {}
    for node in nodes:
        by_label.setdefault(type(node), []).append(schema.properties(node))
    for label in LABELS:
        if label in by_label:
            await _done(transaction, cypher.UPSERT[label], by_label[label])
    by_relation: dict[Relation, list[schema.Properties]] = {}
    for edge in edges:
        by_relation.setdefault(edge.relation, []).append(_ends(edge))
    for relation, rows in by_relation.items():
        await _link(transaction, relation, rows)


async def _link(
    transaction: Transaction, relation: Relation, rows: Sequence[schema.Properties]
) -> None:
    """Connect nodes; an end that nobody has written yet is made, for a MATCH drops it silently."""
    text = cypher.LINK[relation]
    found = await (await transaction.run(text, rows=rows)).single(strict=True)
    if found["n"] < len(rows):
        await _done(transaction, cypher.EXPECT[relation], rows)
        await _done(transaction, text, rows)


async def _done(transaction: Transaction, text: str, rows: Sequence[schema.Properties]) -> None:
    await (await transaction.run(text, rows=rows)).consume()


async def _sifted(session: AsyncSession, rows: Sequence[Row]) -> tuple[Buried, ...]:
    """Return those of *rows* that are never taken, and why, by halving; nothing is kept."""
    error = await _objection(session, rows)
    if error is None:
        return ()
    if len(rows) == 1:
        return ((rows[0], error),)
    half = len(rows) // 2
    return (*await _sifted(session, rows[:half]), *await _sifted(session, rows[half:]))


async def _objection(session: AsyncSession, rows: Sequence[Row]) -> Exception | None:
    transaction = await session.begin_transaction()
    try:
        nodes = [row for row in rows if not isinstance(row, Edge)]
        await _put(transaction, nodes, [row for row in rows if isinstance(row, Edge)])
    except NEVER_TAKEN as error:
        return error
    finally:
        await transaction.close()
    return None


def _ends(edge: Edge) -> schema.Properties:
    ends: schema.Properties = {
        "source": schema.short(edge.source),
        "target": schema.short(edge.target),
    }
    if edge.relation in cypher.KEYED:
        return {**ends, "key": edge.key, "detail": edge.detail}
    if edge.key or edge.detail:
        raise DomainError(f"{edge.relation.value} has a key or says more; it is not among KEYED")
    return ends


def _grave(batch: Batch, row: Row, error: Exception) -> schema.Properties:
    if isinstance(row, Edge):
        label, key = row.relation.value, f"{row.source} {row.target} {row.key}"
    else:
        label, key = type(row).__name__, row.key
    return {
        "run": batch.run,
        "label": label,
        "key": schema.short(_spelt(key)),
        "seq": batch.seq,
        "error": _spelt(str(error)),
    }


def _spelt(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()
