"""Rules: the pre-trade controls, each a pure function from a case to a refusal or None."""

from math import inf
from typing import Final

from graphwiz_trader.domain.exposure import added_exposure
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.intent import Bounds, Case, Intent, Rule
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Refused
from graphwiz_trader.domain.units import MILLISECOND

# Looking a member up in its enumeration costs as much as a rule.
_BUY: Final = Side.BUY


def trading_state(case: Case, bounds: Bounds) -> Refused | None:
    """
    REDUCING passes what reduces; HALTED only what the engine itself must still close.

    Nothing passes where nobody knows what our orders do: a hedge might be hedged twice.
    """
    intent = case.intent
    state = case.view.trading_state(intent.strategy, intent.instrument, case.venue)
    if state is TradingState.ACTIVE:
        return None
    if intent.reducing and not case.view.is_blind(case.venue):
        return None
    reason = Reason.HALTED if state is TradingState.HALTED else Reason.REDUCING
    return Refused(reason, intent.instrument, state.value, TradingState.ACTIVE.value)


def venue_rules(case: Case, bounds: Bounds) -> Refused | None:
    """Price, quantity and notional are what the venue takes; the grid holds by construction."""
    instrument, qty = case.instrument, case.intent.qty
    if qty < instrument.min_qty or qty <= 0:
        return _refuse(Reason.BELOW_MIN, case, qty, instrument.min_qty)
    if instrument.max_qty is not None and qty > instrument.max_qty:
        return _refuse(Reason.ABOVE_MAX, case, qty, instrument.max_qty)
    if case.notional < instrument.min_notional:
        return _refuse(Reason.MIN_NOTIONAL, case, case.notional, instrument.min_notional)
    return None


def duplicate_intent(case: Case, bounds: Bounds) -> Refused | None:
    """The same order is not already on its way, unanswered."""
    intent = case.intent
    for order in case.orders:
        if (
            not order.order_id
            and order.price == intent.price
            and order.order_qty == intent.qty
            and order.side is intent.side
            and order.strategy == intent.strategy
            and order is not intent.replaces
        ):
            return _refuse(Reason.DUPLICATE_INTENT, case, order.cl_ord_id, "no twin in flight")
    return None


def identical_orders(case: Case, bounds: Bounds) -> Refused | None:
    """No storm of equal orders."""
    most = bounds.settings.max_identical_orders_per_second
    seen = case.view.identical_in_last_second(case.intent)
    return _refuse(Reason.IDENTICAL_ORDERS, case, seen + 1, most) if seen >= most else None


def order_size(case: Case, bounds: Bounds) -> Refused | None:
    """One order is not too much, in base units and in money; closing what is held never is."""
    if case.intent.reducing:
        return None
    most = bounds.settings.max_order_qty
    if most is not None:
        size = case.instrument.units(case.intent.qty, case.intent.price)
        if size > most:
            return _refuse(Reason.ORDER_QTY, case, size, most)
    return _too_much(Reason.ORDER_NOTIONAL, case, bounds.max_order_notional)


def price_collar(case: Case, bounds: Bounds) -> Refused | None:
    """The price is near our own book's mid and near what other venues say."""
    intent, book = case.intent, case.book
    if not book.is_two_sided:
        return None
    collar = bounds.price_collar_bps
    away = _beyond(intent.price, book.mid, intent)
    if away > collar:
        return _refuse(Reason.PRICE_COLLAR, case, f"{away:.2f} bps", f"{collar} bps")
    reference = case.view.reference_mid(intent.instrument)
    if reference is not None:
        away = _beyond(intent.price * case.instrument.tick, reference, intent)
        if away > collar:
            found = f"{away:.2f} bps of other venues"
            return _refuse(Reason.PRICE_COLLAR, case, found, f"{collar} bps")
    return None


def book_usable(case: Case, bounds: Bounds) -> Refused | None:
    """The book it relies on is whole, uncrossed and fresh."""
    book = case.book
    if not book.is_usable:
        return _refuse(Reason.BOOK_UNUSABLE, case, "unusable", "synced, two-sided, uncrossed")
    age = case.view.now - book.ts
    if age > bounds.max_book_age:
        most = f"{bounds.settings.max_book_age_ms} ms"
        return _refuse(Reason.BOOK_STALE, case, f"{age / MILLISECOND:.0f} ms", most)
    return None


def balance(case: Case, bounds: Bounds) -> Refused | None:
    """What it may cost is free, after everything already reserved."""
    intent, instrument, account = case.intent, case.instrument, case.account
    if instrument.kind is not Kind.SPOT and intent.reducing:
        return None
    need = account.need(instrument, intent.side, intent.price, intent.qty)
    free = account.free(need.asset)
    if need.amount > free:
        return _refuse(Reason.BALANCE, case, f"{need}", f"{free} {need.asset} free")
    return None


def position(case: Case, bounds: Bounds) -> Refused | None:
    """Worst case, the instrument and its asset net of venues stay within the limit."""
    intent, instrument, view = case.intent, case.instrument, case.view
    if intent.reducing:
        return None
    limit = view.position_limit(intent.strategy)
    on_side = case.buys if intent.side is _BUY else case.sells
    lots = case.held * intent.side + on_side + intent.qty
    worst = instrument.units(lots, intent.price)
    if worst > limit:
        return _refuse(Reason.POSITION, case, worst, limit)
    more = instrument.units(intent.qty, intent.price)
    net = view.asset_worst(instrument.base, intent.side) + more
    if net > limit:
        return _refuse(Reason.ASSET_EXPOSURE, case, net, limit)
    return None


