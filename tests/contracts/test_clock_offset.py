"""A venue whose clock is wrong: the watch over clocks measures it, and what is signed is taken."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.server import Served
from graphwiz_trader.application.clock_watch import OFFSET, ClockPace, ClockWatch
from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.ports.venue import ExecutionVenue, SignedByClock
from tests.contracts.ccxt_stage import ccxt_stage
from tests.contracts.direct_stage import direct_stage, turns

pytestmark = pytest.mark.contract

AHEAD_MS = 60_000
PACE = ClockPace(retry=Nanos(SECOND // 10))


class SkewedStage(Protocol):
    @property
    def venue(self) -> ExecutionVenue: ...

    @property
    def served(self) -> Served: ...


@pytest.mark.parametrize("dialect", ["binance", "okx"])
@pytest.mark.parametrize("through", [direct_stage, ccxt_stage])
def test_the_watch_cures_a_wrong_clock(
    through: Callable[[str], AbstractAsyncContextManager[SkewedStage]], dialect: str
) -> None:
    async def played() -> tuple[float, list[str], int]:
        alerts: list[RaiseAlert] = []
        told: list[ClockCompared] = []
        async with through(dialect) as stage:
            skew = Fault(Kind.SKEW, "time", offset_ms=AHEAD_MS, seconds=600.0)
            stage.served.premises.faults.add(skew)
            venue = stage.venue
            watch = ClockWatch([venue], SystemClock(), alerts.append, told.append, PACE)
            watching = asyncio.create_task(watch.run())
            while not watch.readings:
                await turns(10)
            watching.cancel()
            await asyncio.wait([watching])
            assert isinstance(venue, SignedByClock)
            assert [each.offset for each in told] == [watch.readings[venue.venue].offset]
            balances = (await venue.snapshot()).balances
            return venue.offset / SECOND, [alert.code for alert in alerts], len(balances)

    offset, codes, balances = asyncio.run(played())

    assert offset == pytest.approx(AHEAD_MS / 1_000, abs=1.0)
    assert codes == [OFFSET]
    assert balances > 0
