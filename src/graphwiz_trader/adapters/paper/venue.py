"""PaperVenue: a simulated venue behind the execution port, in the time of a clock."""

import asyncio
from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from graphwiz_trader.domain.commands import OrderCommand
from graphwiz_trader.domain.events import AccountUp, BalanceReport, BookUpdate, Event, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import OpenOrder, OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.simulation.live import LiveVenue
from graphwiz_trader.simulation.matching import VenueOrder
from graphwiz_trader.simulation.venue import SimulatedVenue

SHORTEST = Nanos(1)


class AskedVenue(SimulatedVenue, Protocol):
    """A simulated venue that answers questions."""

    def query(self, cl_ord_id: ClOrdId) -> ExecutionReport | None:
        """Return a STATUS report, None if it knows no such request."""

    def working(self) -> tuple[VenueOrder, ...]:
        """Return our orders that may still fill."""

    def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return our fills matched at *since* or later."""

    def balances(self) -> tuple[BalanceReport, ...]:
        """Return what we own."""


class PaperVenue:
    """
    Lets *simulated* happen as *clock* passes.

    Its market data goes to *market*; what it says of our orders to whoever runs it. While
    nobody runs it, it goes on, and what it would have said is lost, as at any venue.
    """

    def __init__(
        self, simulated: AskedVenue, clock: Clock, terms: VenueTerms, market: Deliver
    ) -> None:
        self._simulated = simulated
        self._clock = clock
        self._terms = terms
        self._market = market
        self._due: list[tuple[Nanos, int, Event]] = []
        self._order = count()
        self._deliver: Deliver | None = None
        self._moved = asyncio.Event()

    @property
    def venue(self) -> Venue:
        """The simulated venue's name."""
        return self._simulated.venue

    @property
    def terms(self) -> VenueTerms:
        """As given."""
        return self._terms

    @property
    def usage(self) -> Usage | None:
        """None: it does not count."""
        return None

    def take(self, events: Sequence[Event]) -> None:
        """Tell, when they are due, *events* that the simulated venue was made to say."""
        if events:
            self._keep(events)
            self._moved.set()

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        now = self._clock.now()
        while (at := self._simulated.next_ts()) is not None and at <= now:
            self._keep(self._simulated.run_next())

    def send(self, command: OrderCommand) -> None:
        """Let *command* set out now."""
        self.catch_up()
        self._simulated.send(command, self._clock.now())
        self._moved.set()

    async def run(self, deliver: Deliver) -> None:
        """Deliver as time passes, until canceled."""
        self.catch_up()
        self._due = [item for item in self._due if isinstance(item[2], BookUpdate | Trade)]
        self._deliver = deliver
        sleeper: asyncio.Task[None] | None = None
        try:
            deliver(AccountUp(self._clock.now(), self.venue))
            while True:
                self._moved.clear()
                self.catch_up()
                self._hand_over()
                if sleeper is not None:
                    sleeper.cancel()
                at = self._next()
                sleeper = None if at is None else asyncio.create_task(self._wake(at))
                await self._moved.wait()
        finally:
            if sleeper is not None:
                sleeper.cancel()
            self._deliver = None

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """Return what is known of *order* now."""
        await self._travel()
        report = self._simulated.query(order.cl_ord_id)
        if report is None or report.instrument != order.instrument:
            return None
        return evolve(report, ts=self._clock.now())

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return our fills as they were told, received now."""
        await self._travel()
        now = self._clock.now()
        return tuple(evolve(fill, ts=now) for fill in self._simulated.fills(instrument, since))

    async def snapshot(self) -> VenueSnapshot:
        """Return our account as it is now."""
        await self._travel()
        now = self._clock.now()
        orders = tuple(map(_open, self._simulated.working()))
        balances = tuple(evolve(balance, ts=now) for balance in self._simulated.balances())
        return VenueSnapshot(now, orders, balances)

    async def server_time(self) -> Nanos:
        """Return the clock's time: the simulated venue has no other."""
        await self._travel()
        return self._clock.now()

    async def _travel(self) -> None:
        """Let others have their turn, as while a request is under way."""
        await self._clock.sleep_until(self._clock.now())
        self.catch_up()

    async def _wake(self, at: Nanos) -> None:
        await self._clock.sleep_until(max(at, Nanos(self._clock.now() + SHORTEST)))
        self._moved.set()

    def _next(self) -> Nanos | None:
        moves, told = self._simulated.next_ts(), self._due[0][0] if self._due else None
        if moves is None or told is None:
            return told if moves is None else moves
        return min(moves, told)

    def _keep(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, BookUpdate | Trade):
                heappush(self._due, (event.ts, next(self._order), event))
            elif self._deliver is not None:
                heappush(self._due, (event.ts, next(self._order), event))  # type: ignore[union-attr] # venues send no references

    def _hand_over(self) -> None:
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            event = heappop(self._due)[2]
            if isinstance(event, BookUpdate | Trade):
                self._market(evolve(event, ts=now))
            elif self._deliver is not None:
                self._deliver(evolve(event, ts=now))


class FedVenue(PaperVenue):
    """A paper venue whose *market* is a feed: its rules may change while it runs."""

    def __init__(
        self, market: LiveVenue, clock: Clock, terms: VenueTerms, unheard: Deliver
    ) -> None:
        super().__init__(market, clock, terms, unheard)
        self._live = market

    def regrid(self, instrument: Instrument) -> None:
        """Know *instrument* by its new rules; its book begins anew."""
        self.catch_up()
        self._live.regrid(instrument)


def _open(order: VenueOrder) -> OpenOrder:
    return OpenOrder(
        order.instrument,
        order.cl_ord_id,
        str(order.number),
        order.side,
        order.price,
        order.order_qty,
        order.cum_qty,
    )
