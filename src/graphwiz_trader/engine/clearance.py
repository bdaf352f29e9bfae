"""
Clearance: one look that tells most orders from those that a rule might refuse.

Asking nineteen rules costs more than the rest of a step, and most orders are far from every limit.
The look compares floats with margins wider than their rounding. It may only say yes: what is not
plainly clear goes to `domain/rules.py`, whose reasons and numbers are the only refusals.
`tests/property/test_clearance.py` holds it against the rules.
"""

from collections.abc import Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Final

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.intent import Intent
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.position import Position
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MAX_TICKS, Asset, ClOrdId, InstrumentId, StrategyId, Venue
from graphwiz_trader.domain.value import exact_value

if TYPE_CHECKING:
    from graphwiz_trader.engine.state import EngineState

MAX_LOTS: Final = 1 << 53
"""Above this a float no longer tells one lot from the next."""

_WIDER: Final = 1 + 1e-9
_NARROWER: Final = 1 - 1e-9
_BUY: Final = Side.BUY


@exact_value
class _Place:
    """
    What is looked at of one instrument, found once.

    `fewest` and `most` are in lots, `least` in money; `unit` is what a lot at a tick is worth,
    `limits` each strategy's position limit.
    """

    book: OrderBook
    account: Account
    position: Position
    orders: Mapping[ClOrdId, Order]
    may_fill: Sequence[int]
    elsewhere: tuple[OrderBook, ...]
    tick: float
    lot: float
    contract: float
    unit: float
    fewest: int
    most: int
    least: float
    base: Asset
    quote: Asset
    venue: Venue
    is_spot: bool
    is_alone: bool
    is_reported: bool
    limits: dict[StrategyId, float]


