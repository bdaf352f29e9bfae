"""Renamed: a venue whose orders carry fresh ids, for accounts that remember those of last time."""

from graphwiz_trader.domain.commands import CancelAll, OrderCommand, ReplaceOrder
from graphwiz_trader.domain.events import CancelReject, Event, SubmitUnknown
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.ports.venue import ExecutionVenue


class Renamed:
    """Puts *prefix* before each id on its way to *inner*, and takes it off on the way back."""

    def __init__(self, inner: ExecutionVenue, prefix: str) -> None:
        self._inner = inner
        self._prefix = prefix

    @property
    def venue(self) -> Venue:
        """The inner one's name."""
        return self._inner.venue

    @property
    def terms(self) -> VenueTerms:
        """The inner one's."""
        return self._inner.terms

    @property
    def usage(self) -> Usage | None:
        """The inner one's."""
        return self._inner.usage

    def send(self, command: OrderCommand) -> None:
        """Send *command* under fresh ids."""
        if isinstance(command, CancelAll):
            self._inner.send(command)
            return
        renamed = evolve(command, cl_ord_id=self._fresh(command.cl_ord_id))
        if isinstance(renamed, ReplaceOrder):
            renamed = evolve(renamed, orig_cl_ord_id=self._fresh(renamed.orig_cl_ord_id))
        self._inner.send(renamed)

    async def run(self, deliver: Deliver) -> None:
        """Deliver what the inner one does, under the old ids."""

        def hear(event: Event) -> None:
            if isinstance(event, ExecutionReport | CancelReject | SubmitUnknown):
                event = evolve(event, cl_ord_id=self._old(event.cl_ord_id))
            deliver(event)

        await self._inner.run(hear)

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """Ask for the fresh id."""
        fresh = evolve(order, cl_ord_id=self._fresh(order.cl_ord_id))
        found = await self._inner.query(fresh)
        return None if found is None else evolve(found, cl_ord_id=order.cl_ord_id)

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return the fills of our own ids alone."""
        found = await self._inner.fills(instrument, since)
        return tuple(
            evolve(fill, cl_ord_id=self._old(fill.cl_ord_id))
            for fill in found
            if fill.cl_ord_id.startswith(self._prefix)
        )

    async def snapshot(self) -> VenueSnapshot:
        """Return the account, its orders under the old ids."""
        found = await self._inner.snapshot()
        orders = tuple(evolve(o, cl_ord_id=self._old(o.cl_ord_id)) for o in found.orders)
        return evolve(found, orders=orders)

    async def server_time(self) -> Nanos:
        """The inner one's."""
        return await self._inner.server_time()

    def _fresh(self, name: ClOrdId) -> ClOrdId:
        return ClOrdId(self._prefix + name)

    def _old(self, name: ClOrdId) -> ClOrdId:
        return ClOrdId(name.removeprefix(self._prefix))
