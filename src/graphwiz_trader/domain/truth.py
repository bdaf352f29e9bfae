"""Truth: what simulated exchanges say has happened, for those who must prove that they knew it."""

from collections.abc import Mapping
from decimal import Decimal

from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import value


@value
class TrueOrder:
    """An order that a venue accepted; `price` is None for a market order."""

    ts: Nanos
    venue: Venue
    cl_ord_id: ClOrdId
    instrument: InstrumentId
    side: Side
    qty: Decimal
    price: Decimal | None


@value
class TrueFill:
    """One fill; `fee` was taken in `fee_asset`, negative is a rebate."""

    ts: Nanos
    venue: Venue
    cl_ord_id: ClOrdId
    exec_id: str
    instrument: InstrumentId
    side: Side
    qty: Decimal
    price: Decimal
    fee: Decimal
    fee_asset: Asset


@value
class TrueAccount:
    """What an account owned at first and at last, and which of its orders were still open."""

    venue: Venue
    opened: Mapping[Asset, Decimal]
    closed: Mapping[Asset, Decimal]
    open_orders: tuple[str, ...]


@value
class Truth:
    """
    Everything, each kind in the order in which it happened.

    `faults` counts what went wrong on purpose, by kind.
    """

    orders: tuple[TrueOrder, ...]
    fills: tuple[TrueFill, ...]
    accounts: tuple[TrueAccount, ...]
    faults: Mapping[str, int]
