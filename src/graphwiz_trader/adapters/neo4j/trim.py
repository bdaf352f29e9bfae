"""Trim: the oldest moments taken out of Neo4j, with what leads to and from them."""

from neo4j import AsyncSession

from graphwiz_trader.adapters.neo4j import cypher
from graphwiz_trader.domain.graph_keep import Keep


async def trim(session: AsyncSession, keep: Keep) -> int:
    """Forget all that *keep* does not keep; return how many nodes went."""
    since = 0
    if keep.age is not None:
        newest = await (await session.run(cypher.NEWEST)).single(strict=True)
        since = newest["ts"] - keep.age
    if keep.most is not None:
        beyond = await (await session.run(cypher.BEYOND, most=keep.most)).single()
        since = max(since, beyond["ts"] + 1) if beyond else since
    gone = 0
    for text in cypher.FORGET:
        summary = await (await session.run(text, since=since)).consume()
        gone += summary.counters.nodes_deleted
    return gone
