"""Transcript: writes what happens at one venue into the record."""

from typing_extensions import override

from graphwiz_trader.adapters.loopback.account import AMENDED
from graphwiz_trader.adapters.loopback.host import Host, Listener
from graphwiz_trader.adapters.loopback.ladder import Touch
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.wire.text import shortest
from graphwiz_trader.domain.events import CancelReject
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
        if report.exec_type is ExecType.TRADE:
            qty = shortest(instrument.qty(report.last_qty))
            price = shortest(instrument.price(report.last_px))
            self._record.fill(at, venue, name, report.exec_id, qty, price)
        elif report.exec_type in (ExecType.NEW, ExecType.REPLACED):
            order = self._host.exchange.order(report.cl_ord_id)
            if order is not None:
                is_market = order.ord_type is OrdType.MARKET
                price = "" if is_market else shortest(instrument.price(order.price))
                qty = shortest(instrument.qty(order.order_qty))
                self._record.accepted(at, venue, name, qty, price)
