"""Round trips: how long a venue takes to say that it took an order."""

import asyncio
from time import perf_counter_ns

from graphwiz_trader.adapters.direct.venue import DirectVenue
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import AccountUp, Event
from graphwiz_trader.domain.ids import BACKTEST
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, StrategyId, Ticks

ROUND_TRIPS = 3_000
PATIENCE_S = 60.0


class RoundTrips:
    """Sends one order after the other, and times each until it is told to work."""

    def __init__(
        self, venue: DirectVenue, instrument: InstrumentId, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.took: list[int] = []
        self.is_up = loop.create_future()
        self._over = loop.create_future()
        self._venue, self._instrument = venue, instrument
        self._sent = 0

    def hear(self, event: Event) -> None:
        """Take one event; the end of an order brings the next."""
        if isinstance(event, AccountUp):
            self.is_up.set_result(None)
        if not isinstance(event, ExecutionReport):
            return
        if event.exec_type is ExecType.NEW:
            self.took.append(perf_counter_ns() - self._sent)
        elif len(self.took) < ROUND_TRIPS:
            asyncio.get_running_loop().call_soon(self._send)
        else:
            self._over.set_result(None)

    async def run(self) -> list[int]:
        """Return what each took, ns."""
        await self.is_up
        await asyncio.sleep(0.3)  # until the orders' socket is open, too
        self._send()
        async with asyncio.timeout(PATIENCE_S):
            await self._over
        return self.took

    def _send(self) -> None:
        name = ClOrdId(f"{BACKTEST}{len(self.took)}")
        order = SubmitOrder(
            name,
            StrategyId("bench"),
            self._instrument,
            Side.BUY,
            OrdType.LIMIT,
            TimeInForce.GTC,
            Ticks(500_000),
            Lots(10),
        )
        self._sent = perf_counter_ns()
        self._venue.send(order)
