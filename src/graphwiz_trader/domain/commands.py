"""
Commands: everything the engine can ask for, in the imperative. Read this second.

Orders can only be submitted or replaced from an `Admitted`; cancels need none.
"""

from enum import Enum
from typing import TypeAlias

from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import exact_value, value


class Severity(Enum):
    """How urgent an alert is."""

    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


@exact_value
class SubmitOrder:
    """Send a new order."""

    cl_ord_id: ClOrdId
    strategy: StrategyId
    instrument: InstrumentId
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    price: Ticks
    order_qty: Lots


@exact_value
class ReplaceOrder:
    """Change price and quantity of a working order; the new request has its own id."""

    cl_ord_id: ClOrdId
    orig_cl_ord_id: ClOrdId
    instrument: InstrumentId
    price: Ticks
    order_qty: Lots


@exact_value
class CancelOrder:
    """Withdraw one of our orders."""

    cl_ord_id: ClOrdId
    instrument: InstrumentId


@exact_value
class CancelAll:
    """Withdraw all of our own orders at a venue."""

    venue: Venue


@value
class SetTimer:
    """Wake *owner* at *at* with `TimerFired(owner, name)`; a later one of that name replaces it."""

    at: Nanos
    owner: str
    name: str


@exact_value
class RaiseAlert:
    """Tell a person."""

    severity: Severity
    code: str
    text: str


OrderCommand: TypeAlias = SubmitOrder | ReplaceOrder | CancelOrder | CancelAll
Command: TypeAlias = OrderCommand | SetTimer | RaiseAlert
