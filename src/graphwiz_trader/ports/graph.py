"""Graph: the memory of what was seen, done and why, written from journals and asked by people."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from graphwiz_trader.domain.graph import (
    ArbitrageOpportunity,
    Batch,
    Edge,
    Instrument,
    Node,
    Relation,
    Trade,
)
from graphwiz_trader.domain.graph_answers import (
    ArbitrageLine,
    GraphStats,
    OpportunityFilter,
    Story,
    StrategyLine,
    TradeFilter,
    Verdict,
    WatchFilter,
)
from graphwiz_trader.domain.graph_browse import Neighbourhood, PatternHours
from graphwiz_trader.domain.graph_keep import Keep
from graphwiz_trader.domain.graph_watch import Alert, Case, MetricSample, Occurrence
from graphwiz_trader.domain.units import Nanos, RunId

W = TypeVar("W", Occurrence, Case, MetricSample, Alert)


class FactSink(Protocol):
    """
    Keeps what journals say.

    A batch is kept whole or not at all, together with how far it reaches; one that reaches no
    further than what is kept changes nothing. A row the store will never take becomes a dead
    letter and holds up none of the others.
    """

    async def cursor(self, run: RunId) -> tuple[int, Nanos]:
        """Return the seq and time up to which *run* is kept, zeros for a run never seen."""

    async def write(self, batch: Batch) -> None:
        """Keep *batch*, durably; raise `Transient` if it should be sent again."""

    async def relate(self, relation: Relation, edges: Sequence[Edge]) -> None:
        """Put *edges*, whose ends are kept, in place of all of *relation*: whole or not at all."""

    async def trim(self, keep: Keep) -> int:
        """
        Forget the moments that *keep* does not keep, and what leads to and from them.

        Returns how many nodes went. What lasts stays, and so does how far each run is kept.
        """

    async def clear(self) -> None:
        """Forget everything."""

    async def close(self) -> None:
        """Let go of the store; nothing is asked of it afterwards."""


class GraphQueries(Protocol):
    """Answers; what is asked for is data and is never taken for a query."""

    async def stats(self) -> GraphStats:
        """Return how much there is."""

    async def strategies(self, only: TradeFilter) -> tuple[StrategyLine, ...]:
        """Return the record of each strategy's trades, by name."""

    async def trades(self, only: TradeFilter, most: int) -> tuple[Trade, ...]:
        """Return at most *most* trades, the latest closed first."""

    async def opportunities(
        self, only: OpportunityFilter, most: int
    ) -> tuple[ArbitrageOpportunity, ...]:
        """Return at most *most* opportunities, the latest opened first."""

    async def instruments(self) -> tuple[Instrument, ...]:
        """Return every instrument a run could trade, by key."""

    async def arbitrage(self, only: OpportunityFilter) -> ArbitrageLine:
        """Return the figures of opportunities."""

    async def story(self, name: str, run: str) -> Story | None:
        """
        Return what led to the order or trade *name* and what came of it, None if unknown.

        *name* is a key, a `cl_ord_id`, or a trade's name; where several runs know it, *run* or
        else the run kept last is meant.
        """

    async def verdict(self, name: str, run: str) -> Verdict | None:
        """Return what became of the opportunity *name*, a key or an episode, None if unknown."""

    async def watched(self, label: type[W], only: WatchFilter, most: int) -> tuple[W, ...]:
        """Return at most *most* of what was watched, the latest first."""

    async def hours(self, most: int) -> PatternHours:
        """
        Return in which hours there were entries, and occurrences of kept patterns, of any run.

        Of at most *most* full hours, the last before the one of the newest entry of any run.
        """

    async def keys(self, label: type[Node], part: str, most: int) -> tuple[str, ...]:
        """Return at most *most* keys of *label* that hold *part*, in their order."""

    async def around(self, label: type[Node], key: str, most: int) -> Neighbourhood | None:
        """Return a node with at most *most* of each of its relationships, None if unknown."""

    async def links(self, relation: Relation) -> tuple[Edge, ...]:
        """Return every relationship of one kind, by its ends and key."""


class Graph(FactSink, GraphQueries, Protocol):
    """Both roles of one store."""
