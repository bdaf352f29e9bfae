"""Venue: one that fills whatever may trade at once; the rest rests until a test fills it."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from itertools import count

from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.events import (
    AccountUp,
    BalanceReport,
    CancelReject,
    Event,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    TimeInForce,
)
from graphwiz_trader.domain.position import ZERO, flow
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import OpenOrder, OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver


class FillingVenue:
    """
    Fills what may not rest, at its own price and without a fee; the rest rests until `fill`.

    It answers within `send`. While nobody runs it, what it would have said is lost.
    """

    def __init__(
        self, instrument: Instrument, clock: Clock, balances: Mapping[Asset, Decimal]
    ) -> None:
        self.orders: dict[ClOrdId, Order] = {}
        self.usage: Usage | None = None
        self.terms = VenueTerms()
        self.balances = dict(balances)
        self.sent: list[OrderCommand] = []
        self._instrument = instrument
        self._clock = clock
        self._fills: list[ExecutionReport] = []
        self._execs = count(1)
        self._deliver: Deliver | None = None
        self._ended: asyncio.Future[None] | None = None

    @property
    def venue(self) -> Venue:
        """Where its instrument trades."""
        return self._instrument.venue

    def regrid(self, instrument: Instrument) -> None:
        """Count on the grid of *instrument* from here on."""
        self._instrument = instrument

    def send(self, command: OrderCommand) -> None:
        """Carry *command* out now."""
        self.sent.append(command)
        if isinstance(command, SubmitOrder):
            self._submit(command)
        elif isinstance(command, ReplaceOrder):
            self._replace(command)
        elif isinstance(command, CancelOrder):
            self._cancel(command.cl_ord_id)
        elif isinstance(command, CancelAll):
            for order in self._working():
                self._cancel(order.cl_ord_id)

    async def run(self, deliver: Deliver) -> None:
        """Deliver until canceled."""
        self._deliver = deliver
        self._ended = asyncio.get_running_loop().create_future()
        try:
            deliver(AccountUp(self._clock.now(), self.venue))
            await self._ended
        finally:
            self._deliver = self._ended = None

    def fill(self, cl_ord_id: ClOrdId, qty: int, price: int | None = None) -> None:
        """Let somebody trade *qty* lots with a resting order, at its own price or *price*."""
        order = self.orders[cl_ord_id]
        at = Ticks(order.price if price is None else price)
        order.cum_qty = Lots(order.cum_qty + qty)
        full = order.cum_qty == order.order_qty
        order.ord_status = OrdStatus.FILLED if full else OrdStatus.PARTIALLY_FILLED
        moved = flow(self._instrument, order.side, at, qty)
        self._add(self._instrument.quote, moved)
        self._add(self._instrument.base, order.side * self._instrument.qty(qty))
        report = evolve(
            self._report(order, ExecType.TRADE),
            last_px=at,
            last_qty=Lots(qty),
            liquidity=Liquidity.TAKER,
            commission=Money(ZERO, self._instrument.quote),
        )
        self._fills.append(report)
        self._say(report)

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """Return what is known of *order*."""
        await self._clock.sleep_until(self._clock.now())
        found = self.orders.get(order.cl_ord_id)
        if found is None or found.instrument != order.instrument:
            return None
        return evolve(self._report(found, ExecType.STATUS), exec_id="")

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return the fills of *instrument*."""
        await self._clock.sleep_until(self._clock.now())
        now = self._clock.now()
        return tuple(
            evolve(fill, ts=now)
            for fill in self._fills
            if fill.instrument == instrument and fill.ts_venue >= since
        )

    async def snapshot(self) -> VenueSnapshot:
        """Return the account."""
        await self._clock.sleep_until(self._clock.now())
        now = self._clock.now()
        orders = tuple(
            OpenOrder(
                o.instrument, o.cl_ord_id, o.order_id, o.side, o.price, o.order_qty, o.cum_qty
            )
            for o in self._working()
        )
        balances = tuple(
            BalanceReport(now, self.venue, asset, amount, amount)
            for asset, amount in self.balances.items()
        )
        return VenueSnapshot(now, orders, balances)

    async def server_time(self) -> Nanos:
        """Return the clock's time: this venue has no other."""
        await self._clock.sleep_until(self._clock.now())
        return self._clock.now()

    def _submit(self, command: SubmitOrder) -> None:
        order = Order(
            command.cl_ord_id,
            command.strategy,
            command.instrument,
            command.side,
            command.ord_type,
            command.time_in_force,
            command.price,
            command.order_qty,
            self._clock.now(),
        )
        order.order_id = f"v-{command.cl_ord_id}"
        if command.cl_ord_id in self.orders:
            self._reject(order, f"duplicate cl_ord_id {command.cl_ord_id}")
        elif command.instrument != self._instrument.id or command.order_qty <= 0:
            self._reject(order, "not an order this venue takes")
        else:
            self._accept(order, ExecType.NEW)
            if command.time_in_force is not TimeInForce.GTC:
                self.fill(order.cl_ord_id, order.order_qty)

    def _replace(self, command: ReplaceOrder) -> None:
        old = self.orders.get(command.orig_cl_ord_id)
        if old is None or old not in self._working() or command.cl_ord_id in self.orders:
            text = f"nothing of the id {command.orig_cl_ord_id} to replace"
            now = self._clock.now()
            report = ExecutionReport(
                now,
                now,
                command.cl_ord_id,
                "",
                str(next(self._execs)),
                ExecType.REJECTED,
                OrdStatus.REJECTED,
                command.instrument,
                text=text,
            )
            self._say(report)
            self._say(CancelReject(now, command.orig_cl_ord_id, text))
            return
        new = Order(
            command.cl_ord_id,
            old.strategy,
            old.instrument,
            old.side,
            old.ord_type,
            old.time_in_force,
            command.price,
            command.order_qty,
            self._clock.now(),
        )
        new.order_id = old.order_id
        old.ord_status = OrdStatus.REPLACED
        self._accept(new, ExecType.REPLACED)

    def _cancel(self, cl_ord_id: ClOrdId) -> None:
        order = self.orders.get(cl_ord_id)
        if order is None or order not in self._working():
            self._say(CancelReject(self._clock.now(), cl_ord_id, f"{cl_ord_id} does not work"))
            return
        order.ord_status = OrdStatus.CANCELED
        self._say(self._report(order, ExecType.CANCELED))

    def _accept(self, order: Order, exec_type: ExecType) -> None:
        order.ord_status = OrdStatus.NEW
        self.orders[order.cl_ord_id] = order
        self._say(self._report(order, exec_type))

    def _reject(self, order: Order, text: str) -> None:
        order.ord_status = OrdStatus.REJECTED
        self._say(evolve(self._report(order, ExecType.REJECTED), text=text))

    def _working(self) -> list[Order]:
        return [order for order in self.orders.values() if order.is_live]

    def _add(self, asset: Asset, amount: Decimal) -> None:
        self.balances[asset] = self.balances.get(asset, ZERO) + amount

    def _report(self, order: Order, exec_type: ExecType) -> ExecutionReport:
        now = self._clock.now()
        return ExecutionReport(
            now,
            now,
            order.cl_ord_id,
            order.order_id,
            str(next(self._execs)),
            exec_type,
            order.ord_status,
            order.instrument,
            cum_qty=order.cum_qty,
        )

    def _say(self, event: Event) -> None:
        if self._deliver is None or self._ended is None:
            return
        try:
            self._deliver(event)
        except Exception as error:  # noqa: BLE001 # comes out of `run`, as promised
            if not self._ended.done():
                self._ended.set_exception(error)
