"""Triangular arbitrage sends three legs at once, sized to fit, and only on books of one time."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import BookGap, TimerFired
from graphwiz_trader.domain.facts import GroupChanged, GroupState, Outcome, SignalRefused
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.route import RoutesFound
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Reason, Stage
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, Nanos, StrategyId
from graphwiz_trader.strategies.triangular import Triangular
from graphwiz_trader.strategies.triangular_config import TriangularConfig
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import only, submitted

BTC = make.instrument("BTC/USDT@alpha", tick="1", lot="0.00001", min_notional="5")
MID = make.instrument("ETH/BTC@alpha", tick="0.00001", lot="0.0001")
ETH = make.instrument("ETH/USDT@alpha", tick="1", lot="0.0001", min_notional="5")
SOL_ETH = make.instrument("SOL/ETH@alpha", tick="0.0001", lot="0.001")
SOL = make.instrument("SOL/USDT@alpha", tick="0.01", lot="0.001", min_notional="5")
Levels = list[tuple[str, str]]
DEAR_SOL: tuple[Levels, Levels] = ([("151.00", "30")], [("151.10", "9")])
"""Against 150.00 by way of BTC and ETH."""

SHOWN: dict[InstrumentId, tuple[Levels, Levels]] = {
    BTC.id: ([("59990", "1")], [("60000", "0.05"), ("60010", "0.2"), ("60030", "1")]),
    MID.id: ([("0.04990", "9")], [("0.05000", "2"), ("0.05003", "3"), ("0.05010", "20")]),
    ETH.id: ([("3012", "1.5"), ("3011", "2"), ("3008", "10")], [("3020", "9")]),
}
LEVEL_ETH: tuple[Levels, Levels] = ([("2990", "9")], [("3010", "9")])
FORTH = "USDT>BTC>ETH>USDT@alpha"


class Venue:
    """An engine with the strategy in it, on one venue with three books."""

    def __init__(
        self,
        *instruments: Instrument,
        charged: str = "7.5",
        latency_ms: int = 0,
        limit: str = "100",
        usdt: str = "100000",
        others: bool = True,
        **config: object,
    ) -> None:
        self.traded = instruments or (BTC, MID, ETH)
        made = TriangularConfig(
            **{"participation": 1.0, "min_profit_bps": 5.0, **config}  # type: ignore[arg-type] # a test names its own keys
        )
        self.strategy = Triangular(StrategyId("t"), made, self.traded, Nanos(10**9))
        risk = RiskSettings(
            max_position_size=Decimal(limit),
            max_exposure=Decimal(10**7),
            price_collar_bps=Decimal(500),
        )
        self.engine = make.engine(
            self.traded, [self.strategy], risk, charged, latency=latency_ms * MILLISECOND
        )
        self.now = make.START
        for asset, amount in (("USDT", usdt), ("BTC", "10"), ("ETH", "100"), ("SOL", "100")):
            if asset != "USDT" and not others:
                continue
            self.engine.step(make.balance("alpha", asset, amount))

    def show(self, of: Instrument, sides: tuple[Levels, Levels] | None = None) -> Outcome:
        return self.engine.step(make.book_update(of, *(sides or SHOWN[of.id]), self.now))

    def square(self, sol: tuple[Levels, Levels]) -> Outcome:
        """Show the four books of a square in one instant, the last of them *sol*."""
        for of in (BTC, MID):
            self.engine.step(make.book_update(of, *SHOWN[of.id], self.now, more=True))
        crossed = ([("0.0499", "90")], [("0.0500", "90")])
        self.engine.step(make.book_update(SOL_ETH, *crossed, self.now, more=True))
        return self.show(SOL, sol)

    def all(self, eth: tuple[Levels, Levels] | None = None) -> Outcome:
        """Show the three books in one instant, the last of them *eth*."""
        first, second, last = self.traded[:3]
        for of in (first, second):
            self.engine.step(make.book_update(of, *SHOWN[of.id], self.now, more=True))
        return self.show(last, eth)

    def after(self, milliseconds: int) -> "Venue":
        self.now += milliseconds * MILLISECOND
        return self


def observed(outcome: Outcome) -> list[tuple[str, Stage]]:
    return [(o.route, o.stage) for o in only(Observation, outcome.facts)]


def told(orders: list[SubmitOrder]) -> list[tuple[str, Side]]:
    return [(order.instrument, order.side) for order in orders]


def test_three_legs_leave_together_at_the_worst_price_each_needs() -> None:
    orders = submitted(Venue().all())

    assert told(orders) == [(BTC.id, Side.BUY), (MID.id, Side.BUY), (ETH.id, Side.SELL)]
    assert [order.price for order in orders] == [60010, 5003, 3011]
    assert orders[1].order_qty == orders[2].order_qty


def test_the_legs_pass_on_what_they_receive_but_for_less_than_a_lot() -> None:
    buy, mid, _ = submitted(Venue().all())

    eth = mid.order_qty * Decimal("0.0001")
    paid = (2 * Decimal("0.05") + (eth - 2) * Decimal("0.05003")) * Decimal("1.00075")
    left = buy.order_qty * Decimal("0.00001") - paid
    assert 0 <= left < Decimal("0.0001") * Decimal("0.06")


@pytest.mark.parametrize(
    ("legs", "others", "sent"),
    [
        ("auto", True, 3),
        ("auto", False, 1),
        ("sequential", True, 1),
        ("sequential", False, 1),
        ("simultaneous", True, 3),
        ("simultaneous", False, 0),
    ],
)
def test_legs_leave_at_once_where_every_asset_is_there_and_else_in_turn(
    legs: str, others: bool, sent: int
) -> None:
    orders = submitted(Venue(others=others, legs=legs).all())

    assert told(orders) == [(BTC.id, Side.BUY), (MID.id, Side.BUY), (ETH.id, Side.SELL)][:sent]


def test_legs_in_turn_ask_for_all_that_one_asset_can_pay() -> None:
    (first,) = submitted(Venue(others=False, usdt="3000").all())

    assert 0.047 < first.order_qty * float(BTC.lot_size) <= 3000 / 60_000


def test_what_only_some_balance_is_there_for_is_sent_in_turn_and_whole() -> None:
    venue, full = Venue(), submitted(Venue().all())
    venue.engine.step(make.balance("alpha", "ETH", "0.5"))

    (first,) = submitted(venue.all())

    assert first.order_qty == full[0].order_qty


def test_in_turn_a_limit_shrinks_every_leg() -> None:
    (first,) = submitted(Venue(others=False, limit="1.5").all())

    assert first.order_qty * BTC.lot_size < Decimal("1.501") * Decimal("0.0501")


def test_an_edge_that_does_not_pay_the_fees_is_seen_and_not_taken() -> None:
    outcome = Venue(charged="20").all()

    assert observed(outcome) == [(FORTH, Stage.SEEN)]
    assert submitted(outcome) == []


def test_the_way_back_is_taken_where_that_is_the_dear_one() -> None:
    venue = Venue()

    orders = submitted(venue.all(([("2970", "5")], [("2975", "5")])))

    assert told(orders) == [(ETH.id, Side.BUY), (MID.id, Side.SELL), (BTC.id, Side.SELL)]


def test_an_episode_is_one_however_long_it_stands() -> None:
    venue = Venue(charged="20")
    first = observed(venue.all())

    again = observed(venue.after(100).all())
    closed = observed(venue.after(100).all(LEVEL_ETH))

    assert (first, again, closed) == ([(FORTH, Stage.SEEN)], [], [(FORTH, Stage.CLOSED)])


def test_an_old_book_is_not_traded_on() -> None:
    venue = Venue(max_age_ms=300, max_age_spread_ms=10_000)
    for of in (BTC, MID):
        venue.show(of)

    outcome = venue.after(301).show(ETH)

    assert outcome.facts == ()


def test_books_of_different_times_are_not_traded_on() -> None:
    venue = Venue(max_age_ms=10_000, max_age_spread_ms=200)
    for of in (BTC, MID):
        venue.show(of)

    outcome = venue.after(201).show(ETH)

    assert outcome.facts == ()


def test_a_gap_closes_the_episode() -> None:
    venue = Venue(charged="20")
    venue.all()
    venue.engine.step(BookGap(Nanos(venue.now), MID.id, "lost one"))

    outcome = venue.after(1).show(ETH)

    assert observed(outcome) == [(FORTH, Stage.CLOSED)]


@pytest.mark.parametrize("limits", [{"limit": "1.5"}, {"usdt": "3000"}])
def test_legs_shrink_together_to_what_limits_and_balances_leave(limits: dict[str, str]) -> None:
    full = submitted(Venue().all())

    smaller = submitted(Venue(**limits).all())  # type: ignore[arg-type] # these two are text

    assert told(smaller) == told(full)
    assert all(small.order_qty < big.order_qty for small, big in zip(smaller, full, strict=True))
    buy, mid, sell = smaller
    assert mid.order_qty == sell.order_qty <= ETH.lots("1.5")
    spare = buy.order_qty * BTC.lot_size - mid.order_qty * MID.lot_size * Decimal("0.05")
    assert 0 <= spare < Decimal("0.0003")


def test_without_room_the_refusal_is_asked_for_once_an_episode() -> None:
    venue = Venue(usdt="0")

    first, second = venue.all(), venue.after(100).all()

    assert [f.refused.reason for f in only(SignalRefused, first.facts)] == [Reason.BALANCE]
    assert only(SignalRefused, second.facts) == []


def test_no_second_round_leaves_while_the_first_is_under_way() -> None:
    venue = Venue()
    venue.all()

    assert submitted(venue.after(100).all()) == []


def test_lots_too_coarse_for_the_edge_are_not_traded() -> None:
    """What is left of the BTC bought is worth more than the edge."""
    grids = ((BTC, "1", "0.001"), (MID, "0.00001", "0.5"), (ETH, "1", "0.5"))

    outcome = Venue(*(make.instrument(of.id, tick, lot) for of, tick, lot in grids)).all()

    assert observed(outcome) == [(FORTH, Stage.SEEN)]


def test_what_would_still_have_paid_after_the_latency_is_noted() -> None:
    venue = Venue(latency_ms=5)
    venue.all()
    timer = TimerFired(Nanos(venue.after(5).now), "strategy:t", f"{FORTH}#1")

    assert observed(venue.engine.step(timer)) == [(FORTH, Stage.SURVIVED)]


def test_what_would_not_have_paid_after_the_latency_is_not_noted() -> None:
    venue = Venue(latency_ms=5)
    venue.all()
    venue.after(4).show(ETH, LEVEL_ETH)
    timer = TimerFired(Nanos(venue.after(1).now), "strategy:t", f"{FORTH}#1")

    assert venue.engine.step(timer).facts == ()


def test_instruments_without_a_triangle_are_not_watched() -> None:
    other = make.instrument("SOL/USDT@alpha")

    assert Venue(BTC, MID, ETH, other).strategy.instruments == (BTC.id, MID.id, ETH.id)
    assert Venue(BTC, other).strategy.instruments == ()


def test_a_triangle_is_not_put_together_from_two_venues() -> None:
    elsewhere = make.instrument("ETH/USDT@beta")

    assert Venue(BTC, MID, elsewhere).strategy.instruments == ()


def test_a_triangle_in_which_each_asset_prices_another_is_left_alone() -> None:
    """None of its assets is what both others are sold in, so a leg could not be undone alone."""
    names = ("A/B@alpha", "B/C@alpha", "C/A@alpha")

    assert Venue(*(make.instrument(name) for name in names)).strategy.instruments == ()


def test_a_round_of_four_leaves_together_and_passes_on_what_it_receives() -> None:
    orders = submitted(Venue(BTC, MID, SOL_ETH, SOL).square(DEAR_SOL))

    assert told(orders) == [
        (BTC.id, Side.BUY),
        (MID.id, Side.BUY),
        (SOL_ETH.id, Side.BUY),
        (SOL.id, Side.SELL),
    ]
    assert orders[2].order_qty == orders[3].order_qty


def test_a_round_longer_than_asked_for_is_not_watched() -> None:
    assert Venue(BTC, MID, SOL_ETH, SOL, max_legs=3).strategy.instruments == ()


def test_a_round_with_an_asset_that_nothing_sells_is_left_alone() -> None:
    """ETH is only ever paid with: what is left of it could not be traded away."""
    names = ("BTC/USDT", "BTC/ETH", "SOL/ETH", "SOL/USDT")

    made = Venue(*(make.instrument(f"{name}@alpha") for name in names))

    assert made.strategy.instruments == ()


@pytest.mark.parametrize("missed", range(4))
def test_whichever_leg_of_four_misses_the_others_are_undone_or_it_is_completed(
    missed: int,
) -> None:
    venue = Venue(BTC, MID, SOL_ETH, SOL)
    waiting = submitted(venue.square(DEAR_SOL))
    lost, state = waiting[missed].cl_ord_id, GroupState.WORKING
    for _ in range(40):
        if not waiting:
            break
        order = waiting.pop(0)
        of = {i.id: i for i in venue.traded}[order.instrument]
        kind = ExecType.EXPIRED if order.cl_ord_id == lost else ExecType.TRADE
        qty, price = str(of.qty(order.order_qty)), str(of.price(order.price))
        filled = {"qty": qty, "price": price} if kind is ExecType.TRADE else {}
        outcome = venue.engine.step(make.report(of, order.cl_ord_id, kind, **filled, ts=venue.now))
        waiting += submitted(outcome)
        state = next((f.state for f in reversed(only(GroupChanged, outcome.facts))), state)

    assert state in (GroupState.DONE, GroupState.UNWOUND)
    assert waiting == []


@pytest.mark.parametrize(
    "settings",
    [
        {"min_profit_bps": -1.0},
        {"participation": 0.0},
        {"participation": 1.1},
        {"max_age_ms": 0},
        {"max_legs": 2},
        {"max_legs": 5},
        {"legs": "both"},
    ],
)
def test_settings_outside_their_range_are_refused(settings: dict[str, object]) -> None:
    (key,) = settings

    with pytest.raises(ValueError, match=key):
        TriangularConfig(**settings)  # type: ignore[arg-type] # a test names its own keys


BY_SOL = (BTC.id, MID.id, SOL_ETH.id, SOL.id)
BY_ETH = (BTC.id, MID.id, ETH.id)


def first_taken(*heard: tuple[tuple[InstrumentId, ...], ...]) -> tuple[InstrumentId, ...]:
    """Whom orders go to when a triangle and a square pay in one instant, after *heard*."""
    venue = Venue(BTC, MID, ETH, SOL_ETH, SOL)
    for found in heard:
        venue.engine.step(RoutesFound(venue.now, found))
    venue.engine.step(make.book_update(ETH, *SHOWN[ETH.id], venue.now, more=True))
    return tuple(order.instrument for order in submitted(venue.square(DEAR_SOL)))


@pytest.mark.parametrize("begun", range(3))
def test_of_rounds_that_pay_at_once_the_one_the_graph_names_first_is_taken(begun: int) -> None:
    turned = BY_ETH[begun:] + BY_ETH[:begun]

    assert first_taken((turned, BY_SOL)) == BY_ETH
    assert first_taken((BY_SOL, turned)) == BY_SOL


def test_rounds_the_graph_does_not_name_are_taken_as_ever() -> None:
    backwards = tuple(reversed(BY_ETH)), tuple(reversed(BY_SOL))

    assert first_taken(backwards) == first_taken() != ()


def test_the_latest_word_of_the_graph_counts() -> None:
    assert first_taken((BY_ETH,), (BY_SOL,)) == BY_SOL
    assert first_taken((BY_SOL,), (BY_ETH,)) == BY_ETH


@pytest.mark.parametrize("before", [BY_ETH, BY_SOL])
def test_the_own_order_holds_again_when_the_graph_names_none(
    before: tuple[InstrumentId, ...],
) -> None:
    assert first_taken((before,), ()) == first_taken()