class Clearance:
    """Knows the limits as floats, and where the engine keeps what they are compared with."""

    def __init__(self, state: "EngineState") -> None:
        self._state = state
        self._settings = settings = state.policy.limits
        bounds = state.policy.bounds
        self._age = bounds.max_book_age
        self._collar = bounds.price_collar_bps / 1e4 * _NARROWER
        self._most_qty = float(settings.max_order_qty or MAX_LOTS) * _NARROWER
        self._most_value = min(bounds.max_order_notional, bounds.size_cap) * _NARROWER
        self._most_sent = settings.max_orders_per_second
        self._most_twins = min(settings.max_identical_orders_per_second, self._most_sent)
        self._most_canceled = settings.max_cancels_per_second + 1
        self._most_open = settings.max_open_orders
        self._most_tries = settings.max_order_to_trade
        self._most_losses = settings.max_consecutive_losses or inf
        self._most_exposure = bounds.max_exposure * _NARROWER
        self._most_there = bounds.max_venue_exposure * _NARROWER
        self._most_anywhere = min(self._most_exposure, self._most_there)
        self._most_net = bounds.max_net_exposure * _NARROWER
        self._places: dict[InstrumentId, _Place] = {}

    def covers(self, intent: Intent) -> bool:
        """Whether *intent* is plainly within every limit."""
        place = self._places.get(intent.instrument) or self._found(intent.instrument)
        return (
            place is not None
            and not self._state.scopes.closed
            and self._suits_the_book(intent, place)
            and self._is_rare(intent)
            and self._is_affordable(intent, place)
        )

    def _suits_the_book(self, intent: Intent, place: _Place) -> bool:
        """In time, on a book that is whole and fresh, near its price, not against our own."""
        book, now, price, side = place.book, self._state.now, intent.price, intent.side
        touch = book.usable_touch()
        if touch is None or now > intent.expires or now - book.ts > self._age:
            return False
        bid, ask = touch
        mid = (bid + ask) / 2
        if bid <= 0 or (price - mid if side is _BUY else mid - price) > self._collar * mid:
            return False
        if place.elsewhere:
            reference = self._state.reference_mid(intent.instrument)
            if reference is not None:
                away = (price * place.tick - reference) * side
                if away > self._collar * abs(reference):
                    return False
        for order in place.orders.values():
            if order.side is not side:
                if (price - order.price) * side >= 0:
                    return False
            elif order.price == price and not order.order_id:
                return False
        return True

    def _is_rare(self, intent: Intent) -> bool:
        """Orders, cancels, twins, orders a fill and losses in a row are few enough."""
        state, orders = self._state, self._state.orders
        now = state.now
        return (
            (state.sent.is_below(self._most_twins, now) or self._has_few_twins(intent))
            and state.canceled.is_below(self._most_canceled, now)
            and orders.live < self._most_open
            and orders.submitted <= self._most_tries * (orders.fills or 1)
            and state.losses < self._most_losses
            and state.loss_limits.are_kept(now)
        )

    def _has_few_twins(self, intent: Intent) -> bool:
        twins = self._settings.max_identical_orders_per_second
        return (
            self._state.sent.is_below(self._most_sent, self._state.now)
            and self._state.identical_in_last_second(intent) < twins
        )

    def _is_affordable(self, intent: Intent, place: _Place) -> bool:
        """Size, balance, position and exposure stay within their limits."""
        price, qty, is_buy = intent.price, intent.qty, intent.side is _BUY
        if not (place.fewest <= qty <= place.most and 0 < price < MAX_TICKS):
            return False
        account, cash = place.account, price * qty * place.unit
        if is_buy or not place.is_spot:
            is_covered = cash * account.fee_factor <= float(account.free(place.quote))
        else:
            is_covered = qty * place.lot * _WIDER <= float(account.free(place.base))
        rate = 1.0 if place.is_reported else self._state.rates.of(place.quote)
        if not is_covered or cash < place.least or rate is None:
            return False
        value, held = cash * rate, place.position.lots
        worst = place.may_fill[0] + held if is_buy else place.may_fill[1] - held
        limit = place.limits.get(intent.strategy) or self._limit(intent, place)
        return (
            value <= self._most_value
            and (worst + qty) * place.contract <= limit
            and (place.is_alone or self._suits_the_asset(intent, place, limit))
            and self._suits_the_exposure(place, value)
        )

    def _limit(self, intent: Intent, place: _Place) -> float:
        limit = float(self._state.position_limit(intent.strategy)) * _NARROWER
        place.limits[intent.strategy] = limit
        return limit

    def _suits_the_asset(self, intent: Intent, place: _Place, limit: float) -> bool:
        size = intent.qty * place.contract * _WIDER
        return float(self._state.asset_worst(place.base, intent.side)) + size <= limit

    def _suits_the_exposure(self, place: _Place, value: float) -> bool:
        exposures = self._state.exposures
        exposures.refresh()
        gross = exposures.total + value
        if gross > self._most_anywhere and (
            gross > self._most_exposure or exposures.at(place.venue) + value > self._most_there
        ):
            return False
        return self._most_net == inf or abs(exposures.net) + value <= self._most_net

    def _found(self, name: InstrumentId) -> _Place | None:
        """Look everything up; None where only the rules can tell."""
        state = self._state
        instrument = state.instruments.get(name)
        if instrument is None or instrument.kind is Kind.INVERSE:
            return None
        place = self._places[name] = _place(state, instrument, self._most_qty)
        return place


def _place(state: "EngineState", of: Instrument, most_qty: float) -> _Place:
    largest = MAX_LOTS if of.max_qty is None else of.max_qty
    most = min(largest, MAX_LOTS, int(most_qty / of.contract))
    return _Place(
        state.books[of.id],
        state.accounts[of.venue],
        state.holdings.positions[of.id],
        state.orders.working_in(of.id),
        state.orders.may_fill(of.id),
        state.books.elsewhere(of.id),
        of.tick,
        of.lot,
        of.contract,
        of.tick * of.contract * _WIDER,
        max(1, of.min_qty),
        most,
        of.least * _WIDER * _WIDER,
        of.base,
        of.quote,
        of.venue,
        of.kind is Kind.SPOT,
        state.is_alone(of),
        of.quote == state.rates.reporting,
        {},
    )
