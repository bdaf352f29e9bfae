"""Enquiry: looks for the news of an order that its answer promised and the stream did not bring."""

import asyncio
from collections.abc import Callable

from graphwiz_trader.adapters.ccxt.blotter import Blotter, Ticket
from graphwiz_trader.adapters.ccxt.patience import OrderPatience
from graphwiz_trader.adapters.ccxt.questions import Questions
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import ClOrdId, Nanos
from graphwiz_trader.domain.venue import OrderRef
from graphwiz_trader.ports.clock import Clock


class Enquiry:
    """
    Asks *questions* and tells *blotter*.

    It waits for the stream first, if *is_streaming*. While `group` is None nothing is begun.
    """

    def __init__(
        self,
        questions: Questions,
        blotter: Blotter,
        clock: Clock,
        patience: OrderPatience,
        is_streaming: Callable[[], bool],
    ) -> None:
        self.group: asyncio.TaskGroup | None = None
        self._questions = questions
        self._blotter = blotter
        self._clock = clock
        self._patience = patience
        self._is_streaming = is_streaming

    def begin(self, cl_ord_id: ClOrdId, instrument: Instrument) -> None:
        """Look for an order's end, or its fills, unless the stream brings them in time."""
        ticket = self._blotter.find(cl_ord_id)
        if self.group is None or (ticket is not None and (ticket.is_asked or ticket.is_ended)):
            return
        if ticket is not None:
            ticket.is_asked = True
        self.group.create_task(self._look(cl_ord_id, instrument))

    def missing(self, ticket: Ticket) -> None:
        """Look for fills that were not told."""
        self.begin(ticket.cl_ord_id, ticket.instrument)

    async def catch_up(self) -> None:
        """Look for everything that works, as nobody knows what happened meanwhile."""
        for ticket in self._blotter.working:
            await self.ask(ticket.cl_ord_id, ticket.instrument)

    async def ask(self, cl_ord_id: ClOrdId, instrument: Instrument) -> None:
        """Ask for one order and tell what is new of it; no answer is told as nothing."""
        ticket = self._blotter.find(cl_ord_id)
        try:
            ref = OrderRef(instrument.id, cl_ord_id, (ticket.order_id or None) if ticket else None)
            told = await self._questions.order(ref)
            if told is None:
                return
            ticket = ticket or self._blotter.heard(instrument, told)
            if ticket is not None and (told.cum_qty or 0) > ticket.cum_qty:
                for name, fill in await self._questions.fills(instrument.id, ticket.since):
                    if name == cl_ord_id:
                        self._blotter.filled(instrument, fill)
            self._blotter.heard(instrument, told)
        except Transient:
            # Whoever waits for news of it asks, too: the order is not what it should be.
            return

    async def listed(self) -> dict[ClOrdId, Instrument]:
        """Return our orders that the venue lists; raise `Transient` if there is no answer."""
        return {order.cl_ord_id: instrument for order, instrument in await self._questions.open()}

    async def _look(self, cl_ord_id: ClOrdId, instrument: Instrument) -> None:
        ticket = self._blotter.find(cl_ord_id)
        try:
            if self._is_streaming():
                await self._clock.sleep_until(Nanos(self._clock.now() + self._patience.grace))
            if ticket is None or not ticket.is_ended:
                await self.ask(cl_ord_id, instrument)
        finally:
            if ticket is not None:
                ticket.is_asked = False
