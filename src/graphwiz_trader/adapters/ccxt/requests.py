"""
Requests: commands carried out at a venue, several at a time, each answered once.

An answer that cannot mean anything but no is a refusal; any other failure leaves the fate of the
order open and is told as that. Nothing is ever sent again.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from ccxt.base.errors import InvalidNonce

from graphwiz_trader.adapters.ccxt.blotter import Blotter, Ticket
from graphwiz_trader.adapters.ccxt.enquiry import Enquiry
from graphwiz_trader.adapters.ccxt.meter import Meter
from graphwiz_trader.adapters.ccxt.order_wire import OrderWire, Wanted
from graphwiz_trader.adapters.ccxt.patience import OrderPatience
from graphwiz_trader.adapters.ccxt.private_translate import millis, text_of
from graphwiz_trader.adapters.ccxt.unsent import names_of, refuse
from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.errors import (
    AccessDenied,
    PortError,
    RateLimited,
    Rejected,
    Transient,
    Unsupported,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.units import SECOND, ClOrdId, InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.ports.clock import Clock

SIZE = 1_024
"""How many commands may wait to be carried out."""

AT_ONCE = 64
"""How many are carried out at a time."""

REFUSALS = (Rejected, Transient, AccessDenied, Unsupported)
"""What the venue's definite no is, whatever its reason."""

CLOCKS = Nanos(60 * SECOND)
"""How far a venue's clock may be behind ours without hiding a fill from us."""

FULL = "QUEUE_FULL"
LATE = "not sent: it waited too long"
NOT_SENT = "not sent: the venue's connection is given up"


