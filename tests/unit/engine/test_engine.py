"""The engine asks once per instant, keeps what it is told, and stops what is broken."""

from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.domain.commands import CancelOrder, RaiseAlert, SetTimer
from graphwiz_trader.domain.errors import DomainError, OffGrid, UnknownInstrument
from graphwiz_trader.domain.events import (
    BookGap,
    FeedDown,
    InstrumentUpdated,
    OperatorAction,
    OperatorOrder,
    RunStarted,
    Shutdown,
    SubmitUnknown,
    TapeMessage,
    TimerFired,
    Trade,
)
from graphwiz_trader.domain.facts import (
    OrderChanged,
    ReportIgnored,
    SignalRefused,
    StateChanged,
    StrategyRaised,
    TradingState,
)
from graphwiz_trader.domain.orders import ExecType, OrdStatus, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Reason, SignalKind
from graphwiz_trader.domain.units import Lots, Nanos, RunId, Ticks, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from graphwiz_trader.testing.strategy import RaisingStrategy, ScriptedStrategy
from tests.unit.engine.engine_floor import ALPHA, BETA, SECOND, Floor, only, submitted


def test_an_instant_of_two_books_is_one_question() -> None:
    floor = Floor()

    floor.books()

    assert [event.instrument for event in floor.strategy.asked] == [BETA.id, BETA.id]


def test_a_question_comes_with_the_last_event_that_concerns_the_strategy() -> None:
    listener = ScriptedStrategy([ALPHA.id])
    engine = make.engine([ALPHA, BETA], [listener])

    engine.step(make.book_update(ALPHA, [("100", "1")], [("101", "1")], more=True))
    engine.step(make.book_update(BETA, [("100", "1")], [("101", "1")]))

    assert [event.instrument for event in listener.asked] == [ALPHA.id]


