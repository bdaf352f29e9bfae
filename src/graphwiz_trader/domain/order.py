"""Order: one request of ours and what the venue has said of it so far."""

from enum import Enum
from math import nan
from typing import Final

from graphwiz_trader.domain.errors import IllegalTransition
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Nanos, StrategyId, Ticks

TERMINAL: Final = frozenset(
    {
        OrdStatus.FILLED,
        OrdStatus.CANCELED,
        OrdStatus.REPLACED,
        OrdStatus.REJECTED,
        OrdStatus.EXPIRED,
    }
)

_S, _E = OrdStatus, ExecType

# What a report that is not a fill makes of an order: (ord_status, exec_type) to ord_status.
# After FIX, "Order State Changes"; a pair that is missing is impossible. A terminal status
# absorbs everything: what arrives after it is late, a duplicate, or a fill (see `_filled`).
TRANSITIONS: Final[dict[tuple[OrdStatus, ExecType], OrdStatus]] = {
    (_S.PENDING_NEW, _E.NEW): _S.NEW,
    (_S.PENDING_NEW, _E.REJECTED): _S.REJECTED,
    (_S.PENDING_NEW, _E.CANCELED): _S.CANCELED,
    (_S.PENDING_NEW, _E.EXPIRED): _S.EXPIRED,
    (_S.PENDING_NEW, _E.REPLACED): _S.NEW,
    (_S.NEW, _E.NEW): _S.NEW,
    (_S.NEW, _E.REJECTED): _S.REJECTED,
    (_S.NEW, _E.CANCELED): _S.CANCELED,
    (_S.NEW, _E.EXPIRED): _S.EXPIRED,
    (_S.NEW, _E.REPLACED): _S.NEW,
    (_S.PARTIALLY_FILLED, _E.NEW): _S.PARTIALLY_FILLED,
    (_S.PARTIALLY_FILLED, _E.CANCELED): _S.CANCELED,
    (_S.PARTIALLY_FILLED, _E.EXPIRED): _S.EXPIRED,
    (_S.PARTIALLY_FILLED, _E.REPLACED): _S.PARTIALLY_FILLED,
    (_S.PENDING_CANCEL, _E.NEW): _S.PENDING_CANCEL,
    (_S.PENDING_CANCEL, _E.REJECTED): _S.REJECTED,
    (_S.PENDING_CANCEL, _E.CANCELED): _S.CANCELED,
    (_S.PENDING_CANCEL, _E.EXPIRED): _S.EXPIRED,
    (_S.PENDING_CANCEL, _E.REPLACED): _S.PENDING_CANCEL,
    (_S.PENDING_REPLACE, _E.NEW): _S.PENDING_REPLACE,
    (_S.PENDING_REPLACE, _E.CANCELED): _S.CANCELED,
    (_S.PENDING_REPLACE, _E.EXPIRED): _S.EXPIRED,
    (_S.UNKNOWN, _E.NEW): _S.NEW,
    (_S.UNKNOWN, _E.REJECTED): _S.REJECTED,
    (_S.UNKNOWN, _E.CANCELED): _S.CANCELED,
    (_S.UNKNOWN, _E.EXPIRED): _S.EXPIRED,
    (_S.UNKNOWN, _E.REPLACED): _S.NEW,
}


class Applied(Enum):
    """What a report did to an order."""

    CHANGED = "CHANGED"
    FILLED = "FILLED"
    ABSORBED = "ABSORBED"


# Looking a member up in its enumeration costs as much as the comparison.
_CHANGED: Final = Applied.CHANGED
_ABSORBED: Final = Applied.ABSORBED
_BOOKED: Final = Applied.FILLED
_TRADE: Final = ExecType.TRADE
_STATUS: Final = ExecType.STATUS
_PENDING_NEW: Final[OrdStatus] = OrdStatus.PENDING_NEW
_NEW: Final = OrdStatus.NEW
_PARTIALLY_FILLED: Final = OrdStatus.PARTIALLY_FILLED
_FILLED: Final = OrdStatus.FILLED
_NO_LOTS: Final = Lots(0)


