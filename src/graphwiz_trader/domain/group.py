"""OrderGroup: legs that belong together, and the debt that stands while they do not match."""

from decimal import Decimal

import attrs

from graphwiz_trader.domain.facts import GroupState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.position import ZERO, flow
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import ClOrdId, Lots, Nanos, StrategyId, Ticks

CLOSED = frozenset({GroupState.DONE, GroupState.UNWOUND, GroupState.MISSED})


@attrs.define
class GroupLeg:
    """One leg: what was planned, and what its instrument traded for the group since."""

    plan: Leg
    instrument: Instrument
    lots: int = 0
    cash: Decimal = ZERO

    @property
    def base(self) -> Decimal:
        """Signed base units traded here."""
        return self.instrument.qty(self.lots) * self.instrument.multiplier


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
        leg.lots += side * qty
        leg.cash += flow(leg.instrument, side, price, qty) - fee
        self.fees += fee
        self.fills += 1
