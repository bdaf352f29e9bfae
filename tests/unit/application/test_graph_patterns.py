"""What the graph makes of the patterns, cases and metrics of a journal."""

import asyncio
import json
from decimal import Decimal
from random import Random
from typing import TypeVar

import pytest

from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.ask_watched import AskWatched
from graphwiz_trader.application.graph_rows import GraphRows
from graphwiz_trader.application.pattern_links import PatternLinks
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookGap, Trade
from graphwiz_trader.domain.facts import (
    GroupChanged,
    GroupState,
    OrderRefused,
    SignalApproved,
    SignalRefused,
    TradeClosed,
)
from graphwiz_trader.domain.graph import Relation, Signal
from graphwiz_trader.domain.graph_answers import FOREVER, WatchFilter
from graphwiz_trader.domain.graph_watch import Alert, Case, MetricSample, Occurrence, Pattern
from graphwiz_trader.domain.settings import KnowledgeGraphSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Refused, Stage
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Asset, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from graphwiz_trader.testing.graph import MemoryGraph
from tests.contracts.graph import answers
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

W = TypeVar("W", Occurrence, Case, MetricSample, Alert)

BUY = order("buy", AT_A, Side.BUY)
SELL = order("sell", AT_B, Side.SELL)


def watched(graph: MemoryGraph, label: type[W]) -> tuple[W, ...]:
    """Return what there is of *label*, the oldest first."""
    return asyncio.run(graph.watched(label, WatchFilter(), 1000))[::-1]


def sweep(diary: Diary, ms: int) -> int:
    """Somebody buys all that is offered at a."""
    lots = AT_A.lots("5")
    return diary.step(Trade(at(ms), at(ms), AT_A.id, Side.BUY, AT_A.ticks("101"), lots))


def swept(*then: tuple[int, str]) -> Diary:
    """A sweep at 10 ms, mid 100, and then bids at instants; the ask stays at 101."""
    diary = Diary()
    diary.book(0, AT_A)
    sweep(diary, 10)
    for ms, bid in then:
        diary.book(ms, AT_A, bid=bid)
    return diary


def test_a_pattern_is_written_when_it_is_seen_without_an_outcome() -> None:
    graph = swept((1010, "100")).graph()

    (found,) = watched(graph, Occurrence)

    assert (found.kind, found.symbol, found.side, found.ts) == ("SWEEP", "LINK/USDT", 1, at(10))
    assert (found.known, found.profit_bps) == (None, None)
    assert json.loads(found.indicators) == {"levels": 1.0, "share_of_depth": 1.0}


def test_its_outcome_is_the_mid_at_its_horizon_less_its_cost() -> None:
    """The update of 1009 ms counts, that of 1011 ms makes it known and does not count."""
    graph = swept((1009, "100"), (1011, "90")).graph()

    (found,) = watched(graph, Occurrence)
    # From 100 to 100.5; the spread was 2 of 100, the fee is 10 bps each way.
    assert found.profit_bps == pytest.approx(50.0 - 200.0 - 20.0)
    assert found.known == at(1010)


def test_an_update_at_the_very_horizon_counts() -> None:
    graph = swept((1010, "100"), (1011, "90")).graph()

    assert watched(graph, Occurrence)[0].profit_bps == pytest.approx(-170.0)


def test_asked_a_nanosecond_before_there_is_no_outcome() -> None:
    ask = AskWatched(swept((1009, "100"), (1011, "90")).graph())

    (early,) = asyncio.run(ask.patterns(WatchFilter(), 9, Nanos(at(1010) - 1)))
    (then,) = asyncio.run(ask.patterns(WatchFilter(), 9, at(1010)))

    assert (early.occurrence_count, early.judged) == (1, 0)
    assert (then.occurrence_count, then.judged) == (1, 1)
    assert asyncio.run(ask.patterns(WatchFilter(), 9, Nanos(at(10) - 1))) == ()


def test_what_nobody_can_price_at_its_horizon_is_never_judged() -> None:
    diary = swept()
    diary.step(BookGap(at(500), AT_A.id, "lost"))
    diary.book(1500, AT_B)

    (found,) = watched(diary.graph(), Occurrence)

    assert found.known is None


