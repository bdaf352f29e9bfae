"""Rules: the pre-trade controls, each a pure function from an intent to a refusal or None."""

from graphwiz_trader.domain.exposure import added_exposure, replaced, reported
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.intent import Intent, RiskView, Rule
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.signal import Reason, Refused
from graphwiz_trader.domain.units import MILLISECOND


def trading_state(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """REDUCING passes what reduces; HALTED only what the engine itself must still close."""
    venue = view.instruments[intent.instrument].venue
    state = view.trading_state(intent.strategy, intent.instrument, venue)
    if state is TradingState.ACTIVE or intent.reducing:
        return None
    reason = Reason.HALTED if state is TradingState.HALTED else Reason.REDUCING
    return Refused(reason, intent.instrument, state.value, TradingState.ACTIVE.value)


def venue_rules(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """Price, quantity and notional are what the venue takes; the grid holds by construction."""
    instrument = view.instruments[intent.instrument]
    if intent.qty < instrument.min_qty or intent.qty <= 0:
        return _refuse(Reason.BELOW_MIN, intent, intent.qty, instrument.min_qty)
    if instrument.max_qty is not None and intent.qty > instrument.max_qty:
        return _refuse(Reason.ABOVE_MAX, intent, intent.qty, instrument.max_qty)
    if instrument.min_notional:
        notional = instrument.notional(intent.price, intent.qty)
        if notional < instrument.min_notional:
            return _refuse(Reason.MIN_NOTIONAL, intent, notional, instrument.min_notional)
    return None


def duplicate_intent(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """The same order is not already on its way, unanswered."""
    for order in view.orders_of(intent.instrument):
        if (
            order.strategy == intent.strategy
            and not order.order_id
            and order.side is intent.side
            and order.price == intent.price
            and order.order_qty == intent.qty
            and order is not intent.replaces
        ):
            return _refuse(Reason.DUPLICATE_INTENT, intent, order.cl_ord_id, "no twin in flight")
    return None


def identical_orders(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """No storm of equal orders."""
    seen = view.identical_in_last_second(intent)
    if seen >= limits.max_identical_orders_per_second:
        return _refuse(
            Reason.IDENTICAL_ORDERS, intent, seen + 1, limits.max_identical_orders_per_second
        )
    return None


def order_size(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """One order is not too much, in base units and in money."""
    if limits.max_order_qty is not None:
        qty = view.instruments[intent.instrument].qty(intent.qty)
        if qty > limits.max_order_qty:
            return _refuse(Reason.ORDER_QTY, intent, qty, limits.max_order_qty)
    if limits.max_order_notional is not None:
        notional = reported(intent, view)
        if notional is None or notional > limits.max_order_notional:
            return _refuse(Reason.ORDER_NOTIONAL, intent, notional, limits.max_order_notional)
    return None


def price_collar(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """The price is near our own book's mid and near what other venues say."""
    book = view.books[intent.instrument]
    if not book.is_two_sided:
        return None
    collar = float(limits.price_collar_bps)
    mid = book.mid
    away = (intent.price - mid) * intent.side / abs(mid) * 1e4
    if away > collar:
        return _refuse(Reason.PRICE_COLLAR, intent, f"{away:.2f} bps", f"{collar} bps")
    reference = view.reference_mid(intent.instrument)
    if reference is not None:
        price = intent.price * view.instruments[intent.instrument].tick
        away = (price - reference) * intent.side / abs(reference) * 1e4
        if away > collar:
            return _refuse(
                Reason.PRICE_COLLAR, intent, f"{away:.2f} bps of other venues", f"{collar} bps"
            )
    return None


def book_usable(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """The book it relies on is whole, uncrossed and fresh."""
    book = view.books[intent.instrument]
    if not book.is_usable:
        return _refuse(Reason.BOOK_UNUSABLE, intent, "unusable", "synced, two-sided, uncrossed")
    age = view.now - book.ts
    if age > limits.max_book_age_ms * MILLISECOND:
        return _refuse(
            Reason.BOOK_STALE, intent, f"{age / MILLISECOND:.0f} ms", f"{limits.max_book_age_ms} ms"
        )
    return None


def balance(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """What it may cost is free, after everything already reserved."""
    instrument = view.instruments[intent.instrument]
    account = view.accounts[instrument.venue]
    need = account.need(instrument, intent.side, intent.price, intent.qty)
    free = account.free(need.asset)
    if intent.replaces is not None and intent.replaces.side is intent.side:
        old = intent.replaces
        free += account.need(instrument, old.side, old.price, old.leaves_qty).amount
    if instrument.kind is not Kind.SPOT and intent.reducing:
        return None
    if need.amount > free:
        return _refuse(Reason.BALANCE, intent, f"{need}", f"{free} {need.asset} free")
    return None


def position(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """Worst case, the instrument and its asset net of venues stay within the limit."""
    if intent.reducing:
        return None
    instrument = view.instruments[intent.instrument]
    limit = view.position_limit(intent.strategy)
    more = instrument.qty(intent.qty - replaced(intent))
    held = view.position(intent.instrument) * intent.side
    worst = instrument.qty(held + view.open_lots(intent.instrument, intent.side)) + more
    if worst > limit:
        return _refuse(Reason.POSITION, intent, worst, limit)
    net = view.asset_worst(instrument.base, intent.side) + more
    if net > limit:
        return _refuse(Reason.ASSET_EXPOSURE, intent, net, limit)
    return None


def exposure(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """Worst case, gross exposure stays within its limits: at the venue, everywhere, and net."""
    if intent.reducing:
        return None
    more = added_exposure(intent, view)
    if more is None:
        return _refuse(Reason.EXPOSURE, intent, "no price in the reporting currency", "a price")
    total = view.exposure(None) + more
    if total > limits.max_exposure:
        return _refuse(Reason.EXPOSURE, intent, f"{total:.2f}", limits.max_exposure)
    if limits.max_venue_exposure is not None:
        venue = view.instruments[intent.instrument].venue
        there = view.exposure(venue) + more
        if there > limits.max_venue_exposure:
            return _refuse(Reason.VENUE_EXPOSURE, intent, f"{there:.2f}", limits.max_venue_exposure)
    if limits.max_net_exposure is not None:
        notional = reported(intent, view) or 0.0
        net = abs(view.net_exposure() + intent.side * notional)
        if net > limits.max_net_exposure and net > abs(view.net_exposure()):
            return _refuse(Reason.EXPOSURE, intent, f"net {net:.2f}", limits.max_net_exposure)
    return None


def open_orders(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """Not too many orders may still fill."""
    count = view.open_orders()
    if not intent.reducing and count >= limits.max_open_orders:
        return _refuse(Reason.OPEN_ORDERS, intent, count + 1, limits.max_open_orders)
    return None


def order_rate(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """Not too many orders or cancels a second."""
    if intent.reducing:
        return None
    orders = view.orders_in_last_second()
    if orders >= limits.max_orders_per_second:
        return _refuse(Reason.ORDER_RATE, intent, orders + 1, limits.max_orders_per_second)
    cancels = view.cancels_in_last_second()
    if cancels > limits.max_cancels_per_second:
        return _refuse(Reason.ORDER_RATE, intent, cancels, limits.max_cancels_per_second)
    return None


def order_to_trade(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """Not too many orders for each fill."""
    ratio = view.order_to_trade()
    if not intent.reducing and ratio > limits.max_order_to_trade:
        return _refuse(Reason.ORDER_TO_TRADE, intent, f"{ratio:.0f}", limits.max_order_to_trade)
    return None


def daily_loss(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """The day has not lost what trips the circuit breaker."""
    if intent.reducing:
        return None
    floor = float(limits.circuit_breaker_threshold * limits.max_exposure)
    lost = view.day_pnl()
    if lost <= floor:
        return _refuse(Reason.DAILY_LOSS, intent, f"{lost:.2f}", f"{floor:.2f}")
    return None


def drawdown(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """Equity is not too far below its peak."""
    if intent.reducing:
        return None
    down = view.drawdown_pct()
    if down >= limits.max_drawdown_pct:
        return _refuse(Reason.DRAWDOWN, intent, f"{down:.2f} %", f"{limits.max_drawdown_pct} %")
    return None


def consecutive_losses(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """Not too many trades in a row have lost."""
    if limits.max_consecutive_losses is None or intent.reducing:
        return None
    lost = view.losses_in_a_row()
    if lost >= limits.max_consecutive_losses:
        return _refuse(Reason.CONSECUTIVE_LOSSES, intent, lost, limits.max_consecutive_losses)
    return None


def self_match(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """It cannot trade with an order of our own."""
    for order in view.orders_of(intent.instrument):
        if order.side is intent.side or order.time_in_force is not TimeInForce.GTC:
            continue
        if (intent.price - order.price) * intent.side >= 0:
            return _refuse(Reason.SELF_MATCH, intent, order.cl_ord_id, "no own order in reach")
    return None


def size_cap(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """The rollout stage allows this size."""
    if limits.size_cap is None or intent.reducing:
        return None
    notional = reported(intent, view)
    if notional is None or notional > limits.size_cap:
        return _refuse(Reason.SIZE_CAP, intent, notional, limits.size_cap)
    return None


def decision_ttl(intent: Intent, view: RiskView, limits: RiskSettings) -> Refused | None:
    """The decision is not older than it was meant to live."""
    if view.now > intent.expires:
        late = (view.now - intent.expires) / MILLISECOND
        return _refuse(Reason.EXPIRED, intent, f"{late:.1f} ms late", "in time")
    return None


def _refuse(reason: Reason, intent: Intent, found: object, limit: object) -> Refused:
    return Refused(reason, intent.instrument, str(found), str(limit))


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
