"""Account: our orders, fills and balances at one venue, as its private doors tell them."""

from collections.abc import Callable
from decimal import Decimal
from itertools import count

import attrs
from typing_extensions import override

from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.host import Listener
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import BalanceReport, CancelReject
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.domain.value import evolve, value

WORKING = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)
AMENDED = "~"
"""Stands between a client's id and the number of an amendment; no client may use it."""

_OURS = StrategyId("client")


class Declined(Exception):
    """The exchange refused an order, a replacement or a cancel, in its own words."""


@value
class Wanted:
    """
    An order a client asks for; `price` means nothing for a market order.

    `tag` is a mark of the client's, by which its orders may be found.
    """

    cl_ord_id: ClOrdId
    instrument: InstrumentId
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    price: Ticks
    qty: Lots
    tag: str = ""


@attrs.define(eq=False)
class PlacedOrder:
    """
    One order: what was asked for, and what has become of it.

    `number` is the venue's id. `notional` is what has traded, in ticks times lots. `request`
    is the exchange's name for it, which changes with every amendment; clients do not see it.
    `is_abandoned`: it was canceled because its owner fell silent.
    """

    wanted: Wanted
    number: str
    request: ClOrdId
    created: Nanos
    updated: Nanos
    status: OrdStatus = OrdStatus.NEW
    cum_qty: int = 0
    notional: int = 0
    text: str = ""
    fills: list[ExecutionReport] = attrs.field(factory=list)
    is_abandoned: bool = False

    @property
    def is_working(self) -> bool:
        """Whether it may still fill."""
        return self.status in WORKING


@value
class News:
    """Something happened to an order: `report` is the exchange's word, `order` the result."""

    order: PlacedOrder
    report: ExecutionReport
    cancel_id: str = ""


