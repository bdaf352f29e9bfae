"""A person's orders enter as events, name their reason, and hold until a person lifts them."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import CancelOrder, RaiseAlert, SubmitOrder
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import BookGap, OperatorAction, OperatorOrder, Shutdown
from graphwiz_trader.domain.facts import SignalRefused, StateChanged, TradingState
from graphwiz_trader.domain.orders import ExecType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, SignalKind
from graphwiz_trader.domain.units import Nanos
from tests.unit.engine.engine_floor import ALPHA, BETA, SECOND, Floor, only, submitted


def _order(floor: Floor, action: OperatorAction, scope: str = ""):
    return floor.engine.step(OperatorOrder(floor.now, action, scope, "because", "ann"))


def test_an_order_without_a_reason_is_refused() -> None:
    with pytest.raises(DomainError, match="halt of everything without a reason"):
        OperatorOrder(Floor().now, OperatorAction.HALT, "", " ", "ann")


@pytest.mark.parametrize(
    "scope", ["", "venue:alpha", "strategy:scripted", "instrument:BTC/USDT@alpha"]
)
def test_a_halt_of_any_scope_refuses_its_orders_and_says_who_and_why(scope: str) -> None:
    floor = Floor()

    halted = _order(floor, OperatorAction.HALT, scope)
    outcome = floor.say(floor.single(Side.BUY, "1", "100.1"))

    assert only(StateChanged, halted.facts) == [
        StateChanged(scope, TradingState.HALTED, "because", "ann")
    ]
    assert [r.refused.reason for r in only(SignalRefused, outcome.facts)] == [Reason.HALTED]


def test_a_halt_cancels_what_works_in_its_scope_only() -> None:
    floor = Floor()
    signal = floor.single(Side.BUY, "1", "99.0", SignalKind.QUOTE, TimeInForce.GTC)
    (order,) = submitted(floor.say(signal))
    floor.engine.step(_new(order))

    elsewhere = _order(floor, OperatorAction.HALT, "venue:beta")
    here = _order(floor, OperatorAction.HALT, "venue:alpha")

    assert only(CancelOrder, elsewhere.commands) == []
    assert only(CancelOrder, here.commands) == [CancelOrder(order.cl_ord_id, ALPHA.id)]


def test_resuming_from_a_halt_reduces_first_and_trades_on_the_second_order() -> None:
    floor = Floor()
    _order(floor, OperatorAction.HALT)

    _order(floor, OperatorAction.RESUME)
    first = floor.engine.state.scopes.get("")
    _order(floor, OperatorAction.RESUME)

    assert first is TradingState.REDUCING
    assert len(submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))) == 1


def test_reducing_passes_exits_and_refuses_entries() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    floor.fill(buy, "1", "100.1")
    _order(floor, OperatorAction.REDUCE)

    entry = floor.say(floor.single(Side.BUY, "1", "100.1"))
    leaving = floor.say(floor.single(Side.SELL, "1", "100.0", SignalKind.EXIT))

    assert submitted(entry) == []
    assert [o.side for o in submitted(leaving)] == [Side.SELL]


def test_flattening_closes_positions_even_when_halted() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "2", "100.1")))
    floor.fill(buy, "2", "100.1")
    _order(floor, OperatorAction.HALT)

    outcome = _order(floor, OperatorAction.FLATTEN)

    assert [(o.side, o.order_qty) for o in submitted(outcome)] == [(Side.SELL, ALPHA.lots("2"))]


def test_the_circuit_breaker_halts_when_the_day_has_lost_its_share_of_the_exposure() -> None:
    floor = Floor(max_exposure=Decimal(1000), circuit_breaker_threshold=Decimal("-0.05"))
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "5", "100.1")))
    floor.fill(buy, "5", "100.1")

    before = floor.alpha("90.2", "90.3")
    tripped = floor.alpha("90.1", "90.2")

    assert only(RaiseAlert, before.commands) == []
    assert [c.code for c in only(RaiseAlert, tripped.commands)] == ["CIRCUIT_BREAKER"]
    assert floor.engine.state.scopes.get("") is TradingState.HALTED


def test_a_tripped_breaker_stays_until_a_person_resumes_and_counts_anew_from_there() -> None:
    floor = Floor(max_exposure=Decimal(1000), circuit_breaker_threshold=Decimal("-0.05"))
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "5", "100.1")))
    floor.fill(buy, "5", "100.1")
    floor.books(alpha=("90.1", "90.2"))

    floor.books(alpha=("100.0", "100.1"))
    recovered = floor.engine.state.scopes.get("")
    floor.books(alpha=("90.1", "90.2"))
    _order(floor, OperatorAction.RESUME)
    _order(floor, OperatorAction.RESUME)

    assert recovered is TradingState.HALTED
    assert floor.engine.state.day_pnl() == 0
    assert floor.engine.state.scopes.get("") is TradingState.ACTIVE


def test_a_drawdown_from_the_equity_peak_halts() -> None:
    floor = Floor(max_drawdown_pct=Decimal(1), circuit_breaker_threshold=Decimal(-1))
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "10", "100.1")))
    floor.fill(buy, "10", "100.1")

    floor.books(alpha=("80.0", "80.1"))
    above = floor.engine.state.scopes.get("")
    outcome = floor.alpha("70.0", "70.1")

    assert above is TradingState.ACTIVE
    assert [c.code for c in only(RaiseAlert, outcome.commands)] == ["CIRCUIT_BREAKER"]


def _new(order):
    from graphwiz_trader.testing import make

    return make.report(ALPHA, order.cl_ord_id, ExecType.NEW)


def test_flattening_tells_each_strategy_so_that_none_sells_again() -> None:
    floor = Floor(max_order_qty=Decimal(1))
    for _ in range(2):
        (buy,) = submitted(floor.later(SECOND).say(floor.single(Side.BUY, "1", "100.1")))
        floor.fill(buy, "1", "100.1")
    _order(floor, OperatorAction.HALT)

    (closing,) = submitted(_order(floor, OperatorAction.FLATTEN))
    floor.fill(closing, "2", "100.0")

    assert closing.strategy == floor.strategy.id
    assert floor.engine.state.own(floor.strategy.id, ALPHA.id) == 0
    assert submitted(floor.say(floor.single(Side.SELL, "2", "100.0", SignalKind.EXIT))) == []


@pytest.mark.parametrize(
    ("scope", "closes"),
    [("strategy:scripted", 1), ("venue:alpha", 1), ("strategy:other", 0), ("venue:beta", 0)],
)
def test_flattening_a_scope_closes_what_is_held_in_it(scope: str, closes: int) -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    floor.fill(buy, "1", "100.1")

    outcome = _order(floor, OperatorAction.FLATTEN, scope)

    assert len(submitted(outcome)) == closes


def _half_open(floor: Floor) -> tuple[SubmitOrder, SubmitOrder]:
    """An arbitrage of which the first leg has filled; return both orders."""
    buy, sell = submitted(floor.say(floor.arbitrage()))
    floor.fill(buy, "1", "100.1")
    return buy, sell


def _held(floor: Floor) -> list[int]:
    return [floor.engine.state.position(of.id) for of in (ALPHA, BETA)]


def test_flattening_an_open_group_waits_for_what_it_has_in_flight() -> None:
    floor = Floor()
    _, sell = _half_open(floor)

    flattening = _order(floor, OperatorAction.FLATTEN)
    ended = floor.end(sell)
    (closing,) = submitted(ended)
    done = floor.fill(closing, "1", "100.0")

    assert submitted(flattening) == []
    assert (closing.instrument, closing.side) == (ALPHA.id, Side.SELL)
    assert submitted(done) == []
    assert _held(floor) == [0, 0]
    assert floor.engine.state.hedge_debt() == 0


def test_a_leg_that_fills_while_its_group_is_flattened_is_closed_too() -> None:
    floor = Floor()
    _, sell = _half_open(floor)
    _order(floor, OperatorAction.FLATTEN)

    for order in submitted(floor.fill(sell, "1", "100.4")):
        more = floor.fill(order, "1", "100.0")
    for order in submitted(more):
        floor.fill(order, "1", "100.5")

    assert _held(floor) == [0, 0]


def test_flattening_closes_what_a_group_left_open_and_what_others_hold_once() -> None:
    floor = Floor()
    (single,) = submitted(floor.say(floor.single(Side.BUY, "2", "100.1")))
    floor.fill(single, "2", "100.1")
    _, sell = _half_open(floor)

    (rest,) = submitted(_order(floor, OperatorAction.FLATTEN))
    floor.fill(rest, "2", "100.0")
    (leg,) = submitted(floor.end(sell))
    floor.fill(leg, "1", "100.0")

    assert rest.order_qty == ALPHA.lots("2")
    assert _held(floor) == [0, 0]


def test_flattening_one_venue_leaves_the_rest_of_a_group_to_its_hedge() -> None:
    floor = Floor()
    _, sell = _half_open(floor)
    _order(floor, OperatorAction.FLATTEN, "venue:alpha")

    (closing,) = submitted(floor.fill(sell, "1", "100.4"))
    (hedge,) = submitted(floor.fill(closing, "1", "100.0"))
    floor.fill(hedge, "1", "100.5")

    assert (closing.instrument, hedge.instrument, hedge.side) == (ALPHA.id, BETA.id, Side.BUY)
    assert _held(floor) == [0, 0]


def test_flattening_what_is_stuck_tries_again() -> None:
    floor = Floor()
    _, sell = _half_open(floor)
    floor.engine.step(BookGap(Nanos(floor.now), ALPHA.id, "gap"))
    floor.engine.step(BookGap(Nanos(floor.now), BETA.id, "gap"))
    floor.end(sell)
    floor.fire(10 * SECOND)
    floor.books()

    (closing,) = submitted(_order(floor, OperatorAction.FLATTEN))

    assert (closing.instrument, closing.side) == (ALPHA.id, Side.SELL)


def test_a_stop_cancels_all_but_hedges() -> None:
    floor = Floor()
    _, sell = _half_open(floor)
    (hedge,) = submitted(floor.end(sell))
    signal = floor.single(Side.BUY, "1", "99.0", SignalKind.QUOTE, TimeInForce.GTC)
    (quote,) = submitted(floor.say(signal))
    floor.engine.step(_new(quote))

    outcome = floor.engine.step(Shutdown(Nanos(floor.now), "the end"))

    assert only(CancelOrder, outcome.commands) == [CancelOrder(quote.cl_ord_id, ALPHA.id)]
    assert floor.engine.state.is_hedging
    floor.fill(hedge, "1", "100.4")
    assert not floor.engine.state.is_hedging
