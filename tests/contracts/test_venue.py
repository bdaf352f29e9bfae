"""Every execution venue that needs no sockets, against the same promises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import attrs
import pytest

from graphwiz_trader.adapters.paper.venue import PaperVenue
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Asset, Lots, Nanos, Ticks
from graphwiz_trader.domain.venue import VenueTerms
from graphwiz_trader.ports.venue import ExecutionVenue
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.venue import FillingVenue
from tests.contracts.venue import (
    ExecutionVenueContract,
    GridContract,
    Stage,
    Staging,
    running,
)

BTC = make.instrument()
RICH = {Asset("USDT"): Decimal(100_000), Asset("BTC"): Decimal(10)}
LATENCY = Nanos(3 * MILLISECOND)


class Opening:
    """A crowd that sells at 100.0 and buys at 99.0, once."""

    def __init__(self) -> None:
        self._is_open = False

    def next_ts(self) -> Nanos | None:
        return None if self._is_open else make.START

    def act(self, exchange: Exchange) -> None:
        self._is_open = True
        exchange.join("crowd ask", BTC.id, Side.SELL, Ticks(1000), Lots(50_000))
        exchange.join("crowd bid", BTC.id, Side.BUY, Ticks(990), Lots(50_000))


@attrs.define
class ManualStage:
    """A venue in virtual time."""

    venue: ExecutionVenue
    clock: ManualClock
    instrument: Instrument = BTC
    takes: Ticks = Ticks(1000)
    rests: Ticks = Ticks(980)

    async def settle(self) -> None:
        await self.clock.advance(SECOND)


class TestFillingVenue(ExecutionVenueContract, GridContract):
    @pytest.fixture
    def staging(self) -> Staging:
        @asynccontextmanager
        async def staged() -> AsyncIterator[Stage]:
            clock = ManualClock(make.START)
            yield ManualStage(FillingVenue(BTC, clock, RICH), clock)

        return staged


class TestPaperVenue(ExecutionVenueContract):
    @pytest.fixture
    def staging(self) -> Staging:
        @asynccontextmanager
        async def staged() -> AsyncIterator[Stage]:
            clock = ManualClock(make.START)
            yield ManualStage(paper(clock, []), clock)

        return staged

    def test_market_data_goes_to_the_market(self, staging: Staging) -> None:
        seen: list[Event] = []

        async def scene() -> None:
            clock = ManualClock(make.START)
            stage = ManualStage(paper(clock, seen), clock)
            async with running(stage) as session:
                await session.take("a1")

        asyncio.run(scene())

        assert {type(event).__name__ for event in seen} == {"BookUpdate", "Trade"}


def paper(clock: ManualClock, seen: list[Event]) -> PaperVenue:
    terms = Terms(entry=LATENCY, response=LATENCY)
    exchange = Exchange([BTC], RICH, make.START, terms, Opening())
    return PaperVenue(exchange, clock, VenueTerms(), seen.append)
