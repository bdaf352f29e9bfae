"""Dead-man switches of venues, beside promise E21: what they must not end, and who has none."""

import asyncio
import time
from contextlib import suppress

import pytest

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.direct.hosts import simulated_hosts
from graphwiz_trader.adapters.direct.venues import okx_venue
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.errors import PortError, Transient, Unsupported
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, ClOrdId, Lots, Nanos, StrategyId
from graphwiz_trader.ports.venue import DeadManSwitch
from tests.contracts.ccxt_stage import ccxt_stage
from tests.contracts.direct_stage import HURRIED, OURS, SocketStage, direct_stage, turns
from tests.contracts.venue import SPEED

pytestmark = pytest.mark.contract

TEN = Nanos(10 * SECOND)


def order(stage: SocketStage, name: str) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name),
        StrategyId("contract"),
        stage.instrument.id,
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        stage.rests,
        Lots(4),
    )


def test_only_the_silent_ones_orders_are_canceled() -> None:
    async def played() -> tuple[str, ...]:
        async with direct_stage("okx", speed=SPEED) as stage:
            served = stage.served
            hosts = simulated_hosts(served.venue, served.rest)
            listed = list(served.premises.host.instruments.values())
            other = okx_venue(
                served.venue, listed, OURS, SystemClock(), "b", hosts, patience=HURRIED
            )
            tasks = [asyncio.create_task(v.run(lambda _: None)) for v in (stage.venue, other)]
            await stage.settle()
            stage.venue.send(order(stage, "a1"))
            other.send(order(stage, "b1"))
            await stage.settle()
            for _ in range(20):
                with suppress(Transient):
                    await stage.venue.count_down(TEN)
                    break
            deadline = time.monotonic() + 30
            working = served.premises.host.exchange.working
            while len(working()) > 1 and time.monotonic() < deadline:
                await turns(20)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            return tuple(each.cl_ord_id for each in working())

    assert asyncio.run(played()) == ("b1",)


@pytest.mark.parametrize("span", [Nanos(9 * SECOND), Nanos(121 * SECOND)])
def test_a_span_that_okx_does_not_take_is_refused(span: Nanos) -> None:
    async def played() -> None:
        async with direct_stage("okx") as stage:
            await stage.venue.count_down(span)

    with pytest.raises(PortError, match="timeOut"):
        asyncio.run(played())


@pytest.mark.parametrize("through", [direct_stage, ccxt_stage])
def test_binance_spot_has_none(through: object) -> None:
    async def played() -> Nanos:
        async with through("binance") as stage:  # type: ignore[operator] # one of two stages
            assert isinstance(stage.venue, DeadManSwitch)
            with pytest.raises(Unsupported):
                await stage.venue.count_down(TEN)
            span: Nanos = stage.venue.terms.dead_man
            return span

    assert asyncio.run(played()) == 0