class Requests:
    """Carries commands out; what becomes of them goes to *blotter*."""

    def __init__(
        self,
        wire: OrderWire,
        enquiry: Enquiry,
        blotter: Blotter,
        meter: Meter,
        instruments: Mapping[InstrumentId, Instrument],
        clock: Clock,
        patience: OrderPatience,
        mend: Callable[[], Awaitable[None]],
    ) -> None:
        self._wire = wire
        self._enquiry = enquiry
        self._blotter = blotter
        self._meter = meter
        self._instruments = instruments
        self._clock = clock
        self._patience = patience
        self._mend = mend
        self._waiting: deque[tuple[Nanos, OrderCommand]] = deque()
        self._ready = asyncio.Event()
        self._in_flight: dict[int, OrderCommand] = {}

    @property
    def under_way(self) -> int:
        """How many commands wait or are carried out."""
        return len(self._waiting) + len(self._in_flight)

    def put(self, command: OrderCommand) -> None:
        """Carry *command* out as soon as `run` does; refuse it if too many wait."""
        if len(self._waiting) >= SIZE and not isinstance(command, CancelAll):
            refuse(self._blotter, command, FULL)
            return
        self._waiting.append((self._clock.now(), command))
        self._ready.set()

    async def run(self) -> None:
        """Carry out what was put, until canceled."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(command: OrderCommand) -> None:
            try:
                await self.carry_out(command)
            finally:
                slots.release()

        async with asyncio.TaskGroup() as group:
            while True:
                await self._ready.wait()
                self._ready.clear()
                while self._waiting:
                    await slots.acquire()
                    since, command = self._waiting.popleft()
                    if self._is_late(since, command):
                        slots.release()
                        refuse(self._blotter, command, LATE)
                    else:
                        group.create_task(one(command))

    def abandon(self) -> None:
        """Answer what nobody will carry out any more, and what is cut off on its way."""
        for command in self._in_flight.values():
            for name in names_of(command):
                self._blotter.unknown(name, "cut off with the venue's connection")
        self._in_flight.clear()
        while self._waiting:
            refuse(self._blotter, self._waiting.popleft()[1], NOT_SENT)

    async def carry_out(self, command: OrderCommand) -> None:
        """Send *command* now, and report what becomes of it."""
        key = id(command)
        self._in_flight[key] = command
        if isinstance(command, SubmitOrder):
            await self._submit(command)
        elif isinstance(command, ReplaceOrder):
            await self._replace(command)
        elif isinstance(command, CancelOrder):
            await self._cancel(command.cl_ord_id, self._instruments.get(command.instrument))
        else:
            await self._cancel_all()
        self._in_flight.pop(key, None)

    async def _submit(self, command: SubmitOrder) -> None:
        instrument = self._sendable(command.cl_ord_id, command.instrument, command.order_qty)
        if instrument is not None:
            ticket = Ticket(
                command.cl_ord_id,
                instrument,
                command.side,
                command.ord_type,
                command.time_in_force,
                command.order_qty,
                Nanos(self._clock.now() - CLOCKS),
            )
            await self._place(ticket, command.price)

    async def _replace(self, command: ReplaceOrder) -> None:
        """
        Cancel the old order, and send the new one once the old has ended unchanged.

        What filled meanwhile would be traded twice, so that the new one is not sent then.
        """
        instrument = self._sendable(command.cl_ord_id, command.instrument, command.order_qty)
        old_id = command.orig_cl_ord_id
        if instrument is None:
            self._blotter.not_canceled(old_id, "its replacement cannot be sent")
            return
        old = self._blotter.find(old_id)
        before = 0 if old is None else old.cum_qty
        if not await self._cancel(old_id, instrument):
            self._turn_away(command, f"{old_id} was not canceled")
            return
        old = await self._over(old_id, instrument)
        if old is None or not old.is_ended:
            self._blotter.unknown(old_id, "canceled, but its end was not told")
            self._turn_away(command, f"the end of {old_id} is not known")
        elif old.cum_qty > before:
            self._turn_away(command, f"{old_id} filled meanwhile")
        else:
            ticket = Ticket(
                command.cl_ord_id,
                instrument,
                old.side,
                old.ord_type,
                old.time_in_force,
                command.order_qty,
                Nanos(self._clock.now() - CLOCKS),
                ExecType.REPLACED,
            )
            await self._place(ticket, command.price)

    async def _place(self, ticket: Ticket, price: Ticks) -> None:
        self._blotter.open(ticket)
        wanted = Wanted(
            ticket.cl_ord_id,
            ticket.instrument,
            ticket.side,
            ticket.ord_type,
            ticket.time_in_force,
            price,
            ticket.order_qty,
        )
        try:
            answer = await self._wire.submit(wanted)
        except REFUSALS as error:
            await self._note(error)
            if ticket.is_accepted:
                self._enquiry.begin(ticket.cl_ord_id, ticket.instrument)
            else:
                self._blotter.refused(ticket, str(error))
        except PortError as error:
            if not ticket.is_accepted:
                self._blotter.unknown(ticket.cl_ord_id, str(error))
        else:
            now = self._clock.now()
            stamp = millis(answer.get("timestamp"), now)
            self._blotter.accepted(ticket, text_of(answer.get("id")), stamp)
            if answer.get("status") not in (None, "open"):
                self._enquiry.begin(ticket.cl_ord_id, ticket.instrument)

    async def _cancel(self, cl_ord_id: ClOrdId, instrument: Instrument | None) -> bool:
        """Cancel one order; return whether the venue agreed. Its report comes by the stream."""
        if instrument is None:
            self._blotter.not_canceled(cl_ord_id, "its instrument is not traded here")
            return False
        ticket = self._blotter.find(cl_ord_id)
        order_id = "" if ticket is None else ticket.order_id
        try:
            await self._wire.cancel(cl_ord_id, order_id, instrument)
        except REFUSALS as error:
            await self._note(error)
            self._blotter.not_canceled(cl_ord_id, str(error))
        except PortError as error:
            self._blotter.unknown(cl_ord_id, str(error))
        else:
            self._enquiry.begin(cl_ord_id, instrument)
            return True
        return False

    async def _cancel_all(self) -> None:
        """Cancel every order of ours: what we know of, and what the venue lists."""
        found = {ticket.cl_ord_id: ticket.instrument for ticket in self._blotter.working}
        try:
            found |= await self._enquiry.listed()
        except Transient as error:
            await self._note(error)
        async with asyncio.TaskGroup() as group:
            for cl_ord_id, instrument in found.items():
                group.create_task(self._cancel(cl_ord_id, instrument))

    async def _over(self, cl_ord_id: ClOrdId, instrument: Instrument) -> Ticket | None:
        """Return a canceled order once its end was told, or looked for in vain."""
        ticket = self._blotter.find(cl_ord_id)
        if ticket is not None:
            try:
                await asyncio.wait_for(ticket.over.wait(), self._patience.grace / SECOND)
            except TimeoutError:
                ticket = None
        if ticket is None:
            await self._enquiry.ask(cl_ord_id, instrument)
        return self._blotter.find(cl_ord_id)

    def _sendable(self, cl_ord_id: ClOrdId, name: InstrumentId, qty: Lots) -> Instrument | None:
        """Return the instrument of an order that may be sent, else refuse it."""
        instrument = self._instruments.get(name)
        if instrument is None:
            text = f"{name} is not traded here"
        elif qty <= 0:
            text = f"a quantity of {qty} lots"
        elif self._blotter.find(cl_ord_id) is not None:
            text = f"duplicate cl_ord_id {cl_ord_id}"
        else:
            return instrument
        self._blotter.turned_away(cl_ord_id, name, text)
        return None

    async def _note(self, error: PortError) -> None:
        """Draw the lesson from a refusal: the clock is wrong, or we ask too often."""
        if isinstance(error.__cause__, InvalidNonce):
            await self._mend()
        elif isinstance(error, RateLimited):
            self._meter.closed()

    def _is_late(self, since: Nanos, command: OrderCommand) -> bool:
        """Whether an order waited so long that nobody may want it any more; a cancel never does."""
        is_order = isinstance(command, SubmitOrder | ReplaceOrder)
        return is_order and self._clock.now() - since > self._patience.grace

    def _turn_away(self, command: ReplaceOrder, text: str) -> None:
        self._blotter.turned_away(command.cl_ord_id, command.instrument, text)