def test_a_report_does_not_ask_a_strategy_that_listens_to_books() -> None:
    floor = Floor()
    (order,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    asked = len(floor.strategy.asked)

    floor.fill(order, "1", "100.1")

    assert len(floor.strategy.asked) == asked


def test_steps_are_counted_from_one_without_a_gap() -> None:
    floor = Floor()

    before = floor.engine.seq
    outcome = floor.books()

    assert (before + 2, outcome.seq) == (floor.engine.seq, floor.engine.seq)


def test_a_book_of_no_known_instrument_is_refused_and_changes_nothing() -> None:
    floor = Floor()
    stranger = make.instrument("XRP/USDT@alpha")

    with pytest.raises(UnknownInstrument, match="BTC/USDT@alpha"):
        floor.engine.step(make.book_update(stranger, [("1.0", "1")], [("1.1", "1")]))


def test_a_reference_is_not_an_event() -> None:
    with pytest.raises(DomainError, match="TapeMessage"):
        Floor().engine.step(TapeMessage(0, 0, more=False))


def test_a_strategy_that_raises_is_halted_its_orders_canceled_and_the_engine_goes_on() -> None:
    raising, other = RaisingStrategy([ALPHA.id]), ScriptedStrategy([ALPHA.id])
    engine = make.engine([ALPHA], [raising, other])

    outcome = engine.step(make.book_update(ALPHA, [("100", "1")], [("101", "1")]))

    assert [f.error for f in only(StrategyRaised, outcome.facts)] == [
        f"ZeroDivisionError: BookUpdate at {make.START}"
    ]
    assert engine.state.scopes.get("strategy:raising") is TradingState.HALTED
    assert len(other.asked) == 1


def test_a_strategy_that_raised_three_times_stays_halted() -> None:
    engine = make.engine([ALPHA], [RaisingStrategy([ALPHA.id])])
    states = []

    for _ in range(3):
        engine.step(make.book_update(ALPHA, [("100", "1")], [("101", "1")]))
        engine.step(
            OperatorOrder(make.START, OperatorAction.RESUME, "strategy:raising", "fixed", "ann")
        )
        states.append(engine.state.scopes.get("strategy:raising"))

    assert states == [TradingState.ACTIVE, TradingState.ACTIVE, TradingState.HALTED]


def test_a_timer_of_a_strategy_comes_back_to_it() -> None:
    floor = Floor()
    floor.strategy.say(SetTimer(Nanos(make.START + SECOND), "anybody", "again"))

    (timer,) = floor.books().commands
    floor.engine.step(TimerFired(timer.at, timer.owner, timer.name))

    assert timer.owner == "strategy:scripted"
    assert floor.strategy.asked[-1] == TimerFired(timer.at, timer.owner, "again")


def test_a_strategy_may_ask_with_numpys_numbers() -> None:
    floor = Floor()
    floor.books()
    view, name = floor.engine.state, floor.strategy.id
    book = view.books[ALPHA.id]

    ticks, lots = book.levels(Side.SELL, np.int64(3))
    first, most = ticks[0], lots[0]

    assert book.level(Side.SELL, first) == book.liquidity(Side.SELL, np.int64(1)) == most > 0
    assert book.liquidity_within(Side.SELL, np.int32(0)) == most
    assert book.vwap(Side.BUY, most) == first
    assert book.imbalance(np.int64(1)) == book.imbalance(1)
    for ask in (view.room, view.headroom):
        assert ask(name, ALPHA.id, Side.BUY, first) == ask(name, ALPHA.id, Side.BUY, int(first)) > 0


def test_a_lost_feed_makes_its_books_unusable_until_a_snapshot() -> None:
    floor = Floor()

    floor.engine.step(FeedDown(floor.now, Venue("alpha"), "socket closed"))
    down = [book.is_usable for book in floor.engine.state.books.values()]
    floor.books()

    assert down == [False, True]
    assert all(book.is_usable for book in floor.engine.state.books.values())


def test_nothing_is_ordered_on_a_book_with_a_gap() -> None:
    floor = Floor()
    floor.strategy.say(floor.arbitrage())
    floor.engine.step(BookGap(floor.now, ALPHA.id, "lost 7"))

    outcome = floor.engine.step(make.book_update(BETA, [("100.4", "5")], [("100.5", "5")]))

    assert submitted(outcome) == []
    assert [r.refused.reason for r in only(SignalRefused, outcome.facts)] == [Reason.BOOK_UNUSABLE]


def test_an_unanswered_order_becomes_unknown_and_goes_on_reserving() -> None:
    floor = Floor()
    (order,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    reserved = floor.engine.state.accounts["alpha"].free("USDT")

    outcome = floor.engine.step(SubmitUnknown(floor.now, order.cl_ord_id, "timeout"))

    assert [f.ord_status for f in only(OrderChanged, outcome.facts)] == [OrdStatus.UNKNOWN]
    assert floor.engine.state.accounts["alpha"].free("USDT") == reserved
    assert floor.engine.state.open_lots(ALPHA.id, Side.BUY) == ALPHA.lots("1")


def test_a_report_of_a_stranger_s_order_is_noted_and_alerted() -> None:
    floor = Floor()

    outcome = floor.engine.step(make.report(ALPHA, "zz00001001", ExecType.NEW))

    assert [f.why for f in only(ReportIgnored, outcome.facts)] == ["no such order of ours"]
    assert [c.code for c in only(RaiseAlert, outcome.commands)] == ["UNKNOWN_ORDER"]


def test_an_impossible_report_changes_nothing_and_is_alerted() -> None:
    floor = Floor()
    (order,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))

    outcome = floor.fill(order, "1.5", "100.1")

    assert [c.code for c in only(RaiseAlert, outcome.commands)] == ["ILLEGAL_REPORT"]
    assert floor.engine.state.position(ALPHA.id) == 0


def test_a_round_trip_of_single_orders_is_a_trade_in_the_strategy_s_record() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    floor.fill(buy, "1", "100.1", fee="0.01")
    (sell,) = submitted(floor.say(floor.single(Side.SELL, "1", "100.0", SignalKind.EXIT)))

    floor.fill(sell, "1", "100.3", fee="0.01")

    record = floor.engine.records[floor.strategy.id]
    assert (record.trades, record.wins, record.pnl) == (1, 1, Decimal("0.18"))


def test_an_exit_never_opens_a_position() -> None:
    floor = Floor()

    outcome = floor.say(floor.single(Side.SELL, "1", "100.0", SignalKind.EXIT))

    assert submitted(outcome) == []


def test_new_trading_rules_drop_the_book_and_cancel_what_works() -> None:
    floor = Floor()
    (order,) = submitted(
        floor.say(floor.single(Side.BUY, "1", "99.0", SignalKind.QUOTE, TimeInForce.GTC))
    )
    floor.engine.step(make.report(ALPHA, order.cl_ord_id, ExecType.NEW))

    outcome = floor.engine.step(InstrumentUpdated(floor.now, make.instrument(tick="0.5")))

    assert only(CancelOrder, outcome.commands) == [CancelOrder(order.cl_ord_id, ALPHA.id)]
    assert not floor.engine.state.books[ALPHA.id].is_usable


def test_the_end_closes_the_gate_then_cancels_our_own() -> None:
    floor = Floor()
    (order,) = submitted(
        floor.say(floor.single(Side.BUY, "1", "99.0", SignalKind.QUOTE, TimeInForce.GTC))
    )
    floor.engine.step(make.report(ALPHA, order.cl_ord_id, ExecType.NEW))

    outcome = floor.engine.step(Shutdown(floor.now, "stop"))

    assert [f.state for f in only(StateChanged, outcome.facts)] == [TradingState.HALTED]
    assert only(CancelOrder, outcome.commands) == [CancelOrder(order.cl_ord_id, ALPHA.id)]


def test_an_event_that_is_refused_is_not_a_step() -> None:
    floor = Floor()
    stranger = make.instrument("XRP/USDT@alpha")
    before = (floor.engine.seq, floor.engine.state.now)

    with pytest.raises(UnknownInstrument):
        floor.engine.step(make.book_update(stranger, [("1.0", "1")], ts=make.START + SECOND))

    assert (floor.engine.seq, floor.engine.state.now) == before
    assert floor.books().seq == before[0] + 2


def test_a_trade_of_no_known_instrument_is_refused() -> None:
    stranger = make.instrument("XRP/USDT@alpha")
    trade = Trade(make.START, make.START, stranger.id, Side.BUY, Ticks(1), Lots(1))

    with pytest.raises(UnknownInstrument, match="XRP/USDT@alpha"):
        Floor().engine.step(trade)


def test_a_balance_at_no_known_venue_is_refused() -> None:
    with pytest.raises(DomainError, match="gamma"):
        Floor().engine.step(make.balance("gamma", "USDT", "1"))


def test_new_trading_rules_that_what_is_held_does_not_fit_change_nothing() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1.005", "100.1")))
    floor.fill(buy, "1.005", "100.1")

    with pytest.raises(OffGrid, match=r"1\.005"):
        floor.engine.step(InstrumentUpdated(floor.now, make.instrument(lot="0.01")))

    assert floor.engine.state.position(ALPHA.id) == ALPHA.lots("1.005")
    assert floor.books().commands == ()


def test_new_trading_rules_keep_what_open_orders_hold() -> None:
    floor = Floor()
    quote = floor.single(Side.BUY, "2", "99.0", SignalKind.QUOTE, TimeInForce.GTC)
    (order,) = submitted(floor.say(quote))
    coarse = make.instrument(tick="0.5", lot="0.01")

    floor.engine.step(InstrumentUpdated(floor.now, coarse))
    held = (floor.engine.state.open_lots(ALPHA.id, Side.BUY), _held(floor))
    floor.engine.step(make.report(coarse, order.cl_ord_id, ExecType.CANCELED, ts=floor.now))

    assert held == (coarse.lots("2"), 198)
    assert (floor.engine.state.open_lots(ALPHA.id, Side.BUY), _held(floor)) == (0, 0)


def test_a_strategy_that_raised_is_not_asked_until_it_is_resumed() -> None:
    engine = make.engine([ALPHA], [RaisingStrategy([ALPHA.id])])
    engine.step(make.book_update(ALPHA, [("100", "1")], [("101", "1")]))

    outcome = engine.step(make.book_update(ALPHA, [("100", "1")], [("101", "1")]))

    assert (outcome.commands, outcome.facts) == ((), ())


@pytest.mark.parametrize(
    "answer",
    [
        None,
        (None,),
        ("buy",),
        pytest.param("mine", id="a signal in another's name"),
        pytest.param("half", id="a quantity that is no whole number"),
        pytest.param("beyond", id="a price beyond all ticks"),
        pytest.param("one", id="a side that is a number"),
        pytest.param("word", id="an edge that is a word"),
        pytest.param("late", id="an end that is no whole number"),
        pytest.param("seen", id="an observation of an unknown stage"),
        pytest.param("early", id="a timer at no whole number"),
    ],
)
def test_a_strategy_that_answers_nonsense_is_halted_like_one_that_raises(answer: object) -> None:
    floor = Floor()
    signal = floor.single(Side.BUY, "1", "100.1")
    (leg,) = signal.legs
    answers = {
        "mine": evolve(signal, strategy="other"),
        "half": evolve(signal, legs=(evolve(leg, qty=0.5),)),
        "beyond": evolve(signal, legs=(evolve(leg, price=10**30),)),
        "one": evolve(signal, legs=(evolve(leg, side=1),)),
        "word": evolve(signal, edge_bps="much"),
        "late": evolve(signal, expires=float(signal.expires)),
        "seen": Observation(floor.strategy.id, "o", "r", "SEEN", 1.0, 1.0, 1.0),
        "early": SetTimer(floor.now + 0.5, floor.strategy.id, "later"),
    }
    floor.strategy.answer((answers[answer],) if answer in answers else answer)

    outcome = floor.books()

    assert len(only(StrategyRaised, outcome.facts)) == 1
    assert floor.engine.state.scopes.get("strategy:scripted") is TradingState.HALTED
    assert submitted(outcome) == []


def test_whole_numbers_of_numpy_s_become_plain_ones() -> None:
    floor = Floor()
    signal = floor.single(Side.BUY, "1", "100.1")
    (leg,) = signal.legs

    outcome = floor.say(evolve(signal, legs=(evolve(leg, price=np.int64(leg.price)),)))

    assert [type(order.price) for order in submitted(outcome)] == [int]


def test_the_end_cancels_resting_exits_too() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    floor.fill(buy, "1", "100.1")
    gtc = TimeInForce.GTC
    (leaving,) = submitted(floor.say(floor.single(Side.SELL, "1", "101.0", SignalKind.EXIT, gtc)))

    outcome = floor.engine.step(Shutdown(floor.now, "stop"))

    assert only(CancelOrder, outcome.commands) == [CancelOrder(leaving.cl_ord_id, ALPHA.id)]


def test_after_the_end_no_strategy_is_asked_until_the_next_start() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "1", "100.1")))
    floor.fill(buy, "1", "100.1")
    leave = floor.single(Side.SELL, "1", "100.0", SignalKind.EXIT)

    floor.engine.step(Shutdown(floor.now, "stop"))
    late = floor.say(leave)
    floor.engine.step(_started(floor, 2))
    again = floor.say(leave)

    assert submitted(late) == []
    assert [order.side for order in submitted(again)] == [Side.SELL]


