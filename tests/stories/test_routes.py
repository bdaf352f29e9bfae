"""Routes of the graph reach a live engine on the record, and its replay follows them."""

import asyncio

import pytest

from graphwiz_trader.application.find_routes import SOON, FindRoutes
from graphwiz_trader.application.rerun import Rerun
from graphwiz_trader.bootstrap.assembly import engine_of
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain import graph
from graphwiz_trader.domain.errors import TimedOut
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.graph import Batch
from graphwiz_trader.domain.route import RoutesFound
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos, RunId
from graphwiz_trader.simulation.market import LISTINGS
from graphwiz_trader.testing.graph import MemoryGraph
from graphwiz_trader.testing.tape import MemoryTapes
from tests.stories.test_live import Desk

RUN = RunId("trade-0001")
TRIANGLES = (
    "hft.strategies.cross_exchange_arbitrage={enabled: false}",
    "hft.strategies.triangular_arbitrage={enabled: true, min_profit_bps: 0.1}",
)


class AwayGraph(MemoryGraph):
    """A graph that does not answer until it is back."""

    is_away = True

    async def instruments(self) -> tuple[graph.Instrument, ...]:
        if self.is_away:
            raise TimedOut("no answer")
        return await super().instruments()


async def _lived(memory: MemoryGraph) -> Desk:
    """A run of 25 s, whose instruments the graph knows; halfway through it is back."""
    desk = Desk(LISTINGS)
    desk.seek = FindRoutes(memory, desk.clock).run
    listed = tuple(
        graph.Instrument(i.id, i.kind.value, i.base, i.quote, i.tick_size, i.lot_size)
        for exchange in desk.places.exchanges
        for i in exchange.instruments.values()
    )
    await memory.write(Batch(RunId("before"), 1, Nanos(0), listed))
    process = desk.start(*TRIANGLES)
    await desk.clock.advance(SOON // 2)
    if isinstance(memory, AwayGraph):
        memory.is_away = False
    await desk.clock.advance(25 * SECOND - SOON // 2)
    await desk.end(process)
    return desk


def _entries(desk: Desk) -> list[Entry]:
    return list(desk.runs.reader(RUN).entries())


@pytest.mark.parametrize("memory", [MemoryGraph(), AwayGraph()])
def test_routes_are_journaled_and_the_run_replays_identically(memory: MemoryGraph) -> None:
    desk = asyncio.run(_lived(memory))

    events = [entry.event for entry in _entries(desk)]
    found = [event for event in events if isinstance(event, RoutesFound)]
    assert isinstance(events[0], RunStarted)
    assert len(found) == 1
    assert len(found[0].routes) == 4
    assert set(found[0].routes[0]) == {
        InstrumentId(f"{symbol}@alpha") for symbol in ("BTC/USDT", "ETH/BTC", "ETH/USDT")
    }
    again = Rerun(
        MemoryTapes(), desk.runs, engine_of, lambda text, more: restored(text, more).settings
    ).run(RUN, (), lambda _: None)
    assert again.is_identical


def test_a_graph_that_stays_away_is_no_event_and_no_end() -> None:
    class Gone(MemoryGraph):
        async def instruments(self) -> tuple[graph.Instrument, ...]:
            raise TimedOut("no answer")

    desk = asyncio.run(_lived(Gone()))

    assert not any(isinstance(entry.event, RoutesFound) for entry in _entries(desk))
    assert desk.runs.folders[RUN].summary is not None
