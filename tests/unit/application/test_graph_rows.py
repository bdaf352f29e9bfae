"""What the graph makes of a journal, entry by entry."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.explain import Explanation
from graphwiz_trader.application.graph_rows import GraphRows
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.commands import RaiseAlert, ReplaceOrder, Severity
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import (
    InstrumentUpdated,
    OperatorAction,
    OperatorOrder,
    TimerFired,
)
from graphwiz_trader.domain.facts import (
    GroupChanged,
    GroupState,
    OrderRefused,
    SignalApproved,
    SignalRefused,
    TradeClosed,
)
from graphwiz_trader.domain.graph import Instrument, Relation
from graphwiz_trader.domain.graph_answers import GraphStats, OpportunityFilter, TradeFilter
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Refused, SignalKind, Stage
from graphwiz_trader.domain.units import Asset, ClOrdId, Lots, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from graphwiz_trader.testing.graph import MemoryGraph
from tests.contracts.graph import NASTY
from tests.unit.application.graph_diary import (
    ARB,
    AT_A,
    AT_B,
    RUN,
    STARTED,
    Diary,
    at,
    order,
    seen,
    wanting,
)

BUY = order("buy", AT_A, Side.BUY)
SELL = order("sell", AT_B, Side.SELL)
HEDGE = order("hedge", AT_B, Side.SELL, "99")
FULL = Refused(Reason.POSITION, AT_A.id, "11.5", "10")


def stats(graph: MemoryGraph) -> GraphStats:
    return asyncio.run(graph.stats())


def explain(graph: MemoryGraph, name: str) -> Explanation:
    return asyncio.run(Ask(graph).explain(name, ""))


def group(state: GroupState, realised: str = "0") -> GroupChanged:
    return GroupChanged("g1", state, Decimal(0), Decimal("0.5"), Decimal(realised))


def closed(name: str = "g1", pnl: str = "1.8") -> TradeClosed:
    return TradeClosed(ARB, name, at(3), at(5), Asset("USDT"), Decimal(pnl), Decimal("0.2"))


def taken(why: str = "crossed") -> Diary:
    """Refused twice, then bought at a and sold at b."""
    diary = Diary()
    diary.book(0, AT_A)
    diary.book(1, AT_B, seen(Stage.SEEN), seen(Stage.AFTER_FEES))
    for ms in (1, 2):
        diary.book(ms, AT_B, SignalRefused(wanting(BUY, SELL), FULL))
    diary.book(
        3,
        AT_B,
        SignalApproved(wanting(BUY, SELL, why=why), "g1"),
        group(GroupState.WORKING),
        sends=(BUY, SELL),
    )
    diary.filled(4, BUY, group="g1")
    diary.filled(5, SELL, group(GroupState.DONE, "1.8"), closed(), group="g1")
    return diary


def test_a_run_and_what_it_can_trade_are_there_from_the_start() -> None:
    found = stats(Diary().graph())

    assert found.nodes == {
        "Run": 1, "Strategy": 2, "Instrument": 2, "Symbol": 1, "Exchange": 2, "Asset": 2,
            "MetricSample": 1,
    }  # fmt: skip
    assert found.relationships == {
        "RAN": 2, "OF": 2, "LISTED_ON": 2, "CONVERTS": 4, "OF_RUN": 1,
    }  # fmt: skip


def test_a_seed_of_any_size_is_kept() -> None:
    graph, diary = SqliteGraph(Path(":memory:")), Diary()
    prices = RebuiltPrices((AT_A, AT_B), (), Asset("USDT"))
    rows = GraphRows(evolve(STARTED, seed=2**80), prices, Asset("USDT"), ())
    rows.feed(diary.entries[0])

    asyncio.run(graph.write(rows.cut()))

    found = asyncio.run(graph.stats())
    assert (found.nodes["Run"], found.dead_letters) == (1, 0)
    asyncio.run(graph.close())


def test_a_trade_is_connected_with_its_strategy_symbol_and_venues() -> None:
    graph = taken().graph()

    (trade,) = asyncio.run(graph.trades(TradeFilter(symbol="LINK/USDT", venue="b"), 9))

    assert (trade.key, trade.name, trade.strategy) == (f"{RUN}:8:3", "g1", "arb")
    assert (trade.net, trade.charged, trade.venues) == (Decimal("1.8"), Decimal("0.2"), "a, b")
    assert [n.key for n in graph.onward(Relation.EXECUTED_BY, trade.key)] == ["arb"]


def test_an_order_is_caused_by_the_last_update_of_each_book_it_is_about() -> None:
    """Entry 2 was the last of a's book; entry 6 is the one decided on."""
    found = explain(taken().graph(), "buy")

    assert [(cause.seq, cause.detail["instrument"]) for cause in found.caused_by] == [
        (2, AT_A.id),
        (6, AT_B.id),
    ]
    assert str(found.caused_by[1].detail["bid"]) == "99.00"
    assert [cause.detail["same_instant"] for cause in found.caused_by] == [False, True]


