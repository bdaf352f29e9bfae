"""Blotter: what a venue remembers of one account's orders and fills."""

from collections import OrderedDict, deque

from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos
from graphwiz_trader.simulation.matching import VenueOrder

KEPT = 65_536


class Blotter:
    """Working orders, the last `KEPT` closed ones, and the last `KEPT` fills."""

    def __init__(self) -> None:
        self._working: dict[ClOrdId, VenueOrder] = {}
        self._closed: OrderedDict[ClOrdId, VenueOrder] = OrderedDict()
        self._fills: deque[ExecutionReport] = deque(maxlen=KEPT)

    @property
    def working(self) -> tuple[VenueOrder, ...]:
        """Orders that may still fill, oldest first."""
        return tuple(self._working.values())

    def find(self, cl_ord_id: ClOrdId) -> VenueOrder | None:
        """Return the order *cl_ord_id*, working or closed, or None if it is not known."""
        return self._working.get(cl_ord_id) or self._closed.get(cl_ord_id)

    def open(self, order: VenueOrder) -> None:
        """A new order works."""
        self._working[order.cl_ord_id] = order

    def close(self, order: VenueOrder) -> None:
        """*order* has ended."""
        self._closed[order.cl_ord_id] = self._working.pop(order.cl_ord_id)
        if len(self._closed) > KEPT:
            self._closed.popitem(last=False)

    def fill(self, report: ExecutionReport) -> None:
        """An order traded."""
        self._fills.append(report)

    def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return the fills in *instrument* whose match was not before *since*, oldest first."""
        return tuple(
            fill for fill in self._fills if fill.instrument == instrument and fill.ts_venue >= since
        )
