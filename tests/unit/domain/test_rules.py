"""Every rule refuses with its reason and numbers, and passes what is exactly at its limit."""

from decimal import Decimal

import attrs
import pytest

from graphwiz_trader.domain import rules
from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.intent import Bounds, Case, Intent, Rule
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Refused
from graphwiz_trader.domain.units import (
    MILLISECOND,
    Asset,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Venue,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make

BTC = make.instrument()
RICH = {Asset("USDT"): Decimal(10**9), Asset("BTC"): Decimal(10**6)}
FULL = ([("99.9", "5")], [("100.1", "5")])
ACTIVE, REDUCING, HALTED = TradingState.ACTIVE, TradingState.REDUCING, TradingState.HALTED


def _book(of: Instrument = BTC, levels: tuple[list, list] = FULL) -> OrderBook:
    book = OrderBook(of)
    book.apply(make.book_update(of, *levels))
    return book


@attrs.define
class Sight:
    """A `RiskView` that answers what a test says."""

    of: Instrument = BTC
    now: Nanos = make.START
    book: OrderBook = attrs.field(factory=_book)
    account: Account = attrs.field(factory=lambda: Account(Venue("alpha"), None, dict(RICH)))
    state: TradingState = ACTIVE
    orders: tuple[Order, ...] = ()
    held: str = "0"
    buys: str = "0"
    sells: str = "0"
    net_of_venues: str = "0"
    usdt: float | None = 1.0
    gross: float = 0.0
    at_venue: float = 0.0
    net: float = 0.0
    elsewhere: float | None = None
    live: int = 0
    sent: int = 0
    canceled: int = 0
    identical: int = 0
    ratio: float = 0.0
    day: float = 0.0
    down: float = 0.0
    lost: int = 0
    blind: bool = False

    @property
    def books(self) -> dict[InstrumentId, OrderBook]:
        return {self.of.id: self.book}

    @property
    def instruments(self) -> dict[InstrumentId, Instrument]:
        return {self.of.id: self.of}

    @property
    def accounts(self) -> dict[Venue, Account]:
        return {self.of.venue: self.account}

    def trading_state(
        self, strategy: StrategyId, instrument: InstrumentId, venue: Venue
    ) -> TradingState:
        return self.state

    def is_blind(self, venue: Venue) -> bool:
        return self.blind

    def orders_of(self, instrument: InstrumentId) -> tuple[Order, ...]:
        return self.orders

    def position(self, instrument: InstrumentId) -> Lots:
        return self.of.lots(self.held)

    def open_lots(self, instrument: InstrumentId, side: Side) -> Lots:
        return self.of.lots(self.buys if side is Side.BUY else self.sells)

    def open_orders(self) -> int:
        return self.live

    def position_limit(self, strategy: StrategyId) -> Decimal:
        return Decimal(10)

    def asset_worst(self, asset: Asset, side: Side) -> Decimal:
        return Decimal(self.net_of_venues)

    def rate(self, asset: Asset) -> float | None:
        return self.usdt if asset == "USDT" else 100.0

    def exposure(self, venue: Venue | None) -> float:
        return self.gross if venue is None else self.at_venue

    def net_exposure(self) -> float:
        return self.net

    def reference_mid(self, instrument: InstrumentId) -> float | None:
        return self.elsewhere

    def orders_in_last_second(self) -> int:
        return self.sent

    def cancels_in_last_second(self) -> int:
        return self.canceled

    def identical_in_last_second(self, intent: Intent) -> int:
        return self.identical

    def order_to_trade(self) -> float:
        return self.ratio

    def day_pnl(self) -> float:
        return self.day

    def drawdown_pct(self) -> float:
        return self.down

    def losses_in_a_row(self) -> int:
        return self.lost

    def hedge_debt(self) -> float:
        return 0.0


def _intent(side: Side = Side.BUY, price: str = "100.0", qty: str = "1", **more: object) -> Intent:
    of = more.pop("of", BTC)
    assert isinstance(of, Instrument)
    wanted = Intent(
        StrategyId("test"),
        of.id,
        side,
        OrdType.LIMIT,
        TimeInForce.IOC,
        of.ticks(price),
        of.lots(qty),
        make.START,
    )
    return evolve(wanted, **more)


def _ask(rule: Rule, sight: Sight, intent: Intent | None = None, **limits: object):
    settings = RiskSettings(**limits)  # type: ignore[arg-type] # a test names its own limits
    return rule(Case.of(intent or _intent(of=sight.of), sight), Bounds.of(settings))


def _told(refused: Refused | None) -> tuple[Reason, str, str] | None:
    return None if refused is None else (refused.reason, refused.found, refused.limit)


# Of each rule: its settings, what is just allowed, what is refused, the answer, and whether what
# only reduces passes all the same.
LIMITS = [
    (rules.identical_orders, {}, {"identical": 2}, {"identical": 3},
     (Reason.IDENTICAL_ORDERS, "4", "3"), False),
    (rules.open_orders, {}, {"live": 49}, {"live": 50}, (Reason.OPEN_ORDERS, "51", "50"), True),
    (rules.order_rate, {}, {"sent": 9}, {"sent": 10}, (Reason.ORDER_RATE, "11", "10"), True),
    (rules.order_rate, {}, {"canceled": 50}, {"canceled": 51}, (Reason.ORDER_RATE, "51", "50"),
     True),
    (rules.order_to_trade, {}, {"ratio": 500.0}, {"ratio": 501.0},
     (Reason.ORDER_TO_TRADE, "501", "500"), True),
    (rules.daily_loss, {}, {"day": -499.99}, {"day": -500.0},
     (Reason.DAILY_LOSS, "-500.00", "-500.00"), True),
    (rules.drawdown, {}, {"down": 9.99}, {"down": 10.0}, (Reason.DRAWDOWN, "10.00 %", "10.0 %"),
     True),
    (rules.consecutive_losses, {"max_consecutive_losses": 3}, {"lost": 2}, {"lost": 3},
     (Reason.CONSECUTIVE_LOSSES, "3", "3"), True),
    (rules.exposure, {}, {"gross": 9_900.0}, {"gross": 9_900.1},
     (Reason.EXPOSURE, "10000.10", "10000"), True),
    (rules.exposure, {"max_venue_exposure": Decimal(200)}, {"at_venue": 100.0},
     {"at_venue": 100.1}, (Reason.VENUE_EXPOSURE, "200.10", "200"), True),
    (rules.exposure, {"max_net_exposure": Decimal(200)}, {"net": 100.0}, {"net": 100.1},
     (Reason.EXPOSURE, "net 200.10", "200"), True),
    (rules.exposure, {}, {"usdt": 1.0}, {"usdt": None},
     (Reason.EXPOSURE, "no price in the reporting currency", "a price"), True),
    (rules.position, {}, {"held": "9"}, {"held": "9.001"}, (Reason.POSITION, "10.001", "10"), True),
    (rules.position, {}, {"held": "4", "buys": "5"}, {"held": "4", "buys": "5.001"},
     (Reason.POSITION, "10.001", "10"), True),
    (rules.position, {}, {"net_of_venues": "9"}, {"net_of_venues": "9.001"},
     (Reason.ASSET_EXPOSURE, "10.001", "10"), True),
    (rules.order_size, {"max_order_qty": Decimal(1)}, {}, {"qty": "1.001"},
     (Reason.ORDER_QTY, "1.001", "1"), True),
    (rules.order_size, {"max_order_notional": Decimal(100)}, {}, {"price": "100.1"},
     (Reason.ORDER_NOTIONAL, "100.1", "100.0"), True),
    (rules.order_size, {"max_order_notional": Decimal(100)}, {}, {"usdt": None},
     (Reason.ORDER_NOTIONAL, "None", "100.0"), True),
    (rules.size_cap, {"size_cap": Decimal(100)}, {}, {"price": "100.1"},
     (Reason.SIZE_CAP, "100.1", "100.0"), True),
    (rules.price_collar, {}, {"price": "101.0"}, {"price": "101.1"},
     (Reason.PRICE_COLLAR, "110.00 bps", "100.0 bps"), False),
    (rules.price_collar, {}, {"price": "101.0", "elsewhere": 100.0},
     {"price": "101.0", "elsewhere": 99.9},
     (Reason.PRICE_COLLAR, "110.11 bps of other venues", "100.0 bps"), False),
    (rules.book_usable, {}, {"now": make.START + 2_000 * MILLISECOND},
     {"now": make.START + 2_001 * MILLISECOND}, (Reason.BOOK_STALE, "2001 ms", "2000 ms"), False),
    (rules.book_usable, {}, {}, {"book": OrderBook(BTC)},
     (Reason.BOOK_UNUSABLE, "unusable", "synced, two-sided, uncrossed"), False),
    (rules.decision_ttl, {}, {"now": make.START}, {"now": make.START + MILLISECOND // 2},
     (Reason.EXPIRED, "0.5 ms late", "in time"), False),
    (rules.trading_state, {}, {"state": ACTIVE}, {"state": REDUCING},
     (Reason.REDUCING, "REDUCING", "ACTIVE"), True),
    (rules.trading_state, {}, {"state": ACTIVE}, {"state": HALTED},
     (Reason.HALTED, "HALTED", "ACTIVE"), True),
]  # fmt: skip


def _given(change: dict[str, object]) -> tuple[Sight, Intent]:
    wanted = {key: change[key] for key in ("price", "qty", "side") if key in change}
    rest = {key: value for key, value in change.items() if key not in wanted}
    return Sight(**rest), _intent(**wanted)  # type: ignore[arg-type] # a case names its fields


@pytest.mark.parametrize(("rule", "limits", "allowed", "refused", "answer", "reducing"), LIMITS)
def test_a_rule_passes_what_is_at_its_limit_and_refuses_what_is_beyond(
    rule: Rule, limits: dict, allowed: dict, refused: dict, answer: tuple, reducing: bool
) -> None:
    at, beyond = _given(allowed), _given(refused)

    assert _ask(rule, *at, **limits) is None
    assert _told(_ask(rule, *beyond, **limits)) == answer


@pytest.mark.parametrize(("rule", "limits", "allowed", "refused", "answer", "reducing"), LIMITS)
def test_what_only_reduces_passes_where_the_rule_is_about_taking_risk(
    rule: Rule, limits: dict, allowed: dict, refused: dict, answer: tuple, reducing: bool
) -> None:
    sight, intent = _given(refused)

    found = _ask(rule, sight, evolve(intent, reducing=True), **limits)

    assert (found is None) is reducing


def test_the_rules_are_asked_in_the_order_of_the_controls() -> None:
    names = [rule.__name__ for rule in rules.RULES]

    assert names == [
        "trading_state", "venue_rules", "duplicate_intent", "identical_orders", "order_size",
        "price_collar", "book_usable", "balance", "position", "exposure", "open_orders",
        "order_rate", "order_to_trade", "daily_loss", "drawdown", "consecutive_losses",
        "self_match", "size_cap", "decision_ttl",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "qty", "answer"),
    [
        ({"min_qty": Lots(1000)}, "1", None),
        ({"min_qty": Lots(1000)}, "0.999", (Reason.BELOW_MIN, "999", "1000")),
        ({"min_qty": Lots(0)}, "0", (Reason.BELOW_MIN, "0", "0")),
        ({"max_qty": Lots(1000)}, "1", None),
        ({"max_qty": Lots(1000)}, "1.001", (Reason.ABOVE_MAX, "1001", "1000")),
        ({"min_notional": Decimal(100)}, "1", None),
        ({"min_notional": Decimal(100)}, "0.999", (Reason.MIN_NOTIONAL, "99.9000", "100")),
    ],
)
@pytest.mark.parametrize("reducing", [False, True])
def test_the_venue_s_own_limits_hold_for_everything(
    change: dict, qty: str, answer: tuple | None, reducing: bool
) -> None:
    of = evolve(BTC, **change)
    sight = Sight(of=of)

    refused = _ask(rules.venue_rules, sight, _intent(of=of, qty=qty, reducing=reducing))

    assert _told(refused) == answer


@pytest.mark.parametrize(
    ("change", "is_twin"),
    [
        ({}, True),
        ({"order_id": "v1"}, False),
        ({"price": BTC.ticks("100.1")}, False),
        ({"order_qty": BTC.lots("2")}, False),
        ({"side": Side.SELL}, False),
        ({"strategy": StrategyId("other")}, False),
    ],
)
def test_a_twin_that_is_on_its_way_unanswered_is_a_duplicate(change: dict, is_twin: bool) -> None:
    order = make.order(BTC)
    for name, changed in change.items():
        setattr(order, name, changed)

    refused = _ask(rules.duplicate_intent, Sight(orders=(order,)))

    expected = (Reason.DUPLICATE_INTENT, order.cl_ord_id, "no twin in flight")
    assert _told(refused) == (expected if is_twin else None)


def test_a_replacement_is_no_twin_of_what_it_replaces() -> None:
    order = make.order(BTC)

    assert _ask(rules.duplicate_intent, Sight(orders=(order,)), _intent(replaces=order)) is None


def test_a_sale_has_its_collar_below() -> None:
    at = _ask(rules.price_collar, Sight(), _intent(Side.SELL, "99.0"))
    beyond = _ask(rules.price_collar, Sight(), _intent(Side.SELL, "98.9"))

    assert at is None
    assert _told(beyond) == (Reason.PRICE_COLLAR, "110.00 bps", "100.0 bps")


def test_a_price_that_gives_rather_than_pays_has_no_collar() -> None:
    assert _ask(rules.price_collar, Sight(), _intent(price="50.0")) is None


def test_a_book_with_one_side_is_left_to_the_next_rule() -> None:
    sight = Sight(book=_book(levels=([("99.9", "5")], [])))

    assert _ask(rules.price_collar, sight) is None
    assert _told(_ask(rules.book_usable, sight))[0] is Reason.BOOK_UNUSABLE


@pytest.mark.parametrize(("bid", "usable"), [("100.0", True), ("100.1", True), ("100.2", False)])
def test_a_locked_book_is_usable_and_a_crossed_one_is_not(bid: str, usable: bool) -> None:
    sight = Sight(book=_book(levels=([(bid, "5")], [("100.1", "5")])))

    assert (_ask(rules.book_usable, sight) is None) is usable


@pytest.mark.parametrize(
    ("side", "total", "answer"),
    [
        (Side.BUY, {"USDT": Decimal("100.1")}, None),
        (Side.BUY, {"USDT": Decimal("100.09")},
         (Reason.BALANCE, "100.1000000 USDT", "100.09 USDT free")),
        (Side.SELL, {"BTC": Decimal(1)}, None),
        (Side.SELL, {"BTC": Decimal("0.999")}, (Reason.BALANCE, "1.000 BTC", "0.999 BTC free")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reducing", [False, True])
def test_what_it_may_cost_must_be_free_with_its_fee(
    side: Side, total: dict, answer: tuple | None, reducing: bool
) -> None:
    account = Account(Venue("alpha"), Decimal(10), total)

    refused = _ask(rules.balance, Sight(account=account), _intent(side, reducing=reducing))

    assert _told(refused) == answer


def test_what_other_orders_hold_is_not_free() -> None:
    account = Account(Venue("alpha"), None, {Asset("USDT"): Decimal(199)})
    account.reserve(make.order(BTC), BTC, BTC.lots("1"))

    refused = _ask(rules.balance, Sight(account=account))

    assert _told(refused) == (Reason.BALANCE, "100.0000 USDT", "99.0000 USDT free")


def test_what_it_replaces_may_fill_on_the_way_and_so_does_not_pay_for_it() -> None:
    account = Account(Venue("alpha"), None, {Asset("USDT"): Decimal(250)})
    old = make.order(BTC)
    account.reserve(old, BTC, old.leaves_qty)

    same = _ask(rules.balance, Sight(account=account), _intent(qty="1.5", replaces=old))
    more = _ask(rules.balance, Sight(account=account), _intent(qty="1.501", replaces=old))

    assert same is None
    assert more is not None


def test_closing_a_contract_needs_no_balance_and_opening_one_does() -> None:
    of = make.instrument("BTC/USDT:USDT@alpha", kind=Kind.LINEAR)
    sight = Sight(of=of, book=_book(of), account=Account(Venue("alpha"), None))

    opening = _ask(rules.balance, sight, _intent(Side.SELL, of=of))
    closing = _ask(rules.balance, sight, _intent(Side.SELL, of=of, reducing=True))

    assert _told(opening) == (Reason.BALANCE, "100.0000 USDT", "0 USDT free")
    assert closing is None


def test_a_replacement_counts_beside_the_old_order_which_may_fill_on_the_way() -> None:
    old = make.order(BTC, qty="4")
    sight = Sight(held="1", buys="4", net_of_venues="5", orders=(old,))

    same = _ask(rules.position, sight, _intent(qty="5", replaces=old))
    more = _ask(rules.position, sight, _intent(qty="5.001", replaces=old))

    assert same is None
    assert _told(more) == (Reason.POSITION, "10.001", "10")


@pytest.mark.parametrize(
    ("kind", "multiplier", "fits", "exceeds"),
    [(Kind.LINEAR, "0.01", "1000", "1001"), (Kind.INVERSE, "50", "20", "21")],
)
def test_positions_of_contracts_are_limited_in_base_units(
    kind: Kind, multiplier: str, fits: str, exceeds: str
) -> None:
    of = make.instrument("BTC/USDT:USDT@alpha", lot="1", kind=kind)
    of = evolve(of, multiplier=Decimal(multiplier))
    sight = Sight(of=of, book=_book(of))

    assert _ask(rules.position, sight, _intent(qty=fits, of=of)) is None
    refused = _ask(rules.position, sight, _intent(qty=exceeds, of=of))
    assert refused is not None
    assert refused.reason is Reason.POSITION


def test_the_size_of_an_order_of_contracts_is_limited_in_base_units() -> None:
    of = evolve(make.instrument("BTC/USDT:USDT@alpha", lot="1"), multiplier=Decimal("0.01"))
    sight, most = Sight(of=of), Decimal(1)

    fits = _ask(rules.order_size, sight, _intent(qty="100", of=of), max_order_qty=most)
    exceeds = _ask(rules.order_size, sight, _intent(qty="101", of=of), max_order_qty=most)

    assert fits is None
    assert _told(exceeds) == (Reason.ORDER_QTY, "1.01", "1")


def test_a_sale_from_a_long_position_is_measured_on_its_own_side() -> None:
    sight = Sight(held="10", sells="0", net_of_venues="-10")

    assert _ask(rules.position, sight, _intent(Side.SELL, qty="20")) is None
    assert _ask(rules.position, sight, _intent(Side.SELL, qty="20.001")) is not None


@pytest.mark.parametrize(
    ("sight", "side", "qty", "total"),
    [
        ({"held": "5"}, Side.BUY, "1", "10000.10"),
        ({"held": "5"}, Side.SELL, "10", None),
        ({"held": "5"}, Side.SELL, "11", "10000.10"),
        ({"held": "-5", "sells": "2"}, Side.BUY, "12", None),
        ({"held": "-5", "sells": "2"}, Side.BUY, "13", "10000.10"),
    ],
)
def test_exposure_grows_only_where_the_worst_case_does(
    sight: dict, side: Side, qty: str, total: str | None
) -> None:
    refused = _ask(rules.exposure, Sight(gross=9_900.1, **sight), _intent(side, qty=qty))

    assert (refused.found if refused else None) == total


def test_what_brings_net_exposure_down_passes_though_it_stays_too_high() -> None:
    limits = {"max_net_exposure": Decimal(200)}

    down = _ask(rules.exposure, Sight(net=500.0), _intent(Side.SELL), **limits)
    up = _ask(rules.exposure, Sight(net=500.0), _intent(Side.BUY), **limits)

    assert down is None
    assert up is not None


@pytest.mark.parametrize(
    ("resting", "tif", "price", "matches"),
    [
        ("100.0", TimeInForce.GTC, "100.0", True),
        ("100.1", TimeInForce.GTC, "100.0", False),
        ("100.0", TimeInForce.IOC, "100.0", False),
    ],
)
@pytest.mark.parametrize("reducing", [False, True])
def test_nothing_trades_with_an_order_of_our_own(
    resting: str, tif: TimeInForce, price: str, matches: bool, reducing: bool
) -> None:
    ours = make.order(BTC, Side.SELL, resting)
    ours.time_in_force = tif

    refused = _ask(rules.self_match, Sight(orders=(ours,)), _intent(price=price, reducing=reducing))

    expected = (Reason.SELF_MATCH, ours.cl_ord_id, "no own order in reach")
    assert _told(refused) == (expected if matches else None)


@pytest.mark.parametrize("rule", [rules.order_size, rules.size_cap, rules.consecutive_losses])
def test_a_limit_that_is_not_set_refuses_nothing(rule: Rule) -> None:
    assert _ask(rule, Sight(lost=10**6, usdt=None), _intent(qty="1000000")) is None


def test_not_even_a_hedge_is_sent_where_nobody_knows_what_our_orders_do() -> None:
    hedge = _intent(reducing=True)

    blind = _ask(rules.trading_state, Sight(state=HALTED, blind=True), hedge)

    assert _told(blind) == (Reason.HALTED, "HALTED", "ACTIVE")
