"""Ways: how what a sequential group carries could be brought home, what brings most first."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from graphwiz_trader.domain.facts import GroupState, TradingState
from graphwiz_trader.domain.group import GroupLeg, OrderGroup
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.route import Step
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal
from graphwiz_trader.domain.units import Asset, Lots, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.hedge import Hedge, hedges, worse
from graphwiz_trader.engine.state import EngineState

DEPTH = 20
"""Levels a side that an order is planned through."""

UNSEEN = float("-inf")


@value
class _Path:
    """
    Trades that turn an asset into money: legs of a group by their index, and the sides of them.

    `completes`: it is the plan; otherwise the plan is given up.
    """

    legs: tuple[int, ...]
    sides: tuple[Side, ...]
    completes: bool


@value
class _Taken:
    """*qty* lots, what they bring after the fee, and the worst price to send them at."""

    qty: Lots
    brings: Decimal
    limit: Ticks


def ways(group: OrderGroup, state: EngineState) -> tuple[Hedge, ...]:
    """
    Return what could be sent next for what *group* carries: the dearest asset first.

    An asset can go on as planned, go back the way it came, or be sold for money where that is
    traded; each is followed to its end, through the depth shown, in whole lots and after fees, and
    is worth the money it brings. What ends as dust is no way, and what cannot be seen to its end
    is not taken; nor is one asset turned into another while trading is not on, or beyond limits.
    What is missing of an asset is bought back, as of any group.

    Source: strategies reference, §3: the least of going on, reversing the leg, selling to quote.
    """
    found: list[Hedge] = []
    debts = [(asset, debt) for asset, debt in group.debts.items() if debt]
    for asset, debt in sorted(debts, key=lambda owed: -abs(owed[1]) * group.worth(owed[0])):
        if debt < 0:
            found += hedges(group, asset, debt, state)
            continue
        ranked = (_way(group, path, debt, state) for path in _paths(group, asset))
        found += sorted((way for way in ranked if way is not None), key=_rank)
    return tuple(found)


def exits(signal: Signal, state: EngineState) -> tuple[Leg, ...]:
    """Return what sells an asset that *signal* carries for money, and is none of its legs."""
    names = [leg.instrument for leg in signal.legs]
    steps = [Step(state.instruments[leg.instrument], leg.side) for leg in signal.legs]
    money, venue = steps[0].given, steps[0].instrument.venue
    carried = [step.received for step in steps[:-1]]
    found: list[Leg] = []
    for name, instrument in state.instruments.items():
        bid = state.books[name].bid
        is_direct = (instrument.quote, instrument.kind) == (money, Kind.SPOT)
        is_here = instrument.venue == venue and instrument.base in carried and name not in names
        if is_direct and is_here and bid is not None:
            found.append(Leg(name, Side.SELL, bid, Lots(0)))
    return tuple(found)


def release(group: OrderGroup, state: EngineState) -> None:
    """Let go of what was kept for the next order of *group*, so that it can be sent."""
    held = state.accounts[group.legs[0].instrument.venue].held
    for asset, amount in group.carried.items():
        held[asset] = held[asset] - amount
    group.carried.clear()


def keep(group: OrderGroup, state: EngineState) -> None:
    """Reserve what *group* carries, but for what its orders in flight hold, against all others."""
    account = state.accounts[group.legs[0].instrument.venue]
    in_flight = dict.fromkeys(group.debts, ZERO)
    for name in group.live:
        order = state.orders.find(name)
        if order is not None:
            instrument = state.instruments[order.instrument]
            need = account.need(instrument, order.side, order.price, order.leaves_qty)
            in_flight[need.asset] = in_flight.get(need.asset, ZERO) + need.amount
    for asset, debt in group.debts.items():
        kept = debt - in_flight[asset]
        if kept > 0:
            account.held[asset] = account.held.get(asset, ZERO) + kept
            group.carried[asset] = kept


def _rank(way: Hedge) -> tuple[float, bool, int]:
    return -way.cash, not way.completes, way.leg


def _paths(group: OrderGroup, asset: Asset) -> Iterator[_Path]:
    """Yield the ways from *asset* to money that no flattened instrument bars."""
    steps = [Step(leg.instrument, leg.plan.side) for leg in group.legs]
    planned = 1 + next(i for i, step in enumerate(steps) if step.received == group.money)
    for path in _all_paths(steps, planned, asset):
        if not any(group.legs[i].instrument.id in group.flattened for i in path.legs):
            yield path


def _all_paths(steps: Sequence[Step], planned: int, asset: Asset) -> Iterator[_Path]:
    at = next(i for i, step in enumerate(steps) if step.given == asset)
    yield _Path(tuple(range(at, planned)), tuple(s.side for s in steps[at:planned]), completes=True)
    back = tuple(range(at - 1, -1, -1))
    yield _Path(back, tuple(Side(-steps[i].side) for i in back), completes=False)
    for i in range(planned, len(steps)):
        if steps[i].given == asset:
            yield _Path((i,), (Side.SELL,), completes=False)


def _way(group: OrderGroup, path: _Path, amount: Decimal, state: EngineState) -> Hedge | None:
    """Return the first order of *path* and what all of it would bring; None if that is dust."""
    leg, side = group.legs[path.legs[0]], path.sides[0]
    is_planned = path.completes and group.state is GroupState.WORKING
    band = ZERO if is_planned else state.policy.limits.group.band_bps
    account = state.accounts[leg.instrument.venue]
    first: _Taken | None = None
    for index, towards in zip(path.legs, path.sides, strict=True):
        step, plan = Step(group.legs[index].instrument, towards), group.legs[index].plan
        if _is_dust(step, amount, plan.price, state):
            return None
        spendable = account.free(step.given) if first is None else None
        taken = _taken(step, amount, spendable, band if first is None else ZERO, state)
        if taken is None:
            qty = Lots(0) if first is None else first.qty
            return _hedge(path, qty, leg.plan.price, None, UNSEEN, side)
        first = first or taken
        amount = taken.brings
    is_new = path.completes and len(path.legs) > 1
    if first is None or (is_new and not _may_go_on(group, leg, side, first, state)):
        return None
    cash = float(amount) * (state.rate(group.money) or 1.0)
    return _hedge(path, first.qty, leg.plan.price, first.limit, cash, side)


def _hedge(
    path: _Path, qty: Lots, planned: Ticks, limit: Ticks | None, cash: float, side: Side
) -> Hedge:
    return Hedge(path.legs[0], side, qty, path.completes, planned, limit, cash, limit)


def _may_go_on(
    group: OrderGroup, leg: GroupLeg, side: Side, first: _Taken, state: EngineState
) -> bool:
    """Whether trading is on, and limits leave room for what one carried asset would become."""
    name, venue = leg.instrument.id, leg.instrument.venue
    is_on = state.trading_state(group.strategy, name, venue) is TradingState.ACTIVE
    return is_on and state.headroom(group.strategy, name, side, first.limit) >= first.qty


def _is_dust(step: Step, amount: Decimal, planned: Ticks, state: EngineState) -> bool:
    """Whether *amount* is less than the venue takes, at the price now or else as planned."""
    instrument = step.instrument
    book = state.books[instrument.id]
    touch = (book.ask if step.side is Side.BUY else book.bid) if book.is_usable else None
    price = planned if touch is None else touch
    limit = worse(price, step.side, state.policy.limits.group.band_bps)
    if step.side is Side.BUY:
        one = max(instrument.notional(limit, 1), instrument.worth)
        qty = int(amount / (one * _with_fee(instrument, state)))
    else:
        qty = instrument.lots_within(amount)
    if qty < max(1, instrument.min_qty):
        return True
    return instrument.notional(min(price, limit), qty) < instrument.min_notional


def _taken(
    step: Step, amount: Decimal, spendable: Decimal | None, band: Decimal, state: EngineState
) -> _Taken | None:
    """
    Return what taking *amount* through the book gives, None where that cannot be seen.

    Of what is *spendable* an order is to hold its worst case, at a limit *band* bps beyond the
    worst level it needs.
    """
    instrument, side = step.instrument, step.side
    book = state.books[instrument.id]
    if not book.is_usable or state.now - book.ts > state.policy.bounds.max_book_age:
        return None
    fee = _with_fee(instrument, state)
    ticks, lots = book.levels(Side(-side), DEPTH)
    taken, moved, limit = 0, ZERO, Ticks(0)
    for tick, shown in zip(ticks.tolist(), lots.tolist(), strict=True):
        beyond = worse(Ticks(tick), side, band)
        size = shown
        if side is Side.BUY:
            size = min(size, int((amount - moved * fee) / (instrument.notional(tick, 1) * fee)))
        else:
            size = min(size, instrument.lots_within(amount) - taken)
        if spendable is not None:
            is_buy = side is Side.BUY
            worst = instrument.notional(beyond, 1) * fee if is_buy else instrument.lot_size
            size = min(size, int(spendable / worst) - taken)
        if size <= 0:
            break
        taken, moved, limit = taken + size, moved + instrument.notional(tick, size), beyond
    if taken < max(1, instrument.min_qty):
        return None
    if instrument.notional(limit, taken) < instrument.min_notional:
        return None
    brings = instrument.qty(taken) if side is Side.BUY else moved * (2 - fee)
    return _Taken(Lots(taken), brings, limit)


def _with_fee(instrument: Instrument, state: EngineState) -> Decimal:
    """Return what a notional becomes with the taker's fee; a rebate is not counted on."""
    return 1 + max(state.accounts[instrument.venue].taker_bps or ZERO, ZERO) / 10_000