def test_copies_of_a_pattern_within_its_horizon_do_not_count() -> None:
    diary = swept()
    for ms in (100, 500, 1009, 1010):
        sweep(diary, ms)

    assert [each.ts for each in watched(diary.graph(), Occurrence)] == [at(10), at(1010)]


def test_it_does_not_matter_how_often_a_journal_was_looked_at() -> None:
    diary = swept(*((20 * n, "99" if n % 2 else "98") for n in range(1, 200)))
    cuts = range(1, len(diary.entries), 7)

    assert asyncio.run(answers(diary.graph(*cuts))) == asyncio.run(answers(diary.graph()))


@pytest.mark.parametrize(
    ("switches", "labels"),
    [
        (KnowledgeGraphSettings(), {"Pattern", "Occurrence"}),
        (KnowledgeGraphSettings(store_patterns=False), set()),
    ],
)
def test_patterns_can_be_switched_off(switches: KnowledgeGraphSettings, labels: set[str]) -> None:
    rows = GraphRows(
        STARTED, RebuiltPrices((AT_A, AT_B), (), Asset("USDT")), Asset("USDT"), (), switches
    )
    for entry in swept().entries:
        rows.feed(entry)

    found = {type(node).__name__ for node in rows.cut().nodes}

    assert found & {"Pattern", "Occurrence"} == labels


def moving(seconds: int = 32) -> Diary:
    """A while in which b does what a did two seconds ago."""
    diary, chance = Diary(), Random(7)
    bids = [str(chance.randrange(90, 100)) for _ in range(seconds + 2)]
    for n in range(seconds):
        diary.book(1000 * n, AT_A, bid=bids[n + 2])
        diary.book(1000 * n, AT_B, bid=bids[n])
    return diary


def test_instruments_that_move_together_are_linked_with_their_lag() -> None:
    ask = AskWatched(moving().graph())

    (link,) = asyncio.run(ask.moving("LINK/USDT", ""))

    assert asyncio.run(ask.moving("LINK", "")) == asyncio.run(ask.moving("", "run-9")) == ()
    assert (link.source, link.target, link.run) == (AT_A.id, AT_B.id, RUN)
    assert link.numbers["lag_s"] == 2.0
    # All moves but those at the ends of the window.
    assert link.numbers["rho"] == pytest.approx(0.92667, abs=1e-5)


def test_a_leader_of_three_windows_is_told_of_its_follower() -> None:
    """Windows end after 30, 70 and 150 seconds; the first, after 10, proves nothing yet."""
    diary = moving(220)

    leads = [each for each in watched(diary.graph(), Occurrence) if each.kind == "LEAD_LAG"]

    (first,) = leads
    assert (first.instrument, first.ts) == (AT_B.id, at(150_000))
    assert json.loads(first.indicators)["lag_s"] == 2.0
    assert first.known == at(210_000)


def test_a_cluster_of_episodes_is_over_when_none_follows_in_time() -> None:
    diary = Diary()
    diary.book(0, AT_A)
    for n in range(6):
        diary.book(10_000 * n, AT_B, evolve(seen(Stage.SEEN), opportunity=f"e{n}"))
    diary.book(69_999, AT_A)
    before = watched(diary.graph(), Occurrence)
    diary.book(70_001, AT_A)

    (after,) = watched(diary.graph(), Occurrence)

    assert [each.known for each in before] == [None]
    assert (after.kind, after.symbol, after.ts) == ("ARB_CLUSTER", "LINK/USDT", at(40_000))
    assert (after.known, after.lasted, after.profit_bps) == (at(70_000), 70 * SECOND, None)


def test_a_wide_spread_lasts_until_it_is_usual_again() -> None:
    diary = Diary()
    for n in range(62):
        diary.book(1000 * n, AT_A)
    for ms, bid in ((62_000, "90"), (62_200, "90"), (62_700, "99")):
        diary.book(ms, AT_A, bid=bid)

    (found,) = watched(diary.graph(), Occurrence)

    assert (found.kind, found.side, found.ts) == ("SPREAD_BLOWOUT", 0, at(62_200))
    assert (found.known, found.lasted) == (at(62_700), 700 * MILLISECOND)


def test_a_venue_gone_silent_is_told_by_the_others() -> None:
    diary = Diary()
    for n in range(160):
        diary.book(10 * n, AT_A)
        diary.book(10 * n, AT_B)
    diary.book(1700, AT_B, bid="100")

    (found,) = watched(diary.graph(), Occurrence)

    assert (found.kind, found.instrument, found.side) == ("STALE_LEADER", AT_A.id, 1)