def _started(floor: Floor, incarnation: int) -> RunStarted:
    return RunStarted(floor.now, RunId("paper-0001"), "paper", "a7", incarnation, 0, "{}", "0.1.0")


def _held(floor: Floor) -> int:
    return int(floor.engine.state.accounts["alpha"].held["USDT"])


@pytest.mark.parametrize(
    ("price", "told"),
    [
        (float("nan"), "TypeError"),
        (float("inf"), "TypeError"),
        (100.1, "TypeError"),
        ("100.1", "TypeError"),
    ],
)
def test_a_price_that_is_no_number_of_ticks_halts_the_strategy_and_sends_nothing(
    price: object, told: str
) -> None:
    floor = Floor()
    signal = floor.single(Side.BUY, "1", "100.1")
    (leg,) = signal.legs

    outcome = floor.say(evolve(signal, legs=(evolve(leg, price=price),)))

    (raised,) = only(StrategyRaised, outcome.facts)
    assert told in raised.error
    assert submitted(outcome) == []
    assert floor.engine.state.scopes.get("strategy:scripted") is TradingState.HALTED


@pytest.mark.parametrize(
    ("price", "qty", "reason"),
    [
        (0, 1, Reason.BELOW_MIN),
        (-1001, 1, Reason.MIN_NOTIONAL),
        (10**15, 1, Reason.PRICE_COLLAR),
        (1001, -1, Reason.BELOW_MIN),
    ],
)
def test_a_price_or_quantity_that_cannot_be_is_refused_with_its_reason(
    price: int, qty: int, reason: Reason
) -> None:
    floor = Floor()
    signal = floor.single(Side.BUY, "1", "100.1")
    (leg,) = signal.legs

    outcome = floor.say(evolve(signal, legs=(evolve(leg, price=Ticks(price), qty=Lots(qty)),)))

    assert [fact.refused.reason for fact in only(SignalRefused, outcome.facts)] == [reason]
    assert submitted(outcome) == []


@pytest.mark.parametrize("edge", [float("nan"), float("inf")])
def test_an_edge_that_is_no_number_decides_nothing(edge: float) -> None:
    """It is an opinion about money: what is sent depends on prices and limits alone."""
    floor = Floor()

    outcome = floor.say(evolve(floor.single(Side.BUY, "1", "100.1"), edge_bps=edge))

    assert len(submitted(outcome)) == 1
