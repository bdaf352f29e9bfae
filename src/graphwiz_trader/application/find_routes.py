"""Find routes: the rounds that the knowledge graph holds promising become an event."""

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal

from graphwiz_trader.application.ask import rounds
from graphwiz_trader.domain.errors import DataError, PortError
from graphwiz_trader.domain.graph import ArbitrageOpportunity
from graphwiz_trader.domain.graph_answers import OpportunityFilter
from graphwiz_trader.domain.route import Route, RoutesFound
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.graph import GraphQueries

Rounds = tuple[tuple[InstrumentId, ...], ...]
EVERY = Nanos(300 * SECOND)
"""How often the graph is asked: what rounds earned lately changes slowly."""

SOON = Nanos(15 * SECOND)
"""How long to wait after no answer, and while the graph knows no round of ours yet."""

LONGEST = 4
MOST_ROUNDS, MOST_EPISODES = 500, 1000


class FindRoutes:
    """
    Asks *graph* again and again for rounds of *known* instruments, and tells what changed.

    Rounds of which the last episodes earned more come first, in whatever each run reports in;
    those that earned as much stand in the order of their instruments' names.
    """

    def __init__(self, graph: GraphQueries, clock: Clock) -> None:
        self._graph = graph
        self._clock = clock
        self._listed: Sequence[object] = ()
        self._rounds: tuple[Route, ...] = ()

    async def run(
        self, known: Collection[InstrumentId], deliver: Callable[[RoutesFound], None]
    ) -> None:
        """Deliver until canceled; a graph that cannot answer is asked later."""
        told: Rounds = ()
        while True:
            try:
                found = await self._asked(known)
            except (PortError, DataError):
                found = ()
            if found and found != told:
                told = found
                deliver(RoutesFound(self._clock.now(), found))
            wait = EVERY if found else SOON
            await self._clock.sleep_until(Nanos(self._clock.now() + wait))

    async def _asked(self, known: Collection[str]) -> Rounds:
        nodes = [one for one in await self._graph.instruments() if one.key in known]
        if nodes != self._listed:
            # Walking many instruments takes a while, and the engine shares this loop: only once.
            self._listed, self._rounds = nodes, rounds(nodes, LONGEST)
        if not self._rounds:
            return ()
        episodes = await self._graph.opportunities(OpportunityFilter(), MOST_EPISODES)
        return _ranked(self._rounds, episodes)


def _ranked(found: Sequence[Route], episodes: Sequence[ArbitrageOpportunity]) -> Rounds:
    earned: dict[str, Decimal] = {}
    for episode in episodes:
        earned[episode.route] = earned.get(episode.route, Decimal(0)) + episode.realised

    def record(route: Route) -> Decimal:
        # Whoever noted the episode chose the asset to begin with.
        starts = (route.starting_with(step.given) for step in route.steps)
        return sum((earned.get(start.name, Decimal(0)) for start in starts), Decimal(0))

    best = sorted(found, key=record, reverse=True)[:MOST_ROUNDS]
    return tuple(tuple(step.instrument.id for step in route.steps) for route in best)
