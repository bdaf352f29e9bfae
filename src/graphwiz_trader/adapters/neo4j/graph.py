"""Graph in Neo4j: for those who want Cypher, a browser, and questions of their own."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from graphwiz_trader.adapters.neo4j import browse, cypher, schema
from graphwiz_trader.adapters.neo4j.connection import Neo4jConnection, Neo4jPlace
from graphwiz_trader.adapters.neo4j.intake import keep, relate
from graphwiz_trader.adapters.neo4j.trim import trim
from graphwiz_trader.adapters.neo4j.walk import FetchedWalk
from graphwiz_trader.domain.graph import (
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

N = TypeVar("N", Order, Trade, ArbitrageOpportunity, Instrument)

W = TypeVar("W", Occurrence, Case, MetricSample, Alert)

ALL = 2**63 - 1
"""A limit of none."""


class Neo4jGraph:
    """A `FactSink` and `GraphQueries` over one database, which is all ours."""

    def __init__(self, place: Neo4jPlace) -> None:
        """Connect when first used."""
        self._connection = Neo4jConnection(place)

    async def cursor(self, run: RunId) -> tuple[int, Nanos]:
        """Return how far *run* is kept."""
        found = await self._connection.ask(cypher.CURSOR, run=run)
        return (int(str(found[0]["seq"])), Nanos(int(str(found[0]["ts"])))) if found else _NEVER

    async def write(self, batch: Batch) -> None:
        """Keep *batch* in one transaction."""
        async with self._connection.session() as session:
            await keep(session, batch)

    async def relate(self, relation: Relation, edges: Sequence[Edge]) -> None:
        """Put *edges* in place of all of *relation*."""
        async with self._connection.session() as session:
            await relate(session, relation, edges)

    async def trim(self, keep: Keep) -> int:
        """Forget, in many small transactions."""
        async with self._connection.session(patience_s=None) as session:
            return await trim(session, keep)

    async def clear(self) -> None:
        """Forget everything of ours, however long it takes."""
        async with self._connection.session(patience_s=None) as session:
            for text in cypher.CLEAR:
                await (await session.run(text)).consume()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._connection.close()

    async def stats(self) -> GraphStats:
        """Count."""
        nodes = await self._counts(cypher.NODES)
        for name, n in (await self._counts(cypher.NOT_WRITTEN)).items():
            if name in nodes:
                nodes[name] -= n
        relations = await self._counts(cypher.RELATIONS)
        dead = await self._connection.ask(cypher.DEAD_LETTERS)
        latest = await self._connection.ask(cypher.LATEST)
        return GraphStats(
            {name: n for name, n in nodes.items() if n},
            {name: n for name, n in relations.items() if n},
            int(str(dead[0]["n"])),
            Nanos(int(str(latest[0]["closed"]))) if latest else None,
        )

    async def strategies(self, only: TradeFilter) -> tuple[StrategyLine, ...]:
        """Sum up trades by strategy, exactly."""
        if only.strategy:
            (found,) = await self._connection.ask(cypher.EARNED_BY_STRATEGY, **_asked(only))
            return strategy_lines(_earned(only.strategy, *row) for row in _rows(found["found"]))
        (found,) = await self._connection.ask(cypher.EARNED, **_asked(only))
        return strategy_lines(_earned(*row) for row in _rows(found["found"]))

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
            around = await self._connection.ask(
                cypher.STORY_OF_ORDER, key=schema.short(orders[0].key)
            )
            return story_of(orders[0], FetchedWalk(around))
        trades = await self._nodes(Trade, cypher.TRADE, **asked)
        if not trades:
            return None
        around = await self._connection.ask(cypher.STORY_OF_TRADE, key=schema.short(trades[0].key))
        return story_of(trades[0], FetchedWalk(around))

    async def verdict(self, name: str, run: str) -> Verdict | None:
        """Look up the opportunity *name*."""
        asked = {"name": schema.short(name), "run": run}
        found = await self._nodes(ArbitrageOpportunity, cypher.OPPORTUNITY, **asked)
        if not found:
            return None
        details = await self._connection.ask(cypher.REFUSALS, key=schema.short(found[0].key))
        return Verdict(found[0], refusals(str(each["detail"]) for each in details))

    async def watched(self, label: type[W], only: WatchFilter, most: int) -> tuple[W, ...]:
        """Return what was watched, the latest first."""
        found = await self._connection.ask(
            cypher.WATCHED[label],
            key=schema.short(only.key),
            run=only.run,
            kind=only.kind,
            symbol=only.symbol,
            since=only.window.since,
            until=only.window.until,
            most=most,
        )
        return tuple(schema.node(label, browse.properties(each["found"])) for each in found)

    async def hours(self, most: int) -> PatternHours:
        """Return in which hours there was what."""
        return await browse.hours(self._connection, most)

    async def keys(self, label: type[Node], part: str, most: int) -> tuple[str, ...]:
        """Return keys of *label*."""
        found = await self._connection.ask(cypher.KEYS[label], part=part, most=most)
        return tuple(str(each["key"]) for each in found)

    async def around(self, label: type[Node], key: str, most: int) -> Neighbourhood | None:
        """Return a node and its relationships."""
        return await browse.around(self._connection, label, key, most)

    async def links(self, relation: Relation) -> tuple[Edge, ...]:
        """Return relationships."""
        found = await self._connection.ask(cypher.LINKS[relation])
        edges = [
            Edge(relation, *(str(each[name]) for name in ("source", "target", "key", "detail")))
            for each in found
        ]
        return tuple(sorted(edges, key=lambda edge: (edge.source, edge.target, edge.key)))

    async def _counts(self, text: str) -> dict[str, int]:
        return {str(each["name"]): int(str(each["n"])) for each in await self._connection.ask(text)}

    async def _nodes(self, label: type[N], text: str, **asked: object) -> tuple[N, ...]:
        found = await self._connection.ask(text, **asked)
        return tuple(schema.node(label, browse.properties(each["found"])) for each in found)


_NEVER = (0, Nanos(0))


def _asked(only: TradeFilter) -> dict[str, object]:
    return {
        "run": only.run,
        "strategy": schema.short(only.strategy),
        "symbol": schema.short(only.symbol),
        "venue": schema.short(only.venue),
        "since": only.window.since,
        "until": only.window.until,
    }


def _earned(
    strategy: str, reporting: str, net: str, fees: str, venues: str, symbols: str
) -> Earned:
    return Earned(strategy, reporting, Decimal(net), Decimal(fees), venues, symbols)


def _rows(found: object) -> list[list[str]]:
    if not isinstance(found, list):
        raise TypeError(f"found {type(found).__name__}, expected rows")
    return found
