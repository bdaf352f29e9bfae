"""Hedge: how a group's debt could be traded away, cheapest first."""

from decimal import Decimal

from graphwiz_trader.domain.group import GroupLeg, OrderGroup
from graphwiz_trader.domain.intent import Intent
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.state import EngineState


@value
class Hedge:
    """
    Trade *qty* lots of leg *leg*.

    `completes`: it is the leg that fell behind; otherwise it takes back one that went ahead.
    `price` is the touch now, None while the book is unusable; `cash` what one base unit
    would bring after the fee, negative when bought, in the reporting currency; of one of `ways`,
    what the whole way would. `limit` is the price such a one is to be sent at, None for others.
    """

    leg: int
    side: Side
    qty: Lots
    completes: bool
    planned: Ticks
    price: Ticks | None
    cash: float
    limit: Ticks | None

    def within(self, band_bps: Decimal) -> Ticks | None:
        """Return the planned price worsened by the band, None when the touch is beyond it."""
        if self.price is None:
            return None
        limit = worse(self.planned, self.side, band_bps)
        return limit if (self.price - limit) * self.side <= 0 else None

    def marketable(self, band_bps: Decimal) -> Ticks | None:
        """Return the touch worsened by the band, None while there is none."""
        return None if self.price is None else worse(self.price, self.side, band_bps)

    def intent(self, group: OrderGroup, price: Ticks, now: Nanos) -> Intent:
        """Return what sends it at *price*, decided *now*."""
        return Intent(
            group.strategy,
            group.legs[self.leg].plan.instrument,
            self.side,
            OrdType.LIMIT,
            TimeInForce.IOC,
            price,
            self.qty,
            now,
            reducing=True,
            group=group.id,
            leg=self.leg,
        )


def hedges(group: OrderGroup, asset: Asset, debt: Decimal, state: EngineState) -> tuple[Hedge, ...]:
    """
    Return the legs on which *debt* of *asset* can be traded away, the best cash first.

    A positive debt is sold, a negative one bought.
    Empty when what is owed is below every venue's minimum at a price it could be sent at: that
    is dust, not debt.
    """
    side = Side.SELL if debt > 0 else Side.BUY
    found = [
        _hedge(i, leg, side, abs(debt), state)
        for i, leg in enumerate(group.legs)
        if leg.instrument.base == asset and leg.instrument.id not in group.flattened
    ]
    return tuple(sorted((h for h in found if h is not None), key=lambda h: (-h.cash, h.leg)))


def all_hedges(group: OrderGroup, state: EngineState) -> tuple[Hedge, ...]:
    """Return the hedges of everything that *group* owes, asset by asset."""
    return tuple(
        hedge
        for asset, debt in group.debts.items()
        if debt
        for hedge in hedges(group, asset, debt, state)
    )


def closings(group: OrderGroup, state: EngineState) -> tuple[Hedge, ...]:
    """Return what closes the legs that a person had flattened, but for dust."""
    found = (
        _hedge(i, leg, Side.SELL if leg.base > 0 else Side.BUY, abs(leg.base), state)
        for i, leg in enumerate(group.legs)
        if leg.base and leg.instrument.id in group.flattened
    )
    return tuple(hedge for hedge in found if hedge is not None)


def _hedge(
    index: int, leg: GroupLeg, side: Side, debt: Decimal, state: EngineState
) -> Hedge | None:
    instrument = leg.instrument
    qty = instrument.lots_within(debt / instrument.multiplier)
    if qty < max(1, instrument.min_qty):
        return None
    book = state.books[instrument.id]
    price, cash = None, float("-inf")
    if book.is_usable:
        price = book.bid if side is Side.SELL else book.ask
    nearest = leg.plan.price if price is None else min(leg.plan.price, price)
    worst = worse(nearest, side, state.policy.limits.group.band_bps)
    if instrument.notional(worst, qty) < instrument.min_notional:
        return None
    if price is not None:
        depth = book.vwap(side, qty)
        fee = (state.taker_fee_bps(instrument.venue) or 0.0) / 1e4
        if depth is not None:
            rate = state.rate(instrument.quote) or 1.0
            cash = -side * depth * instrument.tick * (1 + side * fee) * rate
    completes = side is leg.plan.side
    return Hedge(index, side, qty, completes, leg.plan.price, price, cash, None)


def worse(price: Ticks, side: Side, bps: Decimal) -> Ticks:
    """Return *price* worsened by *bps* of it for an order of *side*, in whole ticks."""
    return Ticks(price + side * int(abs(price) * bps / 10_000))