def test_correlations_can_be_switched_off() -> None:
    rows = GraphRows(
        STARTED,
        RebuiltPrices((AT_A, AT_B), (), Asset("USDT")),
        Asset("USDT"),
        (),
        KnowledgeGraphSettings(analyze_correlations=False),
    )
    for entry in moving().entries:
        rows.feed(entry)

    assert Relation.MOVES_WITH not in {edge.relation for edge in rows.cut().edges}


HOUR = 3_600_000
"""In milliseconds."""


def leaning(diary: Diary, hour: int) -> None:
    """A book that leans to its bid for more than a second."""
    for k in range(12):
        start = at(hour * HOUR + 100 * k)
        diary.step(make.book_update(AT_A, [("99", "9")], [("101", "1")], start))


def linked(diary: Diary, **only: str) -> list[tuple[str, object, str, object]]:
    """The links of patterns in what *diary* says."""
    graph = diary.graph()
    asyncio.run(PatternLinks(graph).renew())
    found = asyncio.run(AskWatched(graph).together(WatchFilter(**only)))
    return [(one.source, one.numbers["lag_h"], one.target, one.numbers["n"]) for one in found]


def test_a_pattern_is_named_by_its_kind_and_symbol() -> None:
    graph = swept().graph()

    found = asyncio.run(graph.around(Pattern, "SWEEP:LINK/USDT", 9))

    assert found is not None
    assert found.node == Pattern("SWEEP:LINK/USDT", "SWEEP", "LINK/USDT", SECOND)
    assert [(one.relation, one.label, one.key) for one in found.steps] == [
        ("DETECTED_ON", "Symbol", "LINK/USDT"),
        ("INSTANCE_OF", "Occurrence", f"SWEEP:LINK/USDT:{RUN}:3"),
    ]


@pytest.mark.parametrize(("ms", "kinds"), [(900, ["SWEEP"]), (1010, [])])
def test_a_signal_is_amid_what_is_not_judged_yet(ms: int, kinds: list[str]) -> None:
    """A sweep at 10 ms is judged after a second."""
    diary = swept()
    diary.book(ms, AT_A, SignalApproved(wanting(BUY), "g1"), sends=(BUY,))
    graph = diary.graph()

    found = asyncio.run(Ask(graph).explain("buy", ""))

    assert [seen.kind for seen in found.story.amid] == kinds
    assert ("├─ amid SWEEP at LINK/USDT@a, seen " in found.text) == bool(kinds)
    assert ("In course was SWEEP at LINK/USDT@a" in found.text) == bool(kinds)


def test_a_signal_is_amid_what_lasts() -> None:
    """A wide spread, which is over when it is usual again, not after its horizon."""
    diary = Diary()
    for n in range(62):
        diary.book(1000 * n, AT_A)
    for ms, bid in ((62_000, "90"), (62_200, "90")):
        diary.book(ms, AT_A, bid=bid)
    diary.book(70_000, AT_A, SignalApproved(wanting(BUY), "g1"), sends=(BUY,), bid="90")
    diary.book(70_100, AT_A)
    diary.book(72_000, AT_A, SignalApproved(wanting(SELL), "g2"), sends=(SELL,))

    stories = [asyncio.run(diary.graph().story(name, "")) for name in ("buy", "sell")]

    seen = [[one.kind for one in story.amid] for story in stories if story is not None]
    assert seen == [["SPREAD_BLOWOUT"], []]


def test_a_signal_that_was_refused_is_amid_nothing() -> None:
    diary = swept()
    refused = Refused(Reason.POSITION, AT_A.id, "11", "10")
    diary.book(900, AT_A, SignalRefused(wanting(BUY), refused))

    assert "AMID" not in asyncio.run(diary.graph().stats()).relationships


def test_patterns_of_the_same_hours_are_linked() -> None:
    """Sweeps that the book leans to, every third hour for a day and a half."""
    diary = Diary()
    for n in range(36):
        if n % 3:
            diary.book(n * HOUR, AT_A)
        else:
            leaning(diary, n)
            sweep(diary, n * HOUR + 1500)
    diary.book(37 * HOUR, AT_A)

    assert linked(diary, kind="SWEEP", symbol="LINK/USDT") == [
        ("IMBALANCE_RUN:LINK/USDT", 0, "SWEEP:LINK/USDT", 12)
    ]
    assert linked(diary, kind="ICEBERG") == []


