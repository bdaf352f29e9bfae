"""Answers: what a venue says of our requests, numbered, and stamped with when we hear it."""

from itertools import count
from typing import Final

from graphwiz_trader.domain.events import CancelReject
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, Liquidity, OrdStatus
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.simulation.line import Line
from graphwiz_trader.simulation.matching import VenueOrder

_ENDS: Final = {ExecType.CANCELED: OrdStatus.CANCELED, ExecType.EXPIRED: OrdStatus.EXPIRED}
_TRADE: Final = ExecType.TRADE


class Answers:
    """Gathers in `told` what the venue says; whoever delivers it takes it from there."""

    def __init__(self, response: Line, numbers: "count[int]") -> None:
        self._response = response
        self._numbers = numbers
        self.told: list[ExecutionReport | CancelReject] = []

    def accepted(self, order: VenueOrder, exec_type: ExecType, now: Nanos) -> None:
        """*order* works: it is NEW, or has REPLACED another."""
        self._say(order, exec_type, now)

    def ended(self, order: VenueOrder, exec_type: ExecType, now: Nanos, text: str = "") -> None:
        """*order* is CANCELED or EXPIRED."""
        order.ord_status = _ENDS[exec_type]
        self._say(order, exec_type, now, text)

    def rejected(self, cl_ord_id: ClOrdId, instrument: InstrumentId, now: Nanos, text: str) -> None:
        """The request *cl_ord_id* for an order was REJECTED."""
        report = ExecutionReport(
            self._response.arrival(now),
            now,
            cl_ord_id,
            "",
            str(next(self._numbers)),
            ExecType.REJECTED,
            OrdStatus.REJECTED,
            instrument,
            cum_qty=Lots(0),
            text=text,
        )
        self.told.append(report)

    def traded(
        self,
        order: VenueOrder,
        now: Nanos,
        *,
        price: Ticks,
        qty: Lots,
        liquidity: Liquidity,
        fee: Money,
    ) -> None:
        """*qty* of *order*, which counts it already, traded at *price*."""
        report = ExecutionReport(
            self._response.arrival(now),
            now,
            order.cl_ord_id,
            str(order.number),
            str(next(self._numbers)),
            _TRADE,
            order.ord_status,
            order.instrument,
            price,
            qty,
            order.cum_qty,
            liquidity,
            fee,
        )
        self.told.append(report)

    def refused(self, cl_ord_id: ClOrdId, now: Nanos, text: str) -> None:
        """A cancel or replace of *cl_ord_id* was refused; that order goes on as it was."""
        self.told.append(CancelReject(self._response.arrival(now), cl_ord_id, text))

    def take(self) -> list[ExecutionReport | CancelReject]:
        """Return what was said since the last time."""
        told, self.told = self.told, []
        return told

    def _say(self, order: VenueOrder, exec_type: ExecType, now: Nanos, text: str = "") -> None:
        report = ExecutionReport(
            self._response.arrival(now),
            now,
            order.cl_ord_id,
            str(order.number),
            str(next(self._numbers)),
            exec_type,
            order.ord_status,
            order.instrument,
            cum_qty=order.cum_qty,
            text=text,
        )
        self.told.append(report)
