"""What the graph makes of live runs: their faults, crashes and restarts, told in their journals."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

import pytest

from graphwiz_trader.application.graph_rows import GraphRows
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.facts import Entry, FillBooked
from graphwiz_trader.domain.graph_answers import GraphStats
from graphwiz_trader.domain.venue import VenueTerms
from graphwiz_trader.testing.graph import MemoryGraph
from tests.unit.application import test_trade
from tests.unit.application.test_trade import USDT, Scene

STORIES = [
    story
    for name, story in vars(test_trade).items()
    if name.startswith("test_") and not inspect.signature(story).parameters
]


def projected(stage: Scene, entries: list[Entry]) -> GraphStats:
    """Read *entries* into a graph, in many batches."""
    first = entries[0].event
    assert isinstance(first, RunStarted)
    rows = GraphRows(first, RebuiltPrices(stage.floor.instruments, (), USDT), USDT, ("puppet",))
    graph = MemoryGraph()
    for entry in entries:
        rows.feed(entry)
        if entry.outcome.seq % 7 == 0:
            asyncio.run(graph.write(rows.cut()))
    asyncio.run(graph.write(rows.cut()))
    return asyncio.run(graph.stats())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.removeprefix("test_"))
def test_every_order_and_fill_of_a_live_run_is_a_node(
    story: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    stages: list[Scene] = []

    class Kept(Scene):
        def __init__(
            self,
            capacity: int | None = None,
            asked: VenueTerms = VenueTerms(),  # noqa: B008 # a value
        ) -> None:
            super().__init__(capacity, asked)
            stages.append(self)

    monkeypatch.setattr(test_trade, "Scene", Kept)
    story()

    for stage in stages:
        entries = list(stage.floor.journal.entries())
        if not entries:
            continue
        stats = projected(stage, entries)
        commands = [c for entry in entries for c in entry.outcome.commands]
        orders = {c.cl_ord_id for c in commands if isinstance(c, SubmitOrder | ReplaceOrder)}
        fills = sum(isinstance(f, FillBooked) for e in entries for f in e.outcome.facts)
        assert stats.nodes.get("Order", 0) == len(orders)
        assert stats.nodes.get("Fill", 0) == fills
        assert stats.relationships.get("FILLED_BY", 0) == fills
        assert stats.nodes["Run"] == 1


def test_a_run_that_was_restarted_is_one_run_with_all_its_orders() -> None:
    async def told(stage: Scene) -> None:
        await stage.want(test_trade.take())
        await stage.pass_time(test_trade.SECOND)
        await stage.floor.crash()
        await stage.pass_time(3 * test_trade.SECOND)
        await stage.want(test_trade.take())
        await stage.pass_time(test_trade.SECOND)

    stage, entries = journaled(told)

    stats = projected(stage, entries)

    starts = sum(isinstance(entry.event, RunStarted) for entry in entries)
    assert (starts, stats.nodes["Run"]) == (2, 1)
    assert stats.nodes["Order"] == stats.nodes["Fill"] == 2


def journaled(scene: Callable[[Scene], Awaitable[None]]) -> tuple[Scene, list[Entry]]:
    """Play *scene*; return the stage and its journal."""
    kept: list[Scene] = []

    async def played(stage: Scene) -> None:
        kept.append(stage)
        await scene(stage)

    test_trade.play(played)
    return kept[0], list(kept[0].floor.journal.entries())
