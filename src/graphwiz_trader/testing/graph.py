"""Fake graph: one in memory, which keeps what it is given in plain dictionaries."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from graphwiz_trader.domain.graph import (
    ENDS,
    ArbitrageOpportunity,
    Batch,
    Edge,
    Instrument,
    Node,
    Order,
    Relation,
    Run,
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
    Window,
    arbitrage_line,
    refusals,
    strategy_lines,
)
from graphwiz_trader.domain.graph_browse import (
    HOUR,
    Neighbourhood,
    PatternHours,
    Step,
    hours_before,
    steps_of,
)
from graphwiz_trader.domain.graph_keep import MOMENTS, Keep
from graphwiz_trader.domain.graph_story import story_of
from graphwiz_trader.domain.graph_watch import Alert, Case, MetricSample, Occurrence
from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.units import Nanos, RunId

L = TypeVar("L", bound=Node)
W = TypeVar("W", Occurrence, Case, MetricSample, Alert)
N = TypeVar("N", Order, Trade, ArbitrageOpportunity)


class MemoryGraph:
    """A `FactSink` and `GraphQueries`; text that is no UTF-8 becomes a dead letter, as on disk."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[str, str], Node] = {}
        self._edges: dict[tuple[Relation, str, str, str], Edge] = {}
        self._cursors: dict[RunId, tuple[int, Nanos]] = {}
        self._dead: set[object] = set()

    async def cursor(self, run: RunId) -> tuple[int, Nanos]:
        """Return how far *run* is kept."""
        return self._cursors.get(run, (0, Nanos(0)))

    async def write(self, batch: Batch) -> None:
        """Keep *batch*."""
        if batch.seq <= (await self.cursor(batch.run))[0]:
            return
        for node in batch.nodes:
            if _is_text(node):
                self._nodes[type(node).__name__, node.key] = node
            else:
                self._dead.add((batch.run, type(node).__name__, node.key))
        for edge in batch.edges:
            self._edges[edge.relation, edge.source, edge.target, edge.key] = edge
        self._cursors[batch.run] = (batch.seq, batch.ts)

    async def relate(self, relation: Relation, edges: Sequence[Edge]) -> None:
        """Put *edges* in place of all of *relation*."""
        self._edges = {name: one for name, one in self._edges.items() if name[0] != relation}
        for edge in edges:
            self._edges[relation, edge.source, edge.target, edge.key] = edge

    async def trim(self, keep: Keep) -> int:
        """Forget."""
        moments = {
            name: getattr(node, MOMENTS[type(node)])
            for name, node in self._nodes.items()
            if type(node) in MOMENTS
        }
        since = 0
        if keep.age is not None:
            since = max((ts for _, ts in self._cursors.values()), default=0) - keep.age
        if keep.most is not None and len(moments) > keep.most:
            since = max(since, sorted(moments.values(), reverse=True)[keep.most] + 1)
        gone = {name for name, ts in moments.items() if ts < since}
        self._nodes = {name: node for name, node in self._nodes.items() if name not in gone}
        self._edges = {
            name: edge
            for name, edge in self._edges.items()
            if gone.isdisjoint(
                zip(
                    (end.__name__ for end in ENDS[edge.relation]),
                    (edge.source, edge.target),
                    strict=True,
                )
            )
        }
        return len(gone)

    async def clear(self) -> None:
        """Forget everything."""
        for kept in (self._nodes, self._edges, self._cursors, self._dead):
            kept.clear()

    async def close(self) -> None:
        """Nothing is held open."""

    async def stats(self) -> GraphStats:
        """Count."""
        return GraphStats(
            _counts(label for label, _ in self._nodes),
            _counts(relation.value for relation, *_ in self._edges),
            len(self._dead),
            max((trade.closed for trade in self._all(Trade)), default=None),
        )

    async def strategies(self, only: TradeFilter) -> tuple[StrategyLine, ...]:
        """Sum up trades by strategy."""
        found = await self.trades(only, len(self._nodes))
        return strategy_lines(
            Earned(t.strategy, t.reporting, t.net, t.charged, t.venues, t.symbols)
            for t in reversed(found)
        )

    async def trades(self, only: TradeFilter, most: int) -> tuple[Trade, ...]:
        """Return trades, the latest first."""
        found = [trade for trade in self._all(Trade) if self._is_meant(trade, only)]
        found.sort(key=lambda trade: (trade.closed, trade.run, trade.seq, trade.key), reverse=True)
        return tuple(found[:most])

    async def opportunities(
        self, only: OpportunityFilter, most: int
    ) -> tuple[ArbitrageOpportunity, ...]:
        """Return opportunities, the latest first."""
        found = [
            each
            for each in self._all(ArbitrageOpportunity)
            if _is_within(each.opened, only.window)
            and only.run in ("", each.run)
            and only.strategy in ("", each.strategy)
            and only.outcome in ("", each.outcome)
            and only.reason in ("", each.reason)
        ]
        found.sort(key=lambda each: (each.opened, each.run, each.seq, each.key), reverse=True)
        return tuple(found[:most])

    async def instruments(self) -> tuple[Instrument, ...]:
        """Return every instrument."""
        return tuple(sorted(self._all(Instrument), key=lambda each: each.key))

    async def arbitrage(self, only: OpportunityFilter) -> ArbitrageLine:
        """Sum up opportunities."""
        return arbitrage_line(await self.opportunities(only, len(self._nodes)))

    async def story(self, name: str, run: str) -> Story | None:
        """Walk from the order or trade *name*."""
        orders = [each for each in self._all(Order) if name in (each.key, each.cl_ord_id)]
        trades = [each for each in self._all(Trade) if name in (each.key, each.name)]
        start = self._newest(orders, run) or self._newest(trades, run)
        return story_of(start, self) if start else None

    async def verdict(self, name: str, run: str) -> Verdict | None:
        """Look up the opportunity *name*."""
        known = self._all(ArbitrageOpportunity)
        found = self._newest([each for each in known if name in (each.key, each.name)], run)
        if found is None:
            return None
        edges = self._edges.values()
        details = [
            edge.detail
            for edge in edges
            if edge.relation is Relation.REFUSED_BECAUSE and edge.source == found.key
        ]
        return Verdict(found, refusals(details))

    async def watched(self, label: type[W], only: WatchFilter, most: int) -> tuple[W, ...]:
        """Return what was watched, the latest first."""
        found = [
            each
            for each in self._all(label)
            if _is_within(each.ts, only.window)
            and all(
                getattr(only, name) in ("", getattr(each, name))
                for name in ("key", "run", "kind", "symbol")
                if hasattr(each, name)
            )
        ]
        found.sort(key=lambda each: (each.ts, each.run, each.seq, each.key), reverse=True)
        return tuple(found[:most])

    async def hours(self, most: int) -> PatternHours:
        """Return in which hours there was what."""
        window = hours_before(max((ts for _, ts in self._cursors.values()), default=Nanos(0)), most)
        samples = [one for one in self._all(MetricSample) if _is_within(one.ts, window)]
        seen = [one for one in self._all(Occurrence) if _is_within(one.ts, window)]
        return PatternHours(
            window.until // HOUR,
            frozenset(one.ts // HOUR for one in samples),
            frozenset((one.symbol, one.kind, one.ts // HOUR) for one in seen),
        )

    async def keys(self, label: type[Node], part: str, most: int) -> tuple[str, ...]:
        """Return keys of *label*."""
        return tuple(sorted(each.key for each in self._all(label) if part in each.key)[:most])

    async def around(self, label: type[Node], key: str, most: int) -> Neighbourhood | None:
        """Return a node and its relationships."""
        found = self._nodes.get((label.__name__, key))
        if found is None:
            return None
        steps: dict[tuple[bool, str], list[Step]] = {}
        for edge in sorted(self._edges.values(), key=_place):
            for step in steps_of(edge, label, key):
                if (step.label, step.key) in self._nodes:
                    steps.setdefault((not step.is_onward, step.relation), []).append(step)
        told = (step for _, each in sorted(steps.items()) for step in each[:most])
        return Neighbourhood(found, tuple(told))

    async def links(self, relation: Relation) -> tuple[Edge, ...]:
        """Return relationships."""
        found = [edge for edge in self._edges.values() if edge.relation is relation]
        return tuple(sorted(found, key=_place))

    def onward(self, relation: Relation, source: str) -> tuple[Node, ...]:
        """Step along *relation*."""
        label = ENDS[relation][1].__name__
        return tuple(
            self._nodes[label, edge.target]
            for edge in self._edges.values()
            if edge.relation is relation
            and edge.source == source
            and (label, edge.target) in self._nodes
        )

    def back(self, relation: Relation, target: str) -> tuple[Node, ...]:
        """Step against *relation*."""
        label = ENDS[relation][0].__name__
        return tuple(
            self._nodes[label, edge.source]
            for edge in self._edges.values()
            if edge.relation is relation
            and edge.target == target
            and (label, edge.source) in self._nodes
        )

    def _all(self, label: type[L]) -> list[L]:
        return [node for node in self._nodes.values() if isinstance(node, label)]

    def _newest(self, found: list[N], run: str) -> N | None:
        ages = {each.key: age for age, each in enumerate(self._all(Run))}
        meant = [each for each in found if run in ("", each.run) and each.run in ages]
        return max(meant, key=lambda each: (ages[each.run], each.seq), default=None)

    def _is_meant(self, trade: Trade, only: TradeFilter) -> bool:
        return (
            _is_within(trade.closed, only.window)
            and only.run in ("", trade.run)
            and only.strategy in ("", trade.strategy)
            and self._leads(Relation.OF_SYMBOL, trade.key, only.symbol)
            and self._leads(Relation.ON_EXCHANGE, trade.key, only.venue)
        )

    def _leads(self, relation: Relation, source: str, target: str) -> bool:
        return not target or (relation, source, target, "") in self._edges


def _place(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.target, edge.key


def _is_within(at: Nanos, window: Window) -> bool:
    return window.since <= at < window.until


def _is_text(node: Node) -> bool:
    try:
        for field in fields_of(type(node)):
            str(getattr(node, field.name)).encode()
    except UnicodeEncodeError:
        return False
    return True


def _counts(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts
