"""Routes come from the graph: at the start, when they change, and not while it is away."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.application.find_routes import EVERY, SOON, FindRoutes
from graphwiz_trader.domain import graph
from graphwiz_trader.domain.errors import DataError, TimedOut, TraderError
from graphwiz_trader.domain.graph import ArbitrageOpportunity, Batch
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.route import RoutesFound
from graphwiz_trader.domain.units import SECOND, Nanos, RunId
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.graph import MemoryGraph

BTC, MID, ETH = (make.instrument(f"{name}@alpha") for name in ("BTC/USDT", "ETH/BTC", "ETH/USDT"))
SOL_BTC, SOL = make.instrument("SOL/BTC@alpha"), make.instrument("SOL/USDT@alpha")
KNOWN = (BTC, MID, ETH)
RUN = RunId("paper-0001")
FORTH = frozenset([(BTC.id, MID.id, ETH.id), (MID.id, ETH.id, BTC.id), (ETH.id, BTC.id, MID.id)])


class MovingGraph(MemoryGraph):
    """A graph that can be away, and that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.error: TraderError | None = None
        self.asked = 0

    async def instruments(self) -> tuple[graph.Instrument, ...]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return await super().instruments()

    async def lists(self, *listed: Instrument, seq: int = 1) -> None:
        """Know *listed*."""
        nodes = [
            graph.Instrument(i.id, i.kind.value, i.base, i.quote, i.tick_size, i.lot_size)
            for i in listed
        ]
        await self.write(Batch(RUN, seq, Nanos(0), tuple(nodes), ()))

    async def remembers(self, route: str, realised: str, seq: int = 2) -> None:
        """Know an episode of *route*."""
        episode = ArbitrageOpportunity(
            f"e{seq}", RUN, seq, Nanos(seq), None, "t", f"{route}#1", route, "SEEN", 0, 1.0, 1.0,
            1.0, 1, 0, "", 1, "", Decimal(0), Decimal(realised),
        )  # fmt: skip
        await self.write(Batch(RUN, seq, Nanos(0), (episode,), ()))


class Scene:
    """One finder at work in virtual time."""

    def __init__(self, *known: Instrument) -> None:
        self.graph = MovingGraph()
        self.clock = ManualClock()
        self.told: list[RoutesFound] = []
        self.finder = FindRoutes(self.graph, self.clock)
        self.known = [one.id for one in known or KNOWN]

    def begin(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.finder.run(self.known, self.told.append))


def test_the_rounds_of_our_instruments_are_told_at_once_both_ways_and_only_once() -> None:
    scene = Scene()

    async def play() -> None:
        await scene.graph.lists(*KNOWN, SOL_BTC, SOL)
        task = scene.begin()
        await scene.clock.advance(3 * EVERY)
        task.cancel()

    asyncio.run(play())

    assert [event.ts for event in scene.told] == [0]
    routes = scene.told[0].routes
    assert len(routes) == 2
    assert len(FORTH.intersection(routes)) == 1
    assert scene.graph.asked == 4


def test_the_round_that_earned_comes_first_and_the_one_that_lost_last() -> None:
    scene = Scene(*KNOWN, SOL_BTC, SOL)

    async def play() -> None:
        await scene.graph.lists(*KNOWN, SOL_BTC, SOL)
        await scene.graph.remembers("USDT>ETH>BTC>USDT@alpha", "-3", 2)
        await scene.graph.remembers("USDT>BTC>SOL>USDT@alpha", "5", 3)
        task = scene.begin()
        await scene.clock.advance(1)
        task.cancel()

    asyncio.run(play())

    routes = scene.told[0].routes
    first, last = routes[0], routes[-1]
    assert set(first) == {BTC.id, SOL_BTC.id, SOL.id}
    assert set(last) == {BTC.id, MID.id, ETH.id}
    assert last not in FORTH
    assert max(map(len, routes)) == 4


def test_a_new_order_is_told_at_the_next_question() -> None:
    scene = Scene()

    async def play() -> None:
        await scene.graph.lists(*KNOWN)
        task = scene.begin()
        await scene.clock.advance(1)
        loser = (
            "USDT>BTC>ETH>USDT@alpha"
            if scene.told[0].routes[0] in FORTH
            else ("USDT>ETH>BTC>USDT@alpha")
        )
        await scene.graph.remembers(loser, "-1")
        await scene.clock.advance(EVERY)
        task.cancel()

    asyncio.run(play())

    first, second = scene.told
    assert second.ts == EVERY
    assert second.routes == tuple(reversed(first.routes))


@pytest.mark.parametrize("error", [TimedOut("no answer"), DataError("another version")])
def test_a_graph_that_is_away_is_asked_again_soon_and_nothing_else_happens(
    error: TraderError,
) -> None:
    scene = Scene()
    scene.graph.error = error

    async def play() -> None:
        await scene.graph.lists(*KNOWN)
        task = scene.begin()
        await scene.clock.advance(2 * SOON)
        scene.graph.error = None
        await scene.clock.advance(SOON)
        task.cancel()

    asyncio.run(play())

    assert [event.ts for event in scene.told] == [3 * SOON]


def test_nothing_is_told_while_the_graph_knows_no_round_of_ours() -> None:
    assert _told_of([BTC, MID]) == []


def _told_of(listed: Sequence[Instrument]) -> list[RoutesFound]:
    scene = Scene()

    async def play() -> None:
        await scene.graph.lists(*listed)
        task = scene.begin()
        await scene.clock.advance(Nanos(60 * SECOND))
        task.cancel()

    asyncio.run(play())
    return scene.told
