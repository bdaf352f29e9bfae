"""Find routes: the rounds that the knowledge graph holds promising become an event."""

from collections.abc import Callable, Collection, Mapping, Sequence
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
ZERO = Decimal(0)
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
        self._rounds: Mapping[tuple[InstrumentId, ...], str] = {}

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
            self._listed, self._rounds = nodes, _named(rounds(nodes, LONGEST))
        if not self._rounds:
            return ()
        episodes = await self._graph.opportunities(OpportunityFilter(), MOST_EPISODES)
        return _ranked(self._rounds, _earned(episodes))


def _ranked(found: Mapping[tuple[InstrumentId, ...], str], earned: Mapping[str, Decimal]) -> Rounds:
    best = sorted(found, key=lambda names: earned.get(found[names], ZERO), reverse=True)
    return tuple(best[:MOST_ROUNDS])


def _named(found: Sequence[Route]) -> dict[tuple[InstrumentId, ...], str]:
    return {tuple(step.instrument.id for step in one.steps): _turned(one.name) for one in found}


def _earned(episodes: Sequence[ArbitrageOpportunity]) -> dict[str, Decimal]:
    earned: dict[str, Decimal] = {}
    for episode in episodes:
        if episode.realised:
            name = _turned(episode.route)
            earned[name] = earned.get(name, ZERO) + episode.realised
    return earned


def _turned(name: str) -> str:
    """Return a route's name as if begun with its first asset by name, whoever began it where."""
    assets, _, venue = name.rpartition("@")
    loop = assets.split(">")[:-1]
    first = loop.index(min(loop)) if loop else 0
    return f"{'>'.join(loop[first:] + loop[:first])}@{venue}"
