"""OrderGroup: legs that belong together, and the debt that stands while they do not match."""

from decimal import Decimal

import attrs

from graphwiz_trader.domain.facts import GroupState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.position import ZERO, flow
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import ClOrdId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve

CLOSED = frozenset({GroupState.DONE, GroupState.UNWOUND, GroupState.MISSED})


@attrs.define
class GroupLeg:
    """
    One leg: what was planned, and what its instrument traded for the group since.

    `base` is in signed base units, `cash` in the settlement asset, after fees.
    """

    plan: Leg
    instrument: Instrument
    base: Decimal = ZERO
    cash: Decimal = ZERO

    def regrid(self, instrument: Instrument) -> None:
        """Take over its instrument's new grid."""
        price = instrument.ticks_below(self.instrument.price(self.plan.price))
        qty = instrument.lots_within(self.instrument.qty(self.plan.qty))
        self.plan = evolve(self.plan, price=price, qty=qty)
        self.instrument = instrument


@attrs.define
class OrderGroup:
    """
    A TAKE in progress, admitted whole.

    `expected` is the planned profit in the quote asset; `deadline` is when hedging inside the
    band ends, None while nothing is owed; `alarm` when it will be looked at next whatever
    happens; `live` the orders whose end is awaited.
    """

    id: str
    strategy: StrategyId
    opportunity: str
    legs: tuple[GroupLeg, ...]
    expected: Decimal
    opened: Nanos
    state: GroupState = GroupState.WORKING
    deadline: Nanos | None = None
    alarm: Nanos | None = None
    was_unwound: bool = False
    fees: Decimal = ZERO
    fills: int = 0
    live: dict[ClOrdId, None] = attrs.field(factory=dict)
    _settled: tuple[Decimal, Decimal] = (ZERO, ZERO)

    @property
    def debt(self) -> Decimal:
        """
        Base units bought and not sold (positive), or sold and not bought (negative).

        A single leg owes nothing: its position is its purpose.
        """
        return sum((leg.base for leg in self.legs), ZERO) if len(self.legs) > 1 else ZERO

    @property
    def realised(self) -> Decimal:
        """Cash in less cash out, after fees; final once nothing is owed."""
        return sum((leg.cash for leg in self.legs), ZERO)

    def settle(self) -> tuple[Decimal, Decimal]:
        """Return profit and fees since it was last settled: a late fill can open it again."""
        before, self._settled = self._settled, (self.realised, self.fees)
        return self._settled[0] - before[0], self._settled[1] - before[1]

    def book(self, index: int, side: Side, price: Ticks, qty: Lots, fee: Decimal) -> None:
        """Book one fill of leg *index*."""
        leg = self.legs[index]
        leg.base += side * leg.instrument.qty(qty) * leg.instrument.multiplier
        leg.cash += flow(leg.instrument, side, price, qty) - fee
        self.fees += fee
        self.fills += 1
