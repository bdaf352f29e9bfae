"""Venue: what an execution venue is asked, what it answers, and how often it may be asked."""

from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, ClOrdId, InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value


@value
class OrderRef:
    """Names one order; `order_id` is the venue's own id, None while we were never told."""

    instrument: InstrumentId
    cl_ord_id: ClOrdId
    order_id: str | None = None


@value
class OpenOrder:
    """An order that a venue says may still fill."""

    instrument: InstrumentId
    cl_ord_id: ClOrdId
    order_id: str
    side: Side
    price: Ticks
    order_qty: Lots
    cum_qty: Lots


@value
class Holding:
    """What a venue says we hold of a contract; spot is in the balances."""

    instrument: InstrumentId
    lots: Lots


@value
class VenueSnapshot:
    """
    All a venue says of our account, at one moment of its own between question and answer.

    `orders` are those that carry an id of ours, of any incarnation.
    """

    ts: Nanos
    orders: tuple[OpenOrder, ...]
    balances: tuple[BalanceReport, ...]
    holdings: tuple[Holding, ...] = ()


@value
class VenueTerms:
    """
    How a venue wants to be treated.

    `settle`: how long after a request nobody can say that it did not arrive.
    `capacity`: the request weight it takes in each `window`; then what each request weighs.
    `orders`: new orders and replacements it takes in any `orders_window`, 0 where it counts none.
    `dead_man`: how long after we were last heard it is to cancel our orders; 0: it cannot.
    """

    settle: Nanos = Nanos(2 * SECOND)
    capacity: int = 1_000
    window: Nanos = SECOND
    submit: int = 1
    cancel: int = 1
    query: int = 2
    snapshot: int = 10
    orders: int = 0
    orders_window: Nanos = Nanos(10 * SECOND)
    dead_man: Nanos = Nanos(0)


@value
class Usage:
    """
    What a venue last said of our requests.

    `used`: the weight it counted in its present window, −1 where it does not say.
    `closed_until`: it wants to hear nothing before (Retry-After), 0 if it has not said so;
    `is_ban`: it means that as a punishment (418), and will punish more.
    """

    ts: Nanos
    used: int = -1
    closed_until: Nanos = Nanos(0)
    is_ban: bool = False
