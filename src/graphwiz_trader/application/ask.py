"""Ask: questions to the graph, as people put them."""

from collections.abc import Iterable

from graphwiz_trader.application.explain import Explanation, explained
from graphwiz_trader.domain import graph
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.graph import ArbitrageOpportunity, Node, Trade
from graphwiz_trader.domain.graph_answers import (
    FOREVER,
    ArbitrageLine,
    OpportunityFilter,
    StrategyLine,
    TradeFilter,
    Verdict,
    Window,
)
from graphwiz_trader.domain.graph_browse import Neighbourhood
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.route import Route, routes
from graphwiz_trader.domain.units import DAY, Asset, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.graph import GraphQueries

SHORTEST = 3
"""Trades of the shortest round: two would only go there and back."""


class Ask:
    """Puts questions to `graph`."""

    def __init__(self, graph: GraphQueries) -> None:
        self.graph = graph

    async def window(self, days: float | None) -> Window:
        """
        Return the last *days* up to the end of the newest trade, or all of time.

        The graph's own time counts, so that a simulation of last year answers today as well.
        """
        if days is None:
            return Window()
        latest = (await self.graph.stats()).latest
        if latest is None:
            return Window()
        return Window(Nanos(max(0, latest - int(days * DAY))), FOREVER)

    async def performance(self, only: TradeFilter, days: float | None) -> tuple[StrategyLine, ...]:
        """Return the record of each strategy over the last *days*, by name."""
        return await self.graph.strategies(evolve(only, window=await self.window(days)))

    async def top(
        self, only: TradeFilter, days: float | None, most: int
    ) -> tuple[StrategyLine, ...]:
        """Return at most *most* strategies, the one that earned most first."""
        lines = await self.performance(only, days)
        return tuple(sorted(lines, key=lambda line: (-line.record.net, line.strategy))[:most])

    async def trades(self, only: TradeFilter, days: float | None, most: int) -> tuple[Trade, ...]:
        """Return trades of the last *days*, the latest first."""
        return await self.graph.trades(evolve(only, window=await self.window(days)), most)

    async def opportunities(
        self, only: OpportunityFilter, days: float | None, most: int
    ) -> tuple[ArbitrageOpportunity, ...]:
        """Return opportunities of the last *days*, the latest first."""
        return await self.graph.opportunities(evolve(only, window=await self.window(days)), most)

    async def arbitrage(self, only: OpportunityFilter, days: float | None) -> ArbitrageLine:
        """Return the figures of the opportunities of the last *days*."""
        return await self.graph.arbitrage(evolve(only, window=await self.window(days)))

    async def routes(self, venue: str, start: str) -> tuple[Route, ...]:
        """
        Return every round of three trades at one venue that leads back to its first asset.

        Empty *venue* is each of them; a *start* leaves the rounds through it, begun there.
        """
        found = rounds(await self.graph.instruments(), SHORTEST)
        there = (route for route in found if venue in ("", route.steps[0].instrument.venue))
        if not start:
            return tuple(there)
        asset = Asset(start)
        return tuple(
            route.starting_with(asset)
            for route in there
            if any(step.given == asset for step in route.steps)
        )

    async def explain(self, name: str, run: str) -> Explanation:
        """
        Return why the order or trade *name* was made and what it led to.

        Raises:
            DataError: the graph knows none.
        """
        story = await self.graph.story(name, run)
        if story is None:
            raise DataError(f"the graph knows no order or trade {name!r}{_in(run)}")
        return explained(story)

    async def why_not(self, name: str, run: str) -> Verdict:
        """
        Return what spoke against the opportunity *name*.

        Raises:
            DataError: the graph knows none.
        """
        verdict = await self.graph.verdict(name, run)
        if verdict is None:
            raise DataError(f"the graph knows no opportunity {name!r}{_in(run)}")
        return verdict

    async def around(self, label: type[Node], key: str, most: int) -> Neighbourhood:
        """
        Return the node *key* of *label* with at most *most* of each of its relationships.

        Raises:
            DataError: the graph knows none.
        """
        found = await self.graph.around(label, key, most)
        if found is None:
            raise DataError(f"the graph knows no {label.__name__} {key!r}")
        return found


def rounds(nodes: Iterable[graph.Instrument], longest: int) -> tuple[Route, ...]:
    """Return every round of three to *longest* trades at one venue, each both ways."""
    listed: dict[Venue, list[Instrument]] = {}
    for node in nodes:
        instrument = _restored(node)
        listed.setdefault(instrument.venue, []).append(instrument)
    found = (route for each in listed.values() for route in routes(each, longest))
    return tuple(route for route in found if len(route.steps) >= SHORTEST)


def _restored(node: graph.Instrument) -> Instrument:
    return Instrument(
        InstrumentId(node.key),
        Asset(node.base),
        Asset(node.quote),
        node.tick_size,
        node.lot_size,
        Kind(node.kind),
    )


def _in(run: str) -> str:
    return f" in run {run}" if run else ""
