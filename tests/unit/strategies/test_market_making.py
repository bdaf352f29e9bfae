"""Market making on books that a test shows: what rests, what stays, what goes."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SetTimer, SubmitOrder
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.events import BookGap, FeedDown, TimerFired
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, OrdType
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Nanos, StrategyId, Venue
from graphwiz_trader.strategies.market_making import MarketMaking, MarketMakingConfig
from graphwiz_trader.testing import make

BTC = make.instrument("BTC/USDT@alpha", tick="0.01", min_notional="5")
SECOND = 1_000_000_000
SETTINGS = {
    "order_qty": Decimal("0.1"),
    "max_quotes": 2,
    "warmup": 1,
    "gamma": 0.1,
    "fill_decay": 0.5,
    "maker_fee_bps": 1.0,
    "keep_bps": 1.0,
    "sigma_grid_ms": 100,
}


class Floor:
    """One maker on one venue, and the orders it has resting."""

    def __init__(self, others: tuple[Instrument, ...] = (), **settings: object) -> None:
        config = MarketMakingConfig(**{**SETTINGS, **settings})  # type: ignore[arg-type] # a test names its own
        quoted = (BTC, *others)
        self.maker = MarketMaking(StrategyId("mm"), config, quoted, Nanos(SECOND))
        self.engine = make.engine(quoted, [self.maker], RiskSettings(max_position_size=Decimal(10)))
        self.now = make.START
        self.engine.step(make.balance("alpha", "USDT", "10000"))
        self.engine.step(make.balance("alpha", "BTC", "10"))

    def show(
        self, bid: str = "999.50", ask: str = "1000.50", qty: str = "5", after: int = SECOND
    ) -> Outcome:
        self.now += after
        update = make.book_update(BTC, [(bid, qty)], [(ask, qty)], self.now)
        return self.engine.step(update)

    def begin(self) -> dict[Side, SubmitOrder]:
        """Warm up on a mid of 1000 and accept both quotes."""
        self.show("999.40", "1000.40")
        quotes = {order.side: order for order in submitted(self.show())}
        for order in quotes.values():
            self.engine.step(make.report(BTC, order.cl_ord_id, ExecType.NEW, ts=self.now))
        return quotes

    def fill(self, order: SubmitOrder, qty: str) -> Outcome:
        report = make.report(
            BTC, order.cl_ord_id, ExecType.TRADE, qty=qty, price=str(BTC.price(order.price)),
            ts=self.now,
        )  # fmt: skip
        return self.engine.step(report)


def submitted(outcome: Outcome) -> list[SubmitOrder]:
    return [c for c in outcome.commands if isinstance(c, SubmitOrder)]


def replaced(outcome: Outcome) -> list[ReplaceOrder]:
    return [c for c in outcome.commands if isinstance(c, ReplaceOrder)]


def canceled(outcome: Outcome) -> list[CancelOrder]:
    return [c for c in outcome.commands if isinstance(c, CancelOrder)]


def test_nothing_is_quoted_before_the_volatility_is_known() -> None:
    assert submitted(Floor(warmup=3).show()) == []


def test_both_sides_rest_around_the_fair_price_beyond_the_fee() -> None:
    quotes = Floor().begin()

    assert {order.ord_type for order in quotes.values()} == {OrdType.LIMIT_MAKER}
    assert {order.order_qty for order in quotes.values()} == {BTC.lots("0.1")}
    bid, ask = (BTC.price(quotes[side].price) for side in (Side.BUY, Side.SELL))
    assert bid <= Decimal("999.90") < Decimal("1000.10") <= ask
    assert abs((bid + ask) / 2 - 1000) <= BTC.tick_size


def test_the_fair_price_leans_to_the_thinner_side() -> None:
    floor = Floor()
    floor.show("999.40", "1000.40")
    floor.now += SECOND
    thin_bid = [("999.50", "1")], [("1000.50", "4")]

    orders = submitted(floor.engine.step(make.book_update(BTC, *thin_bid, floor.now)))

    assert sum(BTC.price(order.price) for order in orders) / 2 < 1000


def test_order_flow_shifts_the_fair_price_its_way() -> None:
    plain, leaning = Floor(fair="mid"), Floor(fair="mid", flow_bps=20.0)

    before, after = (floor.begin()[Side.SELL].price for floor in (plain, leaning))

    assert after > before


def test_a_quote_near_its_target_keeps_its_place() -> None:
    floor = Floor()
    floor.begin()

    outcome = floor.show("999.51", "1000.51")

    assert outcome.commands == ()


def test_a_quote_far_from_its_target_moves() -> None:
    floor = Floor(keep_bps=0.1)
    floor.begin()

    outcome = floor.show("999.80", "1000.80")

    assert len(replaced(outcome)) == 2


def test_a_quote_through_fair_less_fee_goes_although_it_was_just_changed() -> None:
    floor = Floor(min_interval_ms=10_000, keep_bps=50.0)
    old = floor.begin()

    outcome = floor.show("999.00", "999.85", after=1_000_000)

    moved = {order.orig_cl_ord_id for order in replaced(outcome)}
    assert moved == {old[Side.BUY].cl_ord_id}


def test_a_side_just_changed_waits_for_its_interval() -> None:
    floor = Floor(min_interval_ms=10_000, keep_bps=0.0)
    floor.begin()

    outcome = floor.show("999.60", "1000.60")

    assert outcome.commands == ()


def test_what_is_left_of_a_partly_filled_quote_stays() -> None:
    floor = Floor()
    quotes = floor.begin()
    floor.fill(quotes[Side.BUY], "0.04")

    outcome = floor.show()

    touched = {order.orig_cl_ord_id for order in replaced(outcome)}
    touched |= {order.cl_ord_id for order in canceled(outcome)}
    assert quotes[Side.BUY].cl_ord_id not in touched


def test_inventory_moves_both_quotes_against_itself() -> None:
    flat, long = Floor(keep_bps=0.0), Floor(keep_bps=0.0)
    flat.begin()
    quotes = long.begin()
    long.fill(quotes[Side.BUY], "0.1")

    outcome = long.show()

    again = {order.side: order for order in submitted(outcome)}
    assert again[Side.BUY].price < quotes[Side.BUY].price
    assert replaced(outcome)[0].price < quotes[Side.SELL].price
    assert flat.show().commands == ()


def test_at_the_limit_the_adding_side_is_dropped() -> None:
    floor = Floor(max_quotes=1)
    quotes = floor.begin()
    floor.fill(quotes[Side.BUY], "0.1")

    outcome = floor.show()

    assert submitted(outcome) == []
    assert all(o.orig_cl_ord_id == quotes[Side.SELL].cl_ord_id for o in replaced(outcome))


def test_quotes_are_withdrawn_when_the_feed_drops() -> None:
    floor = Floor()
    quotes = floor.begin()
    floor.engine.step(FeedDown(Nanos(floor.now), Venue("alpha"), "lost"))

    outcome = floor.engine.step(TimerFired(Nanos(floor.now + 1), "strategy:mm", str(BTC.id)))

    assert {c.cl_ord_id for c in canceled(outcome)} == {q.cl_ord_id for q in quotes.values()}


def test_quotes_in_a_book_with_a_gap_are_withdrawn_when_any_book_moves() -> None:
    other = make.instrument("ETH/USDT@alpha", tick="0.01")
    floor = Floor(others=(other,))
    quotes = floor.begin()
    floor.engine.step(BookGap(Nanos(floor.now), BTC.id, "lost one"))

    update = make.book_update(other, [("10", "1")], [("11", "1")], floor.now + 1)
    outcome = floor.engine.step(update)

    assert {c.cl_ord_id for c in canceled(outcome)} == {q.cl_ord_id for q in quotes.values()}


def test_quotes_are_withdrawn_when_the_book_stands_still() -> None:
    floor = Floor(max_age_ms=500)
    floor.show("999.40", "1000.40")
    outcome = floor.show()
    timer = next(c for c in outcome.commands if isinstance(c, SetTimer))

    floor.now = timer.at
    stale = floor.engine.step(TimerFired(timer.at, timer.owner, timer.name))

    assert timer.at == make.START + 2 * SECOND + 500_000_000
    assert len(canceled(stale)) == 2


def test_a_book_that_moved_meanwhile_is_watched_further() -> None:
    floor = Floor(max_age_ms=500)
    floor.show("999.40", "1000.40")
    timer = next(c for c in floor.show().commands if isinstance(c, SetTimer))
    floor.show(after=300_000_000)

    outcome = floor.engine.step(TimerFired(timer.at, timer.owner, timer.name))

    assert canceled(outcome) == []
    assert [c.at for c in outcome.commands if isinstance(c, SetTimer)] == [floor.now + 500_000_000]


def test_a_rejected_quote_is_asked_for_again_but_not_at_once() -> None:
    floor = Floor(min_interval_ms=100)
    floor.show("999.40", "1000.40")
    for order in submitted(floor.show()):
        floor.engine.step(make.report(BTC, order.cl_ord_id, ExecType.REJECTED, ts=floor.now))

    soon, later = floor.show(after=1_000_000), floor.show(after=200_000_000)

    assert submitted(soon) == []
    assert len(submitted(later)) == 2


def test_without_money_only_the_side_that_can_be_paid_is_quoted() -> None:
    floor = Floor()
    floor.engine.step(make.balance("alpha", "USDT", "1"))

    assert list(floor.begin()) == [Side.SELL]


def test_avellaneda_stoikov_quotes_wider_the_farther_its_end() -> None:
    near, far = (Floor(model="avellaneda_stoikov", horizon_s=h).begin() for h in (1.0, 100.0))

    assert far[Side.BUY].price < near[Side.BUY].price
    assert far[Side.SELL].price > near[Side.SELL].price


@pytest.mark.parametrize(
    "settings", [{"model": "guess"}, {"gamma": 0.0}, {"order_qty": Decimal(0)}]
)
def test_settings_outside_their_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises((ValueError, ConfigError)):
        MarketMakingConfig(**settings)  # type: ignore[arg-type] # that is the point


def test_a_side_whose_fills_lose_is_quoted_as_much_farther_away() -> None:
    wanted = []
    for widen in (0.0, 1.0):
        floor = Floor(widen=widen, min_edge_bps=20.0, keep_bps=0.0, min_interval_ms=0)
        quotes = floor.begin()
        floor.fill(quotes[Side.BUY], "0.1")
        floor.show("996.50", "997.50")
        floor.show("996.50", "997.50")
        wanted.append({side: q.price for side, q in floor.maker._desks[BTC.id].quotes.items()})

    near, far = wanted
    filled, mid = quotes[Side.BUY].price, 99_700
    assert far[Side.SELL] == near[Side.SELL]
    assert near[Side.BUY] - far[Side.BUY] == pytest.approx((filled - mid) / filled * mid, abs=1)


def test_the_side_that_the_flow_runs_over_is_withdrawn() -> None:
    floor = Floor(pull_flow=0.4, flow_half_life_s=0.1)
    quotes = floor.begin()

    gone = canceled(floor.show("999.50", "1000.50", "50"))
    sold = floor.engine.step(
        make.book_update(BTC, [("999.50", "1")], [("1000.50", "500")], floor.now + SECOND)
    )

    assert gone == []
    assert [c.cl_ord_id for c in canceled(sold)] == [quotes[Side.BUY].cl_ord_id]
