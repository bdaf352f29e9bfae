"""Signals: a strategy's opinion with legs, and a gate's no."""

from enum import Enum

from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import value


class SignalKind(Enum):
    """
    What a signal asks for.

    TAKE: all legs together, as one group, or none. QUOTE: the quotes now desired, in place of
    the previous ones. EXIT: reduce what is held.
    """

    TAKE = "TAKE"
    QUOTE = "QUOTE"
    EXIT = "EXIT"


@value
class Leg:
    """One order a strategy wants: never through *price*."""

    instrument: InstrumentId
    side: Side
    price: Ticks
    qty: Lots
    time_in_force: TimeInForce = TimeInForce.IOC
    post_only: bool = False


@value
class Signal:
    """
    An opinion: *legs* are worth *edge_bps* after fees until *expires*.

    `confidence` is in [0, 1]; `strength` ranks signals of one strategy.
    `opportunity` names the episode it acts on. The legs of a `sequential` TAKE lead from one asset
    round to it again, and leave one after the other, each with what the one before brought.
    """

    strategy: StrategyId
    kind: SignalKind
    legs: tuple[Leg, ...]
    edge_bps: float
    expires: Nanos
    confidence: float = 1.0
    strength: float = 0.0
    opportunity: str = ""
    reason: str = ""
    sequential: bool = False


class Stage(Enum):
    """How far an opportunity has come (docs/reference, Opportunity accounting)."""

    SEEN = "SEEN"
    AFTER_FEES = "AFTER_FEES"
    SURVIVED = "SURVIVED"
    CLOSED = "CLOSED"


@value
class Observation:
    """
    What a strategy noticed about one episode of a route, taken or not.

    `opportunity` names the episode; `gross_bps` is the touch before fees, `net_bps` the average
    after fees at `qty` (base units of the route), both NaN where not evaluated.
    """

    strategy: StrategyId
    opportunity: str
    route: str
    stage: Stage
    gross_bps: float
    net_bps: float
    qty: float


class Reason(Enum):
    """Why a gate said no."""

    HALTED = "HALTED"
    REDUCING = "REDUCING"
    OFF_GRID = "OFF_GRID"
    BELOW_MIN = "BELOW_MIN"
    ABOVE_MAX = "ABOVE_MAX"
    MIN_NOTIONAL = "MIN_NOTIONAL"
    DUPLICATE_INTENT = "DUPLICATE_INTENT"
    IDENTICAL_ORDERS = "IDENTICAL_ORDERS"
    ORDER_QTY = "ORDER_QTY"
    ORDER_NOTIONAL = "ORDER_NOTIONAL"
    PRICE_COLLAR = "PRICE_COLLAR"
    BOOK_UNUSABLE = "BOOK_UNUSABLE"
    BOOK_STALE = "BOOK_STALE"
    BALANCE = "BALANCE"
    POSITION = "POSITION"
    ASSET_EXPOSURE = "ASSET_EXPOSURE"
    VENUE_EXPOSURE = "VENUE_EXPOSURE"
    EXPOSURE = "EXPOSURE"
    OPEN_ORDERS = "OPEN_ORDERS"
    ORDER_RATE = "ORDER_RATE"
    ORDER_TO_TRADE = "ORDER_TO_TRADE"
    DAILY_LOSS = "DAILY_LOSS"
    DRAWDOWN = "DRAWDOWN"
    CONSECUTIVE_LOSSES = "CONSECUTIVE_LOSSES"
    SELF_MATCH = "SELF_MATCH"
    SIZE_CAP = "SIZE_CAP"
    EXPIRED = "EXPIRED"
    HEDGE_DEBT = "HEDGE_DEBT"
    UNKNOWN_INSTRUMENT = "UNKNOWN_INSTRUMENT"
    NO_ROUND = "NO_ROUND"


@value
class Refused:
    """A gate's no, with the numbers: what was *found* against its *limit*."""

    reason: Reason
    instrument: InstrumentId | None = None
    found: str = ""
    limit: str = ""