class Order:
    """
    One order request. `cum_qty + leaves_qty == order_qty` while it is live, `leaves_qty` 0 after.

    `reducing` marks hedges, unwinds, exits and flattenings.
    `decided` is when, and `mid` (float ticks, NaN without one) where, the decision was made.
    """

    def __init__(
        self,
        cl_ord_id: ClOrdId,
        strategy: StrategyId,
        instrument: InstrumentId,
        side: Side,
        ord_type: OrdType,
        time_in_force: TimeInForce,
        price: Ticks,
        order_qty: Lots,
        decided: Nanos,
        mid: float = nan,
        group: str = "",
        leg: int = -1,
        reducing: bool = False,  # noqa: FBT001, FBT002 # a field
        replaces: ClOrdId | None = None,
    ) -> None:
        self.cl_ord_id = cl_ord_id
        self.strategy = strategy
        self.instrument = instrument
        self.side = side
        self.ord_type = ord_type
        self.time_in_force = time_in_force
        self.price = price
        self.order_qty = order_qty
        self.decided = decided
        self.mid = mid
        self.group = group
        self.leg = leg
        self.reducing = reducing
        self.replaces = replaces
        self.ord_status = _PENDING_NEW
        self.cum_qty = _NO_LOTS
        self.order_id = self.text = ""
        self.exec_ids: dict[str, None] = {}

    @property
    def is_live(self) -> bool:
        """Whether it may still fill, as far as anyone knows."""
        return self.ord_status not in TERMINAL

    @property
    def leaves_qty(self) -> Lots:
        """What may still fill."""
        if self.ord_status in TERMINAL:
            return _NO_LOTS
        return Lots(self.order_qty - self.cum_qty)

    def apply(self, report: ExecutionReport) -> Applied:
        """
        Take in *report*.

        A report seen before (same `exec_id`) is absorbed, as is anything but a fill after the end.
        A fill after the end still counts: what the venue traded is traded.

        Raises:
            IllegalTransition: the venue's word cannot be; nothing was changed.
        """
        if report.exec_id and report.exec_id in self.exec_ids:
            return _ABSORBED
        if report.exec_type is _TRADE:
            return self._filled(report)
        if self.ord_status in TERMINAL:
            return _ABSORBED
        if report.exec_type is _STATUS:
            return self._told(report)
        after = TRANSITIONS.get((self.ord_status, report.exec_type))
        if after is None:
            raise IllegalTransition(
                f"order {self.cl_ord_id} is {self.ord_status.value}"
                f" and cannot take {report.exec_type.value} ({report.text or 'no text'})"
            )
        self._note(report)
        if after is _NEW and self.cum_qty:
            after = _PARTIALLY_FILLED
        changed = after is not self.ord_status
        self.ord_status = after
        return _CHANGED if changed else _ABSORBED

    def lose_sight(self, text: str) -> bool:
        """Become UNKNOWN: the request went out and no answer came. Return whether that is news."""
        unanswered = not self.order_id and self.ord_status is OrdStatus.PENDING_CANCEL
        if self.ord_status is not OrdStatus.PENDING_NEW and not unanswered:
            return False
        self.ord_status = OrdStatus.UNKNOWN
        self.text = text
        return True

    def _filled(self, report: ExecutionReport) -> Applied:
        cum = self.cum_qty + report.last_qty
        if report.last_qty <= 0 or cum > self.order_qty:
            raise IllegalTransition(
                f"order {self.cl_ord_id} of {self.order_qty} lots has {self.cum_qty}"
                f" and cannot take a fill of {report.last_qty}"
            )
        self._note(report)
        self.cum_qty = Lots(cum)
        if cum == self.order_qty:
            self.ord_status = _FILLED
        elif self.ord_status in (_PENDING_NEW, _NEW):
            self.ord_status = _PARTIALLY_FILLED
        return _BOOKED

    def _told(self, report: ExecutionReport) -> Applied:
        """A venue's answer to our question; it cannot end an order whose fills we still miss."""
        status = report.ord_status
        missing = status is OrdStatus.FILLED and self.cum_qty < self.order_qty
        if missing or report.cum_qty > self.cum_qty:
            return Applied.ABSORBED
        self._note(report)
        if status not in TERMINAL:
            if self.ord_status in (OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE):
                return Applied.ABSORBED
            status = OrdStatus.PARTIALLY_FILLED if self.cum_qty else OrdStatus.NEW
        changed = status is not self.ord_status
        self.ord_status = status
        return Applied.CHANGED if changed else Applied.ABSORBED

    def _note(self, report: ExecutionReport) -> None:
        if report.exec_id:
            self.exec_ids[report.exec_id] = None
        self.order_id = report.order_id or self.order_id
        self.text = report.text or self.text
