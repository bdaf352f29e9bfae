"""Groups end matched, unwound or stuck and told; never open and forgotten."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import CancelOrder, RaiseAlert, SetTimer
from graphwiz_trader.domain.events import (
    FeedDown,
    OperatorAction,
    OperatorOrder,
    SubmitUnknown,
    TimerFired,
)
from graphwiz_trader.domain.facts import (
    GroupChanged,
    GroupState,
    SignalRefused,
    TradeClosed,
    TradingState,
)
from graphwiz_trader.domain.orders import ExecType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Reason, Signal, SignalKind
from graphwiz_trader.domain.units import Nanos, Venue
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, BETA, MS, SECOND, Floor, only, submitted


def _states(outcome):
    return [fact.state for fact in only(GroupChanged, outcome.facts)]


def test_both_legs_leave_in_one_step() -> None:
    floor = Floor()

    orders = submitted(floor.say(floor.arbitrage()))

    assert [(o.instrument, o.side) for o in orders] == [
        (ALPHA.id, Side.BUY),
        (BETA.id, Side.SELL),
    ]


def test_a_group_whose_legs_fill_is_done_with_what_its_fills_add_up_to() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))

    floor.fill(buy, "1", "100.1", fee="0.1")
    outcome = floor.fill(sell, "1", "100.4", fee="0.1")

    assert _states(outcome)[-1] is GroupState.DONE
    assert [t.pnl for t in only(TradeClosed, outcome.facts)] == [Decimal("0.1")]


def test_a_leg_that_fell_short_is_completed_inside_the_band() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")

    hedge = submitted(floor.end(sell))

    assert [(h.instrument, h.side, h.order_qty) for h in hedge] == [
        (BETA.id, Side.SELL, BETA.lots("1"))
    ]
    assert hedge[0].price == BETA.ticks("100.4") - BETA.ticks("100.4") * 20 // 10_000


def test_a_partly_filled_leg_is_hedged_for_what_is_missing_only() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    floor.fill(sell, "0.4", "100.4")

    hedge = submitted(floor.end(sell))

    assert [h.order_qty for h in hedge] == [BETA.lots("0.6")]


def test_beyond_the_band_the_cheaper_of_completing_and_unwinding_is_taken() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    floor.books(alpha=("99.9", "100.0"), beta=("99.0", "99.1"))

    outcome = floor.end(sell)

    assert [(h.instrument, h.side) for h in submitted(outcome)] == [(ALPHA.id, Side.SELL)]
    assert GroupState.UNWINDING in _states(outcome)


def test_an_unwound_group_books_its_loss() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    floor.books(alpha=("99.9", "100.0"), beta=("99.0", "99.1"))
    (unwind,) = submitted(floor.end(sell))

    outcome = floor.fill(unwind, "1", "99.9")

    assert _states(outcome)[-1] is GroupState.UNWOUND
    assert [t.pnl for t in only(TradeClosed, outcome.facts)] == [Decimal("-0.2")]


def test_a_group_without_a_fill_is_missed_and_is_no_trade() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))

    floor.end(buy)
    outcome = floor.end(sell)

    assert _states(outcome)[-1] is GroupState.MISSED
    assert only(TradeClosed, outcome.facts) == []


def test_an_unusable_book_delays_the_hedge_until_it_can_be_tried_again() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    for book in floor.engine.state.books.values():
        book.drop("test")

    waiting = floor.end(sell)
    floor.later(100 * MS).books()
    outcome = floor.engine.step(TimerFired(Nanos(floor.now), "group:g1", "hedge"))

    assert submitted(waiting) == []
    assert [t.at for t in only(SetTimer, waiting.commands)] == [floor.now]
    assert len(submitted(outcome)) == 1


def test_a_debt_that_cannot_be_traded_away_halts_everything_and_alerts() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    for book in floor.engine.state.books.values():
        book.drop("test")
    floor.end(sell)

    floor.later(5 * SECOND)
    outcome = floor.engine.step(TimerFired(Nanos(floor.now), "group:g1", "hedge"))

    assert _states(outcome)[-1] is GroupState.STUCK
    assert [a.code for a in only(RaiseAlert, outcome.commands)] == ["GROUP_STUCK"]
    assert floor.engine.state.scopes.get("") is TradingState.HALTED


def test_a_stuck_group_is_tried_again_when_a_person_resumes() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    for book in floor.engine.state.books.values():
        book.drop("test")
    floor.end(sell)
    floor.later(5 * SECOND)
    floor.engine.step(TimerFired(Nanos(floor.now), "group:g1", "hedge"))
    floor.books()

    outcome = floor.engine.step(
        OperatorOrder(Nanos(floor.now), OperatorAction.RESUME, "", "books are back", "ann")
    )

    assert len(submitted(outcome)) == 1


def test_a_fill_after_its_group_was_closed_is_owed_and_hedged() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.end(buy, ExecType.CANCELED)
    floor.end(sell, ExecType.CANCELED)

    outcome = floor.fill(buy, "1", "100.1")

    assert [(h.instrument, h.side) for h in submitted(outcome)] == [(BETA.id, Side.SELL)]


def test_a_leg_without_balance_refuses_the_whole_group() -> None:
    floor = Floor()
    floor.engine.state.accounts["beta"].total["BTC"] = Decimal(0)

    outcome = floor.say(floor.arbitrage())

    assert submitted(outcome) == []
    assert [r.refused.reason for r in only(SignalRefused, outcome.facts)] == [Reason.BALANCE]
    assert len(floor.engine.state.orders) == 0


def test_a_refused_second_leg_gives_back_what_the_first_had_reserved() -> None:
    floor = Floor(max_orders_per_second=1)
    free = floor.engine.state.accounts["alpha"].free("USDT")

    outcome = floor.say(floor.arbitrage())

    assert [r.refused.reason for r in only(SignalRefused, outcome.facts)] == [Reason.ORDER_RATE]
    assert floor.engine.state.accounts["alpha"].free("USDT") == free
    assert floor.engine.state.open_lots(ALPHA.id, Side.BUY) == 0


def test_a_group_shrinks_to_what_its_smaller_leg_can_do() -> None:
    floor = Floor()
    floor.engine.state.accounts["beta"].total["BTC"] = Decimal("0.25")

    orders = submitted(floor.say(floor.arbitrage()))

    assert [o.order_qty for o in orders] == [ALPHA.lots("0.25"), BETA.lots("0.25")]


def test_no_group_starts_while_the_hedge_debt_is_above_its_limit() -> None:
    floor = Floor(max_order_notional=Decimal(50_000))
    floor.engine.state.debts["g0"] = 50_001.0

    outcome = floor.say(floor.arbitrage())

    assert [r.refused.reason for r in only(SignalRefused, outcome.facts)] == [Reason.HEDGE_DEBT]


@pytest.mark.parametrize("first", ["buy", "sell"])
def test_the_debt_is_known_while_one_leg_is_ahead(first: str) -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    order, price = (buy, "100.1") if first == "buy" else (sell, "100.4")

    outcome = floor.fill(order, "1", price)

    assert floor.engine.state.hedge_debt() == pytest.approx(100.1)
    assert [g.debt for g in only(GroupChanged, outcome.facts)] == [Decimal("100.1")]


def test_a_group_that_is_stuck_withdraws_what_works_elsewhere() -> None:
    floor = Floor()
    resting = floor.single(Side.BUY, "1", "99.0", SignalKind.QUOTE, TimeInForce.GTC)
    (quote,) = submitted(floor.say(resting))
    floor.engine.step(make.report(ALPHA, quote.cl_ord_id, ExecType.NEW, ts=floor.now))
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    for venue in ("alpha", "beta"):
        floor.engine.step(FeedDown(floor.now, Venue(venue), "gone"))
    floor.end(sell)

    outcome = floor.fire(4 * SECOND + MS)

    assert only(CancelOrder, outcome.commands) == [CancelOrder(quote.cl_ord_id, ALPHA.id)]


def test_a_leg_that_is_never_heard_of_again_halts_when_hedging_time_is_over() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.engine.step(SubmitUnknown(floor.now, sell.cl_ord_id, "timeout"))
    (timer,) = only(SetTimer, floor.fill(buy, "1", "100.1").commands)

    outcome = floor.later(timer.at - floor.now).fire(0)

    assert timer.at == make.START + 4 * SECOND + 1
    assert _states(outcome)[-1] is GroupState.STUCK
    assert floor.engine.state.scopes.get("") is TradingState.HALTED


def test_a_silent_leg_that_fills_after_all_closes_the_stuck_group() -> None:
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    floor.fire(5 * SECOND)

    outcome = floor.fill(sell, "1", "100.4")

    assert _states(outcome)[-1] is GroupState.DONE
    assert floor.engine.state.hedge_debt() == 0


def test_a_fill_after_the_end_of_a_group_is_a_trade_of_its_own() -> None:
    """What the group had earned when it closed is not counted again."""
    floor = Floor()
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "0.5", "100.1", fee="0.05")
    floor.fill(sell, "0.5", "100.4")
    floor.end(buy)
    done = floor.end(sell)
    late = floor.fill(buy, "0.5", "100.1")
    (hedge,) = submitted(late)

    outcome = floor.fill(hedge, "0.5", "100.3", fee="0.01")

    assert [t.pnl for t in only(TradeClosed, done.facts)] == [Decimal("0.10")]
    closed = only(TradeClosed, outcome.facts)
    assert [(t.pnl, t.fees) for t in closed] == [(Decimal("0.09"), Decimal("0.01"))]
    assert floor.engine.records[floor.strategy.id].pnl == Decimal("0.19")


def test_a_debt_that_no_venue_would_take_at_the_band_s_price_is_dust() -> None:
    """0.05 is worth 5.02 at the planned price and 5.01 at the worst that a hedge may go to."""
    floor = Floor(min_notional="5.02")
    buy, sell = submitted(floor.say(floor.arbitrage("1")))
    floor.fill(buy, "1", "100.1")
    floor.fill(sell, "0.95", "100.4")

    outcome = floor.end(sell)

    assert _states(outcome)[-1] is GroupState.DONE


def _quoted(floor: Floor, *quotes: tuple[Side, str]) -> list:
    """Let the strategy quote at beta; return what is sent for it."""
    legs = tuple(
        Leg(BETA.id, side, BETA.ticks(price), BETA.lots("1"), TimeInForce.GTC, post_only=True)
        for side, price in quotes
    )
    expires = Nanos(floor.now + SECOND)
    outcome = floor.say(Signal(floor.strategy.id, SignalKind.QUOTE, legs, 1.0, expires))
    return [c.side for c in submitted(outcome)]


def test_quotes_in_the_way_of_a_hedge_are_withdrawn_and_stay_away_until_it_is_done() -> None:
    floor = Floor()
    _quoted(floor, (Side.BUY, "100.3"), (Side.SELL, "100.6"))
    buy, sell = submitted(floor.say(floor.arbitrage()))
    bid = next(o for o in floor.engine.state.orders_of(BETA.id) if o.price == BETA.ticks("100.3"))
    floor.fill(buy, "1", "100.1")

    blocked = floor.end(sell)
    ended = make.report(BETA, bid.cl_ord_id, ExecType.CANCELED, ts=floor.now)
    floor.engine.step(ended)
    meanwhile = _quoted(floor, (Side.BUY, "100.3"))
    (hedge,) = submitted(floor.fire(100 * MS))
    floor.fill(hedge, "1", "100.4")
    afterwards = _quoted(floor, (Side.BUY, "100.3"))

    assert [c.cl_ord_id for c in only(CancelOrder, blocked.commands)] == [bid.cl_ord_id]
    assert (hedge.instrument, hedge.side) == (BETA.id, Side.SELL)
    assert (meanwhile, afterwards) == ([], [Side.BUY])