class Account(Listener):
    """Places, amends and cancels; the exchange has answered when a method returns."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._by_request: dict[str, PlacedOrder] = {}
        self._by_id: dict[str, PlacedOrder] = {}
        self._by_number: dict[str, PlacedOrder] = {}
        self._amendments = count(1)
        self._asking: Wanted | PlacedOrder | None = None
        self._cancel_id = ""
        self._declined: str | None = None
        self.watchers: list[Callable[[News], None]] = []
        """Who is told the news, in order."""

    def place(self, wanted: Wanted) -> PlacedOrder:
        """
        Place an order.

        Raises:
            Declined: the exchange does not take it.

        """
        self._check_least(wanted.instrument, wanted.qty)
        self._ask(
            wanted,
            SubmitOrder(
                wanted.cl_ord_id,
                _OURS,
                wanted.instrument,
                wanted.side,
                wanted.ord_type,
                wanted.time_in_force,
                wanted.price,
                wanted.qty,
            ),
        )
        return self._by_id[wanted.cl_ord_id]

    def amend(self, order: PlacedOrder, price: Ticks, qty: Lots) -> None:
        """
        Change *order*, which keeps its names; *qty* counts what has filled.

        Raises:
            Declined: the exchange does not take it; the order goes on as it was.

        """
        self._check_least(order.wanted.instrument, qty)
        request = ClOrdId(f"{order.wanted.cl_ord_id}{AMENDED}{next(self._amendments)}")
        left = Lots(qty - order.cum_qty)
        wanted = evolve(order.wanted, price=price, qty=qty)
        before = order.wanted
        order.wanted = wanted
        try:
            self._ask(order, ReplaceOrder(request, order.request, wanted.instrument, price, left))
        except Declined:
            order.wanted = before
            raise

    def cancel(self, order: PlacedOrder, cancel_id: str = "") -> None:
        """
        Cancel *order*; the news of it will say *cancel_id*.

        Raises:
            Declined: it does not work any more.

        """
        self._cancel_id = cancel_id
        try:
            self._ask(order, CancelOrder(order.request, order.wanted.instrument))
        finally:
            self._cancel_id = ""

    def stillborn(self, wanted: Wanted, number: str, text: str) -> PlacedOrder:
        """Keep an order that ended before it worked, and tell the watchers."""
        now = self._premises.host.now
        report = ExecutionReport(
            now,
            now,
            wanted.cl_ord_id,
            number,
            number,
            ExecType.CANCELED,
            OrdStatus.CANCELED,
            wanted.instrument,
            text=text,
        )
        order = PlacedOrder(wanted, number, wanted.cl_ord_id, now, now)
        order.status, order.text = OrdStatus.CANCELED, text
        self._by_id[wanted.cl_ord_id] = self._by_number[number] = order
        for watcher in self.watchers:
            watcher(News(order, report))
        return order

    def by_id(self, cl_ord_id: str) -> PlacedOrder | None:
        """Return the order of a client's own id."""
        return self._by_id.get(cl_ord_id)

    def by_number(self, number: str) -> PlacedOrder | None:
        """Return the order of the venue's id."""
        return self._by_number.get(number)

    def orders(self, instrument: InstrumentId | None) -> tuple[PlacedOrder, ...]:
        """Return the orders in *instrument*, or all, oldest first."""
        return tuple(
            order
            for order in self._by_number.values()
            if instrument is None or order.wanted.instrument == instrument
        )

    def balances(self) -> tuple[BalanceReport, ...]:
        """Return what is owned; a fault may tell a thousandth less."""
        now = self._premises.host.now
        owned = self._premises.host.exchange.balances()
        if self._premises.faults.strike(Stage.BALANCE, "balance", now) is None:
            return owned
        return tuple(
            evolve(
                report,
                total=report.total * Decimal("0.999"),
                free=report.free * Decimal("0.999"),
            )
            for report in owned
        )

    @override
    def on_report(self, report: ExecutionReport | CancelReject) -> None:
        """Bring the order up to date, and tell the watchers."""
        if isinstance(report, CancelReject):
            self._declined = report.text
            return
        if report.exec_type is ExecType.REJECTED:
            self._declined = report.text
            return
        order = self._order(report)
        order.updated = report.ts_venue
        if report.exec_type is not ExecType.REPLACED:
            order.status = report.ord_status
        order.text = report.text
        if report.exec_type is ExecType.TRADE:
            order.cum_qty += report.last_qty
            order.notional += report.last_px * report.last_qty
            order.status = (
                OrdStatus.FILLED
                if order.cum_qty == order.wanted.qty
                else OrdStatus.PARTIALLY_FILLED
            )
            order.fills.append(report)
        for watcher in self.watchers:
            watcher(News(order, report, self._cancel_id))

    def _ask(
        self, subject: Wanted | PlacedOrder, command: SubmitOrder | ReplaceOrder | CancelOrder
    ) -> None:
        now = self._premises.now()
        self._asking, self._declined = subject, None
        self._premises.host.request(command, now)
        self._asking = None
        if self._declined is not None:
            raise Declined(self._declined)

    def _check_least(self, name: InstrumentId, qty: Lots) -> None:
        """Decline what the rules of now call too little; the exchange knows those of the start."""
        self._premises.rule()
        least = self._premises.symbols.by_id[name].instrument.min_qty
        if qty < least:
            raise Declined(f"quantity {qty} is below the minimum {least} lots")

    def _order(self, report: ExecutionReport) -> PlacedOrder:
        """Return the order *report* is about; the first report of a request makes it known."""
        known = self._by_request.get(report.cl_ord_id)
        if known is not None:
            return known
        asking = self._asking
        if isinstance(asking, PlacedOrder):
            asking.request = report.cl_ord_id
            order = asking
        elif asking is not None:
            order = PlacedOrder(
                asking, report.order_id, report.cl_ord_id, report.ts_venue, report.ts_venue
            )
            self._by_id[asking.cl_ord_id] = order
            self._by_number[order.number] = order
        else:
            raise LookupError(f"a report of the unknown order {report.cl_ord_id}")
        self._by_request[report.cl_ord_id] = order
        return order