def test_patterns_that_follow_in_the_next_hour_are_linked_in_that_order() -> None:
    diary = Diary()
    for n in range(36):
        diary.book(n * HOUR, AT_A)
        if n % 3 == 0:
            leaning(diary, n)
        elif n % 3 == 1:
            sweep(diary, n * HOUR + 1500)
    diary.book(37 * HOUR, AT_A)

    assert linked(diary) == [("IMBALANCE_RUN:LINK/USDT", 1, "SWEEP:LINK/USDT", 12)]


def test_each_second_is_counted_once() -> None:
    diary = Diary()
    refused = Refused(Reason.POSITION, AT_A.id, "11", "10")
    diary.book(1, AT_A, SignalRefused(wanting(BUY), refused))
    diary.book(2, AT_B, SignalApproved(wanting(BUY, SELL), "g1"), sends=(BUY, SELL))
    diary.filled(1500, BUY, group="g1")

    found = watched(diary.graph(2, 3), MetricSample)

    first, second = found
    assert (first.entries, first.books, first.approved, first.refused) == (3, 2, 1, 1)
    assert (first.orders, first.fills) == (2, 0)
    assert (second.ts - first.ts, second.entries, second.fills) == (SECOND, 1, 1)


def test_how_the_process_fared_is_part_of_its_second() -> None:
    diary = Diary()
    diary.step(make.vitals(at(100), outbox=3))
    diary.step(make.vitals(at(900), outbox=7))
    diary.book(1500, AT_A)

    first, second = watched(diary.graph(), MetricSample)

    assert (first.outbox, first.cpu_pct, first.gc_longest) == (7, 50.0, 2_000_000)
    assert (first.entries, first.books) == (3, 0)
    assert (second.outbox, second.cpu_pct, second.books) == (None, None, 1)


def episode(diary: Diary, ms: int, n: int, realised: str | None) -> None:
    """Opportunity *n*, taken if it *realised* something, and over 9 ms later."""
    name = f"e{n}"

    def told(stage: Stage) -> object:
        return evolve(seen(stage), opportunity=name, gross_bps=50.0 + 3 * n)

    diary.book(ms, AT_A)
    if realised is None:
        diary.book(ms, AT_B, told(Stage.SEEN))  # type: ignore[arg-type] # evolved
    else:
        signal = evolve(wanting(BUY, SELL), opportunity=name)
        diary.book(ms, AT_B, told(Stage.SEEN), SignalApproved(signal, f"g{n}"))  # type: ignore[arg-type] # evolved
        order_of = evolve(BUY, cl_ord_id=f"o{n}")
        state = GroupChanged(
            f"g{n}", GroupState.DONE, Decimal(0), Decimal("0.5"), Decimal(realised)
        )
        diary.filled(ms + 5, order_of, state, group=f"g{n}")
    diary.book(ms + 9, AT_B, told(Stage.CLOSED))  # type: ignore[arg-type] # evolved


def test_an_opportunity_resembles_those_that_were_over_before() -> None:
    diary = Diary()
    for n in range(8):
        episode(diary, 100 * n, n, "1.5" if n % 2 else None)
    graph = diary.graph()

    found = asyncio.run(AskWatched(graph).similar("e7", "", 3))

    assert found.case.name == "e7"
    assert [each.case.name for each in found.similar] == ["e6", "e5", "e4"]
    assert [each.case.outcome for each in found.similar] == ["PASSED", "DONE", "PASSED"]
    assert [each.case.realised for each in found.similar] == ["0", "1.5", "0"]
    assert all(each.case.known is not None for each in found.similar)


def test_an_opportunity_is_a_case_until_its_groups_are_closed() -> None:
    diary = Diary()
    diary.book(0, AT_A)
    diary.book(1, AT_B, seen(Stage.SEEN), SignalApproved(wanting(BUY, SELL), "g1"))
    diary.book(2, AT_B, seen(Stage.CLOSED))

    (found,) = watched(diary.graph(), Case)

    assert (found.kind, found.known, found.outcome) == ("cross", None, "")
    looks = json.loads(found.features)
    assert looks["imbalance_0"] == looks["imbalance_1"] == 0.0
    assert looks["age_s"] == pytest.approx(MILLISECOND / SECOND)