def test_updates_of_one_instant_are_causes_of_that_instant() -> None:
    diary = Diary()
    diary.book(1, AT_A, more=True)
    diary.book(1, AT_B, SignalApproved(wanting(BUY, SELL), "g1"), sends=(BUY, SELL))

    found = explain(diary.graph(), "sell")

    assert [(c.seq, c.detail["same_instant"]) for c in found.caused_by] == [(2, True), (3, True)]


def test_checks_tell_earlier_refusals_before_what_passed() -> None:
    checks = explain(taken().graph(), "buy").checks

    assert [check["verdict"] for check in checks[:3]] == ["refused", "refused", "passed"]
    assert (checks[0]["check"], checks[0]["found"], checks[0]["limit"]) == (
        "POSITION",
        "11.5",
        "10",
    )
    assert len(checks) == 2 + 1 + 19


def test_an_opportunity_says_how_far_it_came_and_what_it_earned() -> None:
    graph = taken().graph()

    (found,) = asyncio.run(graph.opportunities(OpportunityFilter(), 9))

    assert (found.stage, found.admitted, found.refused, found.filled) == ("AFTER_FEES", 1, 2, 1)
    assert (found.outcome, found.expected, found.realised) == (
        "DONE",
        Decimal("0.5"),
        Decimal("1.8"),
    )
    assert [n.key for n in graph.onward(Relation.BUY_ON, found.key)] == [AT_A.id]
    assert [n.key for n in graph.onward(Relation.SELL_ON, found.key)] == [AT_B.id]
    assert len(graph.back(Relation.EXPLOITS, found.key)) == 2


def test_reasons_against_an_opportunity_are_counted() -> None:
    verdict = asyncio.run(Ask(taken().graph()).why_not("e1", ""))

    (refusal,) = verdict.refusals
    assert (refusal.reason, refusal.n, refusal.last_seq) == ("POSITION", 2, 5)
    assert (refusal.found, refusal.allowed) == ("11.5", "10")


def test_a_hedge_after_a_fill_comes_from_the_signal_of_its_group() -> None:
    diary = taken()
    diary.entries = diary.entries[:6]
    diary.filled(4, BUY, group="g1", sends=(HEDGE,))

    found = explain(diary.graph(), "hedge")

    assert [signal.trade_group for signal in found.story.signals] == ["g1"]
    assert found.story.order is not None
    assert found.story.order.why == "to complete or unwind group g1"
    assert [cause.event for cause in found.caused_by][-1] == "ExecutionReport"


def test_a_hedge_after_a_timer_comes_from_the_signal_of_its_group() -> None:
    diary = taken()
    diary.step(TimerFired(at(6), "group:g1", "hedge"), (), (HEDGE,))

    assert [s.trade_group for s in explain(diary.graph(), "hedge").story.signals] == ["g1"]


def test_an_order_of_a_person_says_who_and_why() -> None:
    diary = taken()
    flatten = OperatorOrder(at(6), OperatorAction.FLATTEN, "", "lunch", "ann")
    diary.step(flatten, (OrderRefused(ARB, "", FULL),), (HEDGE,))

    found = explain(diary.graph(), "hedge")

    assert found.story.signals == ()
    assert found.story.order is not None
    assert found.story.order.why == "ann: flatten, lunch"
    assert "No signal asked for it." in found.text


def test_a_quote_is_one_signal_however_many_orders_it_led_to() -> None:
    diary = Diary()
    bid, ask = order("bid", AT_A, Side.BUY, "98"), order("ask", AT_A, Side.SELL, "102")
    quote = wanting(bid, ask, kind=SignalKind.QUOTE)
    diary.book(1, AT_A, SignalApproved(quote, ""), SignalApproved(quote, ""), sends=(bid, ask))

    graph = diary.graph()

    assert stats(graph).nodes["Signal"] == 1
    assert [o.cl_ord_id for o in explain(graph, "bid").story.orders] == ["bid", "ask"]


def test_a_replacement_is_an_order_of_its_own_from_the_same_signal() -> None:
    diary = Diary()
    quote = wanting(BUY, kind=SignalKind.QUOTE)
    diary.book(1, AT_A, SignalApproved(quote, ""), sends=(BUY,))
    moved = ReplaceOrder(ClOrdId("buy2"), ClOrdId("buy"), AT_A.id, Ticks(9900), Lots(10))
    diary.book(2, AT_A, sends=(moved,))

    graph = diary.graph()

    new = explain(graph, "buy2").story
    assert new.order is not None
    assert (new.order.replaces, new.order.price, new.order.side) == ("buy", Decimal(99), "BUY")
    assert new.signals == explain(graph, "buy").story.signals
    assert stats(graph).nodes["Order"] == 2


