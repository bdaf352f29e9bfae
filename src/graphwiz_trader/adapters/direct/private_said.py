"""Private said: what one message about our account comes to."""

from enum import Enum
from typing import NamedTuple, TypeAlias

from graphwiz_trader.domain.orders import ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


class Purpose(Enum):
    """What a private socket is for."""

    ORDERS = "orders"
    USER = "user"


class Meaning(Enum):
    """
    What a venue's refusal of a request says about it.

    DEFINITE: it was not carried out. AMBIGUOUS: it may have been. LIMITED: not carried out, we
    ask too much. CLOCK: not carried out, our clock and the venue's differ. DENIED: not carried
    out, and our key, its permissions or our region are why. ABSENT: there is no such order.
    """

    DEFINITE = "definite"
    AMBIGUOUS = "ambiguous"
    LIMITED = "rate-limited"
    CLOCK = "clock"
    DENIED = "denied"
    ABSENT = "absent"


@value
class Refusal:
    """
    The venue said no.

    `closed_until`: it wants to hear nothing before, 0 if it did not say; `is_ban`: as a
    punishment. `is_withdrawn`: of a replacement, that the old order is gone all the same.
    """

    meaning: Meaning
    text: str
    closed_until: Nanos = Nanos(0)
    is_ban: bool = False
    is_withdrawn: bool = False


@value
class Reply:
    """The answer to the request *number*: taken as `order_id`, or refused."""

    number: int
    ts_venue: Nanos
    order_id: str = ""
    refusal: Refusal | None = None
    used: int = -1


@value
class Proceed:
    """The venue let us in; send `text` next."""

    text: bytes


@value
class Ready:
    """The socket does what it was opened for from here on."""


@value
class Refused:
    """The venue refuses what is no request of an order, or names none."""

    text: str


@value
class Ended:
    """The venue ends what the socket was opened for."""

    text: str


class Terms(NamedTuple):
    """What a replacement has of the order before it; a key of how requests are worded."""

    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce


PrivateSaid: TypeAlias = (
    Reply | tuple[ExecutionReport, ...] | Proceed | Ready | Refused | Ended | None
)
"""None: nothing follows from it."""