def test_a_trade_of_no_opportunity_is_compared_by_its_signal() -> None:
    diary = Diary()
    diary.book(0, AT_A)
    signal = evolve(wanting(BUY), opportunity="")
    diary.book(1, AT_A, SignalApproved(signal, "g1"), sends=(BUY,))
    closed = TradeClosed(ARB, "t1", at(1), at(5), Asset("USDT"), Decimal(-2), Decimal("0.1"))
    diary.filled(5, BUY, closed)

    found = asyncio.run(AskWatched(diary.graph()).similar("t1", "", 9))

    assert (found.case.kind, found.case.outcome, found.case.known) == ("arb:1", "LOST", at(5))
    assert found.similar == ()


def test_what_nobody_knows_resembles_nothing() -> None:
    with pytest.raises(DataError, match="no opportunity, order or trade 'x9'"):
        asyncio.run(AskWatched(Diary().graph()).similar("x9", "", 9))


def test_an_order_of_the_engine_that_was_refused_is_there_with_its_numbers() -> None:
    diary = Diary()
    diary.book(0, AT_A)
    diary.book(1, AT_B, seen(Stage.SEEN), SignalApproved(wanting(BUY, SELL), "g1"))
    refused = Refused(Reason.BALANCE, AT_B.id, "3", "2")
    diary.book(2, AT_B, OrderRefused(ARB, "g1", refused))
    rows = diary.rows()
    for entry in diary.entries:
        rows.feed(entry)

    own = [node for node in rows.cut().nodes if isinstance(node, Signal) and node.kind == "OWN"]

    assert [(one.refused, one.refused_on, one.found, one.allowed) for one in own] == [
        ("BALANCE", AT_B.id, "3", "2")
    ]
    assert own[0].trade_group == "g1"
    assert own[0].opportunity


def test_questions_reach_as_far_as_there_is_anything() -> None:
    graph = swept((1009, "100"), (1011, "90")).graph()

    lines = asyncio.run(AskWatched(graph).patterns(WatchFilter(symbol="LINK/USDT"), 1, FOREVER))

    assert [line.kind for line in lines] == ["SWEEP"]
    assert asyncio.run(AskWatched(graph).patterns(WatchFilter(symbol="ETH/USDT"), 9)) == ()


def busy(seed: int, seconds: int) -> Diary:
    """Two books and trades at random instants."""
    diary, chance, ms = Diary(), Random(seed), 0
    while ms < 1000 * seconds:
        ms += chance.randrange(1, 120)
        of = chance.choice((AT_A, AT_B))
        bids, asks = (
            [(str(price), str(chance.randrange(1, 40))) for price in prices]
            for prices in ((99 - chance.randrange(3), 95), (101 + chance.randrange(3), 106))
        )
        diary.step(make.book_update(of, bids, asks, at(ms)))
        if chance.random() < 0.2:
            side = chance.choice(list(Side))
            price = of.ticks(asks[0][0] if side is Side.BUY else bids[0][0])
            diary.step(Trade(at(ms), at(ms), of.id, side, price, of.lots("20")))
    return diary


@pytest.mark.parametrize("seed", range(3))
def test_no_pattern_is_seen_by_what_comes_after_it(seed: int) -> None:
    """Cut off at any instant, the journal shows the same patterns up to then, and outcomes."""
    whole = busy(seed, 90)
    cut = Diary()
    cut.entries = whole.entries[: len(whole.entries) * 2 // 3]
    until = cut.entries[-1].event.ts  # type: ignore[union-attr] # no reference to a tape

    early = watched(cut.graph(), Occurrence)
    late = [each for each in watched(whole.graph(), Occurrence) if each.ts <= until]

    assert len(early) > 10
    assert [evolve(each, known=None, profit_bps=None, lasted=None) for each in late] == [
        evolve(each, known=None, profit_bps=None, lasted=None) for each in early
    ]
    judged = {each.key: each for each in late if each.known is not None and each.known < until}
    assert judged == {
        each.key: each for each in early if each.known is not None and each.known < until
    }