def test_a_fill_through_zero_is_part_of_the_trade_it_ends_and_the_one_it_begins() -> None:
    diary = Diary()
    flip = order("flip", AT_A, Side.SELL, qty="5")
    back = order("back", AT_A, Side.BUY, qty="3")
    diary.filled(1, BUY)
    diary.filled(2, flip, closed("t1"))
    diary.filled(3, back, closed("t2"))

    graph = diary.graph()

    first, second = explain(graph, "t1").story, explain(graph, "t2").story
    assert [fill.cl_ord_id for fill in first.fills] == ["buy", "flip"]
    assert [fill.cl_ord_id for fill in second.fills] == ["flip", "back"]


def test_while_no_trade_is_closed_an_order_earned_what_its_fills_realised() -> None:
    diary = Diary()
    diary.book(1, AT_A, SignalApproved(wanting(BUY), "g1"), sends=(BUY,))
    diary.filled(2, BUY, group="g1")

    found = explain(diary.graph(), "buy")

    assert found.pnl == {"trade": None, "asset": "USDT", "net": "0.9", "fees": "0.1"}
    assert "No trade was closed with it." in found.text


def test_alerts_are_of_their_run() -> None:
    diary = Diary()
    diary.book(1, AT_A, sends=(RaiseAlert(Severity.CRITICAL, "GROUP_STUCK", "it owes"),))

    graph = diary.graph()

    (alert,) = graph.onward(Relation.RAISED, RUN)
    assert alert.key == f"{RUN}:2:0"


def test_new_trading_rules_change_the_instrument() -> None:
    diary = Diary()
    diary.step(InstrumentUpdated(at(1), evolve(AT_A, tick_size=Decimal("0.05"))))

    found = diary.graph().back(Relation.OF, "LINK/USDT")

    grids = {node.key: node.tick_size for node in found if isinstance(node, Instrument)}
    assert grids == {AT_A.id: Decimal("0.05"), AT_B.id: Decimal("0.01")}


@pytest.mark.parametrize("cuts", [(3,), (4, 6), tuple(range(1, 9))])
def test_it_does_not_matter_where_batches_are_cut(cuts: tuple[int, ...]) -> None:
    diary = taken()

    whole, parts = diary.graph(), diary.graph(*cuts)

    assert stats(parts) == stats(whole)
    assert explain(parts, "g1") == explain(whole, "g1")
    assert asyncio.run(parts.verdict("e1", "")) == asyncio.run(whole.verdict("e1", ""))


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_a_strategys_reason_is_data_and_is_shown_on_one_line(text: str) -> None:
    graph = taken(why=text).graph()

    found = explain(graph, "buy")

    assert found.story.signals[0].why == text
    letters = set(found.text) - {"\n"}
    assert all(letter.isprintable() for letter in letters)
    assert max(map(len, found.text.splitlines()[:-1])) < 500


def test_what_the_graph_does_not_know_is_an_error_that_names_it() -> None:
    graph = taken().graph()

    with pytest.raises(DataError, match="no order or trade 'nope' in run bt-9"):
        asyncio.run(Ask(graph).explain("nope", "bt-9"))
    with pytest.raises(DataError, match="no opportunity 'e7'"):
        asyncio.run(Ask(graph).why_not("e7", ""))


def test_routes_are_rounds_of_three_at_one_venue_begun_where_asked() -> None:
    names = ("BTC/USDT@a", "ETH/USDT@a", "ETH/BTC@a", "BTC/USDT@b")
    graph, diary = MemoryGraph(), Diary()
    prices = RebuiltPrices([make.instrument(name) for name in names], (), Asset("USDT"))
    rows = GraphRows(STARTED, prices, Asset("USDT"), ())
    rows.feed(diary.entries[0])
    asyncio.run(graph.write(rows.cut()))

    found = asyncio.run(Ask(graph).routes("a", "ETH"))

    assert {route.name for route in found} == {"ETH>BTC>USDT>ETH@a", "ETH>USDT>BTC>ETH@a"}
    assert len(asyncio.run(Ask(graph).routes("", ""))) == 2
    assert asyncio.run(Ask(graph).routes("b", "")) == ()


def test_days_are_counted_back_from_the_newest_trade() -> None:
    graph = taken().graph()

    window = asyncio.run(Ask(graph).window(0.5))

    assert at(5) - window.since == 43_200 * 10**9
    assert window.until > at(5)


def test_legs_are_told_in_prices_and_quantities() -> None:
    graph = taken().graph()

    (signal,) = explain(graph, "buy").story.signals

    assert json.loads(signal.legs)[0] == {
        "instrument": AT_A.id,
        "side": "BUY",
        "price": "100.00",
        "qty": "2.0",
    }


def test_orders_are_as_their_last_report_left_them() -> None:
    graph = taken().graph()

    orders = explain(graph, "g1").story.orders

    assert [(o.cl_ord_id, o.ord_status, o.cum_qty) for o in orders] == [
        ("buy", "FILLED", Decimal(2)),
        ("sell", "FILLED", Decimal(2)),
    ]