def exposure(case: Case, bounds: Bounds) -> Refused | None:
    """Worst case, gross exposure stays within its limits: at the venue, everywhere, and net."""
    if case.intent.reducing:
        return None
    if case.value is None:
        found = "no price in the reporting currency"
        return _refuse(Reason.EXPOSURE, case, found, "a price")
    view, more = case.view, added_exposure(case, case.value)
    total = view.exposure(None) + more
    if total > bounds.max_exposure:
        return _refuse(Reason.EXPOSURE, case, f"{total:.2f}", bounds.settings.max_exposure)
    if bounds.max_venue_exposure != inf:
        there = view.exposure(case.venue) + more
        if there > bounds.max_venue_exposure:
            most = bounds.settings.max_venue_exposure
            return _refuse(Reason.VENUE_EXPOSURE, case, f"{there:.2f}", most)
    if bounds.max_net_exposure != inf:
        before = view.net_exposure()
        net = abs(before + case.intent.side * case.value)
        if net > bounds.max_net_exposure and net > abs(before):
            most = bounds.settings.max_net_exposure
            return _refuse(Reason.EXPOSURE, case, f"net {net:.2f}", most)
    return None


def open_orders(case: Case, bounds: Bounds) -> Refused | None:
    """Not too many orders may still fill."""
    count = case.view.open_orders()
    if not case.intent.reducing and count >= bounds.settings.max_open_orders:
        return _refuse(Reason.OPEN_ORDERS, case, count + 1, bounds.settings.max_open_orders)
    return None


def order_rate(case: Case, bounds: Bounds) -> Refused | None:
    """Not too many orders or cancels a second."""
    if case.intent.reducing:
        return None
    orders = case.view.orders_in_last_second()
    if orders >= bounds.settings.max_orders_per_second:
        return _refuse(Reason.ORDER_RATE, case, orders + 1, bounds.settings.max_orders_per_second)
    cancels = case.view.cancels_in_last_second()
    if cancels > bounds.settings.max_cancels_per_second:
        return _refuse(Reason.ORDER_RATE, case, cancels, bounds.settings.max_cancels_per_second)
    return None


def order_to_trade(case: Case, bounds: Bounds) -> Refused | None:
    """Not too many orders for each fill."""
    ratio = case.view.order_to_trade()
    if not case.intent.reducing and ratio > bounds.settings.max_order_to_trade:
        return _refuse(
            Reason.ORDER_TO_TRADE, case, f"{ratio:.0f}", bounds.settings.max_order_to_trade
        )
    return None


def daily_loss(case: Case, bounds: Bounds) -> Refused | None:
    """The day has not lost what trips the circuit breaker."""
    if case.intent.reducing:
        return None
    lost = case.view.day_pnl()
    if lost <= bounds.day_floor:
        return _refuse(Reason.DAILY_LOSS, case, f"{lost:.2f}", f"{bounds.day_floor:.2f}")
    return None


def drawdown(case: Case, bounds: Bounds) -> Refused | None:
    """Equity is not too far below its peak."""
    if case.intent.reducing:
        return None
    down = case.view.drawdown_pct()
    if down >= bounds.max_drawdown_pct:
        return _refuse(Reason.DRAWDOWN, case, f"{down:.2f} %", f"{bounds.max_drawdown_pct} %")
    return None


def consecutive_losses(case: Case, bounds: Bounds) -> Refused | None:
    """Not too many trades in a row have lost."""
    if bounds.settings.max_consecutive_losses is None or case.intent.reducing:
        return None
    lost = case.view.losses_in_a_row()
    if lost >= bounds.settings.max_consecutive_losses:
        return _refuse(
            Reason.CONSECUTIVE_LOSSES, case, lost, bounds.settings.max_consecutive_losses
        )
    return None


def self_match(case: Case, bounds: Bounds) -> Refused | None:
    """It cannot trade with an order of our own."""
    intent = case.intent
    for order in case.orders:
        if order.side is intent.side or order.time_in_force is not TimeInForce.GTC:
            continue
        if (intent.price - order.price) * intent.side >= 0:
            return _refuse(Reason.SELF_MATCH, case, order.cl_ord_id, "no own order in reach")
    return None


def size_cap(case: Case, bounds: Bounds) -> Refused | None:
    """The rollout stage allows this size."""
    if case.intent.reducing:
        return None
    return _too_much(Reason.SIZE_CAP, case, bounds.size_cap)


def decision_ttl(case: Case, bounds: Bounds) -> Refused | None:
    """The decision is not older than it was meant to live."""
    late = case.view.now - case.intent.expires
    if late > 0:
        return _refuse(Reason.EXPIRED, case, f"{late / MILLISECOND:.1f} ms late", "in time")
    return None


def _beyond(price: float, mid: float, intent: Intent) -> float:
    """How far *price* is on the paying side of *mid*, bps."""
    return (price - mid) * intent.side / abs(mid) * 1e4


def _too_much(reason: Reason, case: Case, most: float) -> Refused | None:
    """Refuse an order worth more than *most*, or of unknown worth where there is a limit."""
    if most == inf or (case.value is not None and case.value <= most):
        return None
    return _refuse(reason, case, case.value, most)


def _refuse(reason: Reason, case: Case, found: object, limit: object) -> Refused:
    return Refused(reason, case.intent.instrument, str(found), str(limit))


RULES: tuple[Rule, ...] = (
    trading_state,
    venue_rules,
    duplicate_intent,
    identical_orders,
    order_size,
    price_collar,
    book_usable,
    balance,
    position,
    exposure,
    open_orders,
    order_rate,
    order_to_trade,
    daily_loss,
    drawdown,
    consecutive_losses,
    self_match,
    size_cap,
    decision_ttl,
)
"""In this order, the first no is the answer."""
