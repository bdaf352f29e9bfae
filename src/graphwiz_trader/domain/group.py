"""OrderGroup: legs that belong together, and the debt that stands while they do not match."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.facts import GroupState
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.position import ZERO, flow
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import evolve

CLOSED = frozenset({GroupState.DONE, GroupState.UNWOUND, GroupState.MISSED})


def money_of(instruments: Sequence[Instrument]) -> Asset:
    """Return what legs in *instruments* are meant to earn: what most of them are quoted in."""
    quotes = [instrument.quote for instrument in instruments]
    return max(quotes, key=quotes.count)


def owed_assets(instruments: Sequence[Instrument]) -> tuple[Asset, ...]:
    """
    Return what legs in *instruments* only pass on: bases that two legs or more move.

    What they are meant to earn is not owed, nor is what one leg alone trades: that is its purpose.
    """
    money = money_of(instruments)
    moved = [i.base for i in instruments]
    moved += [i.quote for i in instruments if i.kind is Kind.SPOT]
    bases = dict.fromkeys(i.base for i in instruments)
    return tuple(asset for asset in bases if asset != money and moved.count(asset) > 1)


def is_passed_on(instrument: Instrument, owed: Sequence[Asset]) -> bool:
    """Whether the cash of a leg in *instrument* is one of the assets *owed*, and no profit."""
    return instrument.kind is Kind.SPOT and instrument.quote in owed


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

    @property
    def lots(self) -> Lots:
        """What is held of it, with its sign."""
        return self.instrument.lots_within(self.base / self.instrument.multiplier)

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
    happens; `live` the orders whose end is awaited; `flattened` the instruments that a person
    had closed, in which nothing may be left or hedged. The orders of one `is_sequential` leave one
    after the other; `carried` is what is kept of each asset for the next of them.
    """

    id: str
    strategy: StrategyId
    opportunity: str
    legs: tuple[GroupLeg, ...]
    opened: Nanos
    expected: Decimal = ZERO
    state: GroupState = GroupState.WORKING
    deadline: Nanos | None = None
    alarm: Nanos | None = None
    was_unwound: bool = False
    fees: Decimal = ZERO
    fills: int = 0
    live: dict[ClOrdId, None] = attrs.field(factory=dict)
    flattened: dict[InstrumentId, None] = attrs.field(factory=dict)
    is_sequential: bool = False
    carried: dict[Asset, Decimal] = attrs.field(factory=dict)
    money: Asset = attrs.field(init=False)
    _owed: tuple[Asset, ...] = attrs.field(init=False)
    _settled: tuple[Decimal, Decimal] = (ZERO, ZERO)

    def __attrs_post_init__(self) -> None:
        instruments = [leg.instrument for leg in self.legs]
        self.money = money_of(instruments)
        self._owed = owed_assets(instruments)

    @property
    def debts(self) -> Mapping[Asset, Decimal]:
        """
        What was received of an asset and not passed on (positive), or the other way (negative).

        A single leg owes nothing: its position is its purpose.
        """
        debts = dict.fromkeys(self._owed, ZERO)
        for leg in self.legs:
            if leg.instrument.base in debts:
                debts[leg.instrument.base] += leg.base
            if is_passed_on(leg.instrument, self._owed):
                debts[leg.instrument.quote] += leg.cash
        return debts

    @property
    def debt(self) -> Decimal:
        """The sum of debts of either sign, in what the group earns, at its planned prices."""
        return sum((abs(owed) * self.worth(asset) for asset, owed in self.debts.items()), ZERO)

    def worth(self, asset: Asset) -> Decimal:
        """Return what one *asset* is worth in what the group earns, at its planned prices."""
        worth = Decimal(1)
        for _ in self.legs:
            if asset not in self._owed:
                break
            priced = [leg for leg in self.legs if leg.instrument.base == asset]
            direct = (leg for leg in priced if leg.instrument.quote == self.money)
            leg = next(direct, priced[0])
            worth *= leg.instrument.price(leg.plan.price)
            asset = leg.instrument.quote
        return worth

    @property
    def earning(self) -> tuple[GroupLeg, ...]:
        """The legs whose cash is profit."""
        return tuple(x for x in self.legs if not is_passed_on(x.instrument, self._owed))

    @property
    def realised(self) -> Decimal:
        """Cash in less cash out, after fees; final once nothing is owed."""
        return sum((leg.cash for leg in self.earning), ZERO)

    def expect(self, accounts: Mapping[Venue, Account]) -> None:
        """Expect what the planned prices would earn after taker fees; 0 of a single leg."""
        self.expected = ZERO
        for leg in self.earning if len(self.legs) > 1 else ():
            notional = leg.instrument.notional(leg.plan.price, leg.plan.qty)
            fee = (accounts[leg.instrument.venue].taker_bps or ZERO) / 10_000
            self.expected -= notional * leg.plan.side + notional * fee

    def settle(self) -> tuple[Decimal, Decimal]:
        """Return profit and fees since it was last settled: a late fill can open it again."""
        before, self._settled = self._settled, (self.realised, self.fees)
        return self._settled[0] - before[0], self._settled[1] - before[1]

    def regrid(self, instrument: Instrument) -> None:
        """Count legs in *instrument* on its new grid."""
        for leg in self.legs:
            if leg.instrument.id == instrument.id:
                leg.regrid(instrument)

    def book(
        self,
        index: int,
        side: Side,
        price: Ticks,
        qty: Lots,
        fee: Decimal,
        commission: Money | None = None,
    ) -> None:
        """
        Book one fill of leg *index*, for a *fee* worth so much of its cash.

        What a sequential group can pass on is less a *commission* that was taken of it.
        """
        leg = self.legs[index]
        leg.base += side * leg.instrument.qty(qty) * leg.instrument.multiplier
        leg.cash += flow(leg.instrument, side, price, qty)
        if self.is_sequential and commission and commission.asset == leg.instrument.base:
            leg.base -= commission.amount
        else:
            leg.cash -= fee
        passed_on = is_passed_on(leg.instrument, self._owed)
        self.fees += fee * self.worth(leg.instrument.quote) if passed_on else fee
        self.fills += 1
