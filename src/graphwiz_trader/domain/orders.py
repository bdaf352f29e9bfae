"""Orders: their vocabulary after FIX, and the table of what a report does to one."""

from enum import Enum

from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.units import (
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    Ticks,
)
from graphwiz_trader.domain.value import exact_value


class OrdType(Enum):
    """OrdType (40). LIMIT_MAKER is a limit that must not take."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"


class TimeInForce(Enum):
    """TimeInForce (59)."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class OrdStatus(Enum):
    """OrdStatus (39), and UNKNOWN: sent, no answer; FIX has no word for it."""

    PENDING_NEW = "PENDING_NEW"
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    PENDING_CANCEL = "PENDING_CANCEL"
    PENDING_REPLACE = "PENDING_REPLACE"
    UNKNOWN = "UNKNOWN"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    REPLACED = "REPLACED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"

    # By identity: by name, which is the rule, it is worked out in Python at each look into a table.
    __hash__ = object.__hash__


class ExecType(Enum):
    """ExecType (150): why a report was sent."""

    NEW = "NEW"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    REPLACED = "REPLACED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    STATUS = "STATUS"

    __hash__ = object.__hash__


class Liquidity(Enum):
    """LastLiquidityInd (851)."""

    MAKER = "MAKER"
    TAKER = "TAKER"


@exact_value
class ExecutionReport:
    """
    The venue's word on one order.

    `exec_id` names the report; a fill's is unique per venue, account and symbol.
    `ts` is receipt, `ts_venue` the match or acceptance at the venue.
    `last_px`, `last_qty`, `liquidity`, `commission` describe this fill, if it is one.
    `cum_qty` is what the venue says was filled so far, −1 where it does not say.
    """

    ts: Nanos
    ts_venue: Nanos
    cl_ord_id: ClOrdId
    order_id: str
    exec_id: str
    exec_type: ExecType
    ord_status: OrdStatus
    instrument: InstrumentId
    last_px: Ticks = Ticks(0)
    last_qty: Lots = Lots(0)
    cum_qty: Lots = Lots(-1)
    liquidity: Liquidity | None = None
    commission: Money | None = None
    text: str = ""
