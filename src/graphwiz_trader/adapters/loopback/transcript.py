"""Transcript: writes what happens at one venue into the record."""

from decimal import Decimal

from typing_extensions import override

from graphwiz_trader.adapters.loopback.account import AMENDED
from graphwiz_trader.adapters.loopback.host import Host, Listener
from graphwiz_trader.adapters.loopback.ladder import Touch
from graphwiz_trader.adapters.loopback.record import Accepted, Filled, Record
from graphwiz_trader.adapters.loopback.wire.text import shortest
from graphwiz_trader.domain.events import CancelReject
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType


class Transcript(Listener):
    """Keeps the true record; orders are recorded before anybody is told."""

    def __init__(self, host: Host, record: Record) -> None:
        self._host = host
        self._record = record

    @override
    def on_touch(self, touch: Touch) -> None:
        """Record the best prices."""
        self._record.touch(touch)

    @override
    def on_report(self, report: ExecutionReport | CancelReject) -> None:
        """Record an acceptance or a fill of ours."""
        if isinstance(report, CancelReject):
            return
        instrument = self._host.instruments[report.instrument]
        at, venue = report.ts_venue, self._host.venue
        name = report.cl_ord_id.partition(AMENDED)[0]
        order = self._host.exchange.order(report.cl_ord_id)
        if order is None:
            return
        side = order.side.name
        if report.exec_type is ExecType.TRADE:
            fee = report.commission or Money(Decimal(0), instrument.quote)
            filled = Filled(
                name,
                report.exec_id,
                instrument.id,
                side,
                shortest(instrument.qty(report.last_qty)),
                shortest(instrument.price(report.last_px)),
                shortest(fee.amount),
                fee.asset,
            )
            self._record.fill(at, venue, filled)
        elif report.exec_type in (ExecType.NEW, ExecType.REPLACED):
            is_market = order.ord_type is OrdType.MARKET
            price = "" if is_market else shortest(instrument.price(order.price))
            qty = shortest(instrument.qty(order.order_qty))
            self._record.accepted(at, venue, Accepted(name, instrument.id, side, qty, price))
