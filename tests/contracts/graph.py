"""What every graph promises, as a sink of facts and as an answerer of questions."""

import asyncio
import atexit
import json
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from graphwiz_trader.application.ask_watched import AskWatched
from graphwiz_trader.application.pattern_links import PatternLinks
from graphwiz_trader.domain import graph as g
from graphwiz_trader.domain.graph import Batch, Edge, Node, Relation
from graphwiz_trader.domain.graph_answers import (
    OpportunityFilter,
    TradeFilter,
    WatchFilter,
    Window,
)
from graphwiz_trader.domain.graph_keep import Keep
from graphwiz_trader.domain.graph_watch import Case, MetricSample, Occurrence, Pattern, pattern_key
from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.graph import Graph as Graph  # noqa: PLC0414 # exported
from graphwiz_trader.testing import make

T = TypeVar("T")

_LOOP = asyncio.Runner()
atexit.register(_LOOP.close)

RUN, NEXT = RunId("run-1"), RunId("run-2")
DAY = 86_400 * 10**9
NOON = Nanos(20_000 * DAY + DAY // 2)

NASTY = (
    "O'Brien",
    '"; DROP TABLE "Trade"; --',
    "' OR '1'='1",
    "MATCH (n) DETACH DELETE n",
    "$strategy {key: 1} `x`",
    "%_\\%",
    "🤖 naïve 価格",
    "line\nbreak\ttab\x00null",
    "x" * 10_000,
)


def wait(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what *coroutine* comes to, on one loop for all, since connections belong to one."""
    return _LOOP.run(coroutine)


def run(name: str = RUN) -> g.Run:
    return g.Run(name, NOON, "backtest", "7", "0.1", "00", 0, "USDT")


def trade(
    n: int = 1,
    net: str = "1.5",
    at: int = NOON,
    strategy: str = "arb",
    of: str = RUN,
    reporting: str = "USDT",
) -> g.Trade:
    return g.Trade(
        f"{of}:{n}:0", of, n, f"g{n}", strategy, Nanos(at - 1), Nanos(at), "USDT", Decimal(net),
        Decimal("0.25"), reporting, Decimal(net), Decimal("0.25"), "BTC/USDT", "a, b",
    )  # fmt: skip


def order(n: int = 1, cl_ord_id: str = "o1", of: str = RUN) -> g.Order:
    return g.Order(
        f"{of}:{n}:0", of, n, NOON, cl_ord_id, "arb", "BTC/USDT@a", "BUY", "LIMIT", "IOC",
        Decimal("100.10"), Decimal("0.1"), "g1", "", "because", "{}", "NEW", Decimal(0), "",
    )  # fmt: skip


def fill(n: int = 1, cl_ord_id: str = "o1") -> g.Fill:
    return g.Fill(
        f"fill:a:main:BTC/USDT:{n}", RUN, n, NOON, NOON, cl_ord_id, f"x{n}", "arb", "BTC/USDT@a",
        "BUY", Decimal("100.10"), Decimal("0.1"), Decimal("0.001"), Decimal(0), "USDT", "TAKER",
    )  # fmt: skip


def signal(n: int = 1, verdict: str = "approved") -> g.Signal:
    return g.Signal(
        f"{RUN}:{n}:9", RUN, n, NOON, "arb", "TAKE", 2.5, "because", "run-1:1:5", "g1", "[]", "[]",
        verdict,
    )  # fmt: skip


def opportunity(n: int = 1, at: int = NOON, net: float | None = 2.5) -> g.ArbitrageOpportunity:
    return g.ArbitrageOpportunity(
        f"{RUN}:{n}:5", RUN, n, Nanos(at), None, "arb", f"e{n}", "BTC/USDT:a>b", "AFTER_FEES", 1,
        3.0, net, 0.1, 1, 2, "BALANCE", 1, "DONE", Decimal("1.10"), Decimal("0.9"),
    )  # fmt: skip


def occurrence(
    n: int = 1, at: int = NOON, kind: str = "SWEEP", profit_bps: float | None = 2.5
) -> Occurrence:
    return Occurrence(
        f"{kind}:BTC/USDT:{RUN}:{n}", RUN, n, Nanos(at), kind, "BTC/USDT", "BTC/USDT@a", 1,
        Nanos(10**9), 20.5, "{}", None if profit_bps is None else Nanos(at + 10**9), profit_bps,
        None,
    )  # fmt: skip


def pattern(kind: str = "SWEEP") -> Pattern:
    return Pattern(pattern_key(kind, "BTC/USDT"), kind, "BTC/USDT", Nanos(10**9))


def sample(n: int = 1) -> MetricSample:
    """Measured in every other second."""
    counted = MetricSample(f"{RUN}:{n}", RUN, n, Nanos(NOON + n * 10**9), 9, 8, 1, 0, 0, 0, 0, 0)
    vitals = make.vitals()
    told = {field.name: getattr(vitals, field.name) for field in fields_of(type(vitals))}
    return evolve(counted, **{**told, "ts": counted.ts}) if n % 2 else counted


def case(n: int = 1, known: int | None = NOON) -> Case:
    return Case(
        f"{RUN}:{n}:5", RUN, n, Nanos(NOON - n), "cross", f"e{n}", '{"edge": 1.5}',
        None if known is None else Nanos(known), "DONE", "1.10",
    )  # fmt: skip


def batch(*nodes: Node, seq: int = 1, of: RunId = RUN, edges: tuple[Edge, ...] = ()) -> Batch:
    return Batch(of, seq, Nanos(NOON + seq), nodes, edges)


def refused(reason: str, n: int, found: str = "1", allowed: str = "2") -> Edge:
    detail = {
        "reason": reason, "instrument": "BTC/USDT@a", "n": n, "found": found,
        "allowed": allowed, "last_seq": 7,
    }  # fmt: skip
    return Edge(
        Relation.REFUSED_BECAUSE, opportunity().key, "arb", f"{reason}:", json.dumps(detail)
    )


STORY = batch(
    run(), g.Strategy("arb"), signal(), order(1, "o1"), order(2, "o2"), fill(1), fill(2, "o2"),
    trade(3), opportunity(), signal(0, "refused"),
    edges=(
        Edge(Relation.TRIGGERED, signal().key, order(1).key),
        Edge(Relation.TRIGGERED, signal().key, order(2).key),
        Edge(Relation.FILLED_BY, order(1).key, fill(1).key),
        Edge(Relation.FILLED_BY, order(2).key, fill(2).key),
        Edge(Relation.PART_OF, fill(1).key, trade(3).key),
        Edge(Relation.PART_OF, fill(2).key, trade(3).key),
        Edge(Relation.ACTS_ON, signal().key, opportunity().key),
        Edge(Relation.ACTS_ON, signal(0).key, opportunity().key),
    ),
)  # fmt: skip


async def answers(store: Graph) -> list[object]:
    """Every question to *store*, answered."""
    trades = await store.trades(TradeFilter(), 10_000)
    opportunities = await store.opportunities(OpportunityFilter(), 10_000)
    last = trades[len(trades) // 2].closed if trades else NOON
    late = Window(last)
    names = sorted({trade.strategy for trade in trades})
    stories = [await store.story(trade.key, "") for trade in trades]
    orders = {order.cl_ord_id for story in stories if story for order in story.orders}
    return [
        await store.stats(),
        trades,
        opportunities,
        await store.instruments(),
        await store.strategies(TradeFilter()),
        [await store.strategies(TradeFilter(strategy=name, window=late)) for name in names],
        await store.strategies(TradeFilter(venue="beta")),
        await store.trades(TradeFilter(window=late), 5),
        await store.arbitrage(OpportunityFilter()),
        await store.arbitrage(OpportunityFilter(window=late)),
        stories,
        [await store.story(order, "") for order in sorted(orders)],
        [await store.verdict(each.key, "") for each in opportunities],
        [await store.verdict(each.name, "") for each in opportunities[:20]],
        await store.keys(Pattern, "", 10_000),
        await store.hours(168),
        [
            await store.around(label, key, 50)
            for label in g.LABELS
            for key in await store.keys(label, "", 9)
        ],
        await store.watched(Occurrence, WatchFilter(), 10_000),
        await store.watched(Occurrence, WatchFilter(kind="SWEEP", window=late), 3),
        await store.watched(Case, WatchFilter(), 10_000),
        await store.watched(MetricSample, WatchFilter(), 10_000),
        await store.watched(g.Alert, WatchFilter(), 10_000),
        [await store.links(relation) for relation in Relation],
    ]


class GraphContract:
    """Subclasses offer `graph`, empty."""

    @pytest.fixture
    def graph(self) -> Graph:
        raise NotImplementedError

    def test_a_run_never_seen_is_at_its_beginning(self, graph: Graph) -> None:
        assert wait(graph.cursor(RUN)) == (0, 0)

    def test_an_empty_batch_moves_the_cursor(self, graph: Graph) -> None:
        wait(graph.write(batch(seq=9)))

        assert wait(graph.cursor(RUN)) == (9, NOON + 9)
        assert wait(graph.cursor(NEXT)) == (0, 0)

    def test_the_same_batch_twice_changes_nothing(self, graph: Graph) -> None:
        wait(graph.write(STORY))
        before = wait(graph.stats())

        wait(graph.write(STORY))
        wait(graph.write(evolve(STORY, seq=2)))

        assert wait(graph.stats()) == before
        assert before.nodes["Order"] == before.nodes["Fill"] == 2
        assert before.relationships["FILLED_BY"] == 2

    def test_what_was_watched_is_found_by_each_of_its_names(self, graph: Graph) -> None:
        sweeps = [occurrence(n, NOON + n) for n in range(3)]
        other = occurrence(9, NOON, "ICEBERG", None)
        wait(graph.write(batch(*sweeps, other, pattern(), sample(), case(), case(2, None))))

        def found(**only: Any) -> list[Occurrence]:
            return list(wait(graph.watched(Occurrence, WatchFilter(**only), 10)))

        assert found(kind="SWEEP") == sweeps[::-1]
        assert found(kind="ICEBERG", run=RUN, symbol="BTC/USDT") == [other]
        assert found(key=other.key) == [other]
        assert found(symbol="ETH/USDT") == found(run="run-9") == found(kind=NASTY[1]) == []
        assert wait(graph.watched(MetricSample, WatchFilter(run=RUN), 10)) == (sample(),)
        assert wait(graph.watched(Case, WatchFilter(kind="cross"), 10)) == (case(), case(2, None))
        assert wait(graph.watched(Case, WatchFilter(), 1)) == (case(),)

    def test_what_was_watched_begins_in_its_window_and_ends_before(self, graph: Graph) -> None:
        seen = [occurrence(n, NOON + n) for n in range(3)]
        wait(graph.write(batch(*seen)))

        only = WatchFilter(window=Window(Nanos(NOON + 1), Nanos(NOON + 2)))

        assert wait(graph.watched(Occurrence, only, 10)) == (seen[1],)

    def test_what_came_of_a_pattern_is_written_over_it(self, graph: Graph) -> None:
        wait(graph.write(batch(occurrence(profit_bps=None))))

        wait(graph.write(batch(occurrence(), seq=2)))

        assert wait(graph.watched(Occurrence, WatchFilter(), 10)) == (occurrence(),)

    def test_links_say_what_they_said_last(self, graph: Graph) -> None:
        ends = pattern("SWEEP"), pattern("ICEBERG")
        edges = [
            Edge(Relation.CORRELATED_WITH, ends[0].key, ends[1].key, RUN, text)
            for text in ('{"n": 1}', '{"n": 2}')
        ]
        wait(graph.write(batch(*ends, edges=(edges[0],))))

        wait(graph.write(batch(seq=2, edges=(edges[1],))))

        assert wait(graph.links(Relation.CORRELATED_WITH)) == (edges[1],)
        assert wait(graph.links(Relation.MOVES_WITH)) == ()

    def test_relationships_of_a_kind_are_put_in_place_of_all_there_were(self, graph: Graph) -> None:
        ends = [pattern(kind) for kind in ("SWEEP", "ICEBERG", "OFI_SURGE")]
        old, new = (
            Edge(Relation.CORRELATED_WITH, ends[0].key, end.key, "together", "{}")
            for end in ends[1:]
        )
        other = Edge(Relation.DETECTED_ON, ends[0].key, "BTC/USDT")
        wait(graph.write(batch(*ends, g.Symbol("BTC/USDT"), edges=(old, other))))

        wait(graph.relate(Relation.CORRELATED_WITH, [new]))
        wait(graph.relate(Relation.CORRELATED_WITH, [new]))

        assert wait(graph.links(Relation.CORRELATED_WITH)) == (new,)
        assert wait(graph.links(Relation.DETECTED_ON)) == (other,)
        wait(graph.relate(Relation.CORRELATED_WITH, []))
        assert wait(graph.links(Relation.CORRELATED_WITH)) == ()

    def test_hours_are_those_of_all_runs_before_the_newest_entry(self, graph: Graph) -> None:
        """A week to the hour of the newest entry: its first hour counts, its last does not."""
        hour, now = 3600 * 10**9, NOON // (3600 * 10**9)
        at = [(now - 168) * hour - 1, (now - 168) * hour, NOON - 1, NOON]
        seen = [occurrence(n, ts, "SWEEP" if n else "ICEBERG") for n, ts in enumerate(at)]
        samples = [evolve(sample(n), ts=Nanos(ts)) for n, ts in enumerate(at)]
        kinds = pattern("SWEEP"), pattern("ICEBERG")
        wait(graph.write(batch(*kinds, *seen[:2], *samples[:2])))
        wait(graph.write(batch(*seen[2:], *samples[2:], of=NEXT)))

        found = wait(graph.hours(168))

        assert found.until == now
        assert found.watched == {now - 168, now - 1}
        assert found.seen == {("BTC/USDT", "SWEEP", now - 168), ("BTC/USDT", "SWEEP", now - 1)}

    def test_patterns_are_linked_across_runs_with_their_order(self, graph: Graph) -> None:
        """Two runs, each half the story: sweeps, an hour later icebergs, and a surge with them."""
        hour = 3600 * 10**9
        for start, of in ((0, RUN), (1, NEXT)):
            nodes: list[Node] = [
                evolve(sample(n), key=f"{of}:{n}", run=of, ts=Nanos(NOON + n * hour))
                for n in range(48)
            ]
            for n in range(start * 4, 48, 8):
                for kind, later in (("SWEEP", 0), ("ICEBERG", 1), ("OFI_SURGE", 1)):
                    one = occurrence(n, NOON + (n + later) * hour, kind)
                    nodes += [evolve(one, key=f"{kind}:{of}:{n}", run=of), pattern(kind)]
            wait(graph.write(evolve(batch(*nodes, of=of), ts=Nanos(NOON + 48 * hour))))

        wait(PatternLinks(graph).renew())

        found = wait(AskWatched(graph).together(WatchFilter()))
        told = {
            (link.source, link.numbers["lag_h"], link.target, link.numbers["n"]) for link in found
        }
        assert told == {
            ("ICEBERG:BTC/USDT", 0, "OFI_SURGE:BTC/USDT", 12),
            ("SWEEP:BTC/USDT", 1, "ICEBERG:BTC/USDT", 12),
            ("SWEEP:BTC/USDT", 1, "OFI_SURGE:BTC/USDT", 12),
        }
        before = wait(graph.links(Relation.CORRELATED_WITH))
        wait(PatternLinks(graph).renew())
        assert wait(graph.links(Relation.CORRELATED_WITH)) == before

    def test_what_is_kept_can_be_browsed(self, graph: Graph) -> None:
        wait(graph.write(STORY))

        found = wait(graph.around(g.Order, order(1).key, 9))

        assert wait(graph.keys(g.Order, "", 9)) == (order(1).key, order(2).key)
        assert wait(graph.keys(g.Order, ":2:", 9)) == (order(2).key,)
        assert wait(graph.keys(g.Order, "%", 9)) == wait(graph.keys(g.Asset, "", 9)) == ()
        assert wait(graph.around(g.Order, "nobody", 9)) is None
        assert wait(graph.around(g.Trade, order(1).key, 9)) is None
        assert found is not None
        assert found.node == order(1)
        assert [(one.relation, one.is_onward, one.label, one.key) for one in found.steps] == [
            ("FILLED_BY", True, "Fill", fill(1).key),
            ("TRIGGERED", False, "Signal", signal().key),
        ]
        last = wait(graph.around(g.Trade, trade(3).key, 1))
        assert last is not None
        assert [one.key for one in last.steps] == [fill(1).key]

    def test_an_earlier_batch_does_not_undo_a_later_one(self, graph: Graph) -> None:
        filled = evolve(order(), ord_status="FILLED")
        wait(graph.write(batch(run(), filled, seq=5)))

        wait(graph.write(batch(run(), order(), seq=4)))

        story = wait(graph.story("o1", ""))
        assert story is not None
        assert story.order == filled
        assert wait(graph.cursor(RUN))[0] == 5

    def test_of_duplicates_inside_a_batch_the_last_one_counts(self, graph: Graph) -> None:
        wait(graph.write(batch(trade(net="1"), trade(net="2"))))

        assert [t.net for t in wait(graph.trades(TradeFilter(), 9))] == [Decimal(2)]

    def test_what_is_kept_comes_back_to_the_digit_and_nanosecond(self, graph: Graph) -> None:
        exact = trade(net="-0.123456789012345678901234567890", at=NOON + 123_456_789)

        wait(graph.write(batch(exact)))

        assert wait(graph.trades(TradeFilter(), 9)) == (exact,)

    def test_windows_are_half_open(self, graph: Graph) -> None:
        wait(graph.write(batch(*(trade(n, at=NOON + n) for n in range(4)))))

        window = Window(Nanos(NOON + 1), Nanos(NOON + 3))
        found = wait(graph.trades(TradeFilter(window=window), 9))

        assert [t.name for t in found] == ["g2", "g1"]

    def test_the_latest_come_first_and_no_more_than_asked_for(self, graph: Graph) -> None:
        wait(graph.write(batch(*(trade(n, at=NOON + n % 3) for n in range(5)))))

        assert [t.name for t in wait(graph.trades(TradeFilter(), 3))] == ["g2", "g4", "g1"]

    def test_trades_are_chosen_by_symbol_venue_strategy_and_run(self, graph: Graph) -> None:
        there = (
            Edge(Relation.OF_SYMBOL, trade(1).key, "BTC/USDT"),
            Edge(Relation.ON_EXCHANGE, trade(1).key, "a"),
        )
        wait(graph.write(batch(trade(1), trade(2, strategy="other"), edges=there)))
        wait(graph.write(batch(trade(3, of=NEXT), of=NEXT)))

        def names(only: TradeFilter) -> list[str]:
            return [found.name for found in wait(graph.trades(only, 9))]

        assert names(TradeFilter(symbol="BTC/USDT")) == names(TradeFilter(venue="a")) == ["g1"]
        assert names(TradeFilter(venue="b")) == []
        assert names(TradeFilter(strategy="other")) == ["g2"]
        assert names(TradeFilter(run=NEXT)) == ["g3"]

    def test_records_equal_a_plain_sum(self, graph: Graph) -> None:
        nets = [Decimal(n * n - 40) / 7 for n in range(12)]
        made = [trade(n, str(net), NOON + n) for n, net in enumerate(nets)]
        wait(graph.write(batch(*made, trade(99, "5", strategy="other"))))

        arb, other = wait(graph.strategies(TradeFilter()))

        assert (arb.strategy, other.strategy) == ("arb", "other")
        assert arb.record.net == sum(nets)
        assert arb.record.wins == sum(net > 0 for net in nets)
        assert arb.record.longest_winning == 5
        assert arb.fees == Decimal("0.25") * 12
        assert arb.by_venue == {"a, b": sum(nets)}

    def test_amounts_of_different_currencies_are_never_added(self, graph: Graph) -> None:
        wait(graph.write(batch(trade(1, "1"), trade(2, "2", reporting="EUR"))))

        lines = wait(graph.strategies(TradeFilter()))

        assert [(line.reporting, line.record.net) for line in lines] == [
            ("EUR", Decimal(2)),
            ("USDT", Decimal(1)),
        ]

    def test_an_unknown_strategy_has_no_record(self, graph: Graph) -> None:
        wait(graph.write(batch(trade())))

        assert wait(graph.strategies(TradeFilter(strategy="nobody"))) == ()

    def test_an_order_is_told_with_all_it_is_connected_with(self, graph: Graph) -> None:
        wait(graph.write(STORY))

        story = wait(graph.story("o1", ""))

        assert story is not None
        assert story.order == order(1)
        assert story.signals == (signal(),)
        assert story.orders == (order(1), order(2, "o2"))
        assert story.fills == (fill(1),)
        assert story.trades == (trade(3),)
        assert story.opportunity == opportunity()
        assert story.refusals == (signal(0, "refused"),)

    def test_what_was_going_on_is_told_with_the_order_and_with_the_trade(
        self, graph: Graph
    ) -> None:
        edges = (
            Edge(Relation.AMID, signal().key, occurrence().key),
            Edge(Relation.AMID, signal(0).key, occurrence(2).key),
        )
        wait(graph.write(STORY))
        wait(graph.write(batch(occurrence(), occurrence(2), seq=2, edges=edges)))

        by_order, by_trade = wait(graph.story("o1", "")), wait(graph.story("g3", ""))

        assert by_order is not None
        assert by_trade is not None
        assert by_order.amid == by_trade.amid == (occurrence(),)

    def test_a_trade_is_told_with_every_order_and_fill(self, graph: Graph) -> None:
        wait(graph.write(STORY))

        story = wait(graph.story("g3", ""))

        assert story is not None
        assert (story.order, story.trade) == (None, trade(3))
        assert story.orders == (order(1), order(2, "o2"))
        assert story.fills == (fill(1), fill(2, "o2"))
        assert story.signals == (signal(),)

    def test_of_one_name_in_several_runs_the_run_kept_last_is_meant(self, graph: Graph) -> None:
        wait(graph.write(batch(run(), order())))
        wait(graph.write(batch(run(NEXT), order(of=NEXT), of=NEXT)))
        wait(graph.write(batch(run(), seq=2)))

        newest, chosen = wait(graph.story("o1", "")), wait(graph.story("o1", RUN))

        assert newest is not None
        assert chosen is not None
        assert newest.order == order(of=NEXT)
        assert chosen.order == order()

    def test_of_what_is_unknown_there_is_no_story_and_no_verdict(self, graph: Graph) -> None:
        wait(graph.write(STORY))

        assert wait(graph.story("o9", "")) is None
        assert wait(graph.story("o1", NEXT)) is None
        assert wait(graph.verdict("e9", "")) is None

    def test_every_reason_against_an_opportunity_is_kept_with_its_numbers(
        self, graph: Graph
    ) -> None:
        edges = (refused("BALANCE", 1), refused("POSITION", 3, "11.5", "10"))
        wait(graph.write(batch(run(), opportunity(), edges=edges)))
        wait(graph.write(batch(seq=2, edges=(refused("BALANCE", 2),))))

        verdict = wait(graph.verdict("e1", ""))

        assert verdict is not None
        assert verdict.opportunity == opportunity()
        assert [(r.reason, r.n) for r in verdict.refusals] == [("POSITION", 3), ("BALANCE", 2)]
        assert (verdict.refusals[0].found, verdict.refusals[0].allowed) == ("11.5", "10")

    def test_instruments_come_by_key(self, graph: Graph) -> None:
        listed = [
            g.Instrument(f"{name}/USDT@a", "spot", name, "USDT", Decimal("0.01"), Decimal("0.10"))
            for name in ("ETH", "BTC")
        ]
        wait(graph.write(batch(*listed)))

        assert wait(graph.instruments()) == (listed[1], listed[0])

    def test_opportunities_are_counted_and_chosen(self, graph: Graph) -> None:
        unpaid = evolve(
            opportunity(2, NOON + 1, None), admitted=0, filled=0, survived=0, outcome=""
        )
        wait(graph.write(batch(opportunity(1), unpaid)))

        line = wait(graph.arbitrage(OpportunityFilter()))

        assert (line.seen, line.after_fees, line.survived) == (2, 1, 1)
        assert (line.admitted, line.refused, line.filled, line.completed) == (1, 1, 1, 1)
        assert (line.average_bps, line.best_bps) == (2.5, 2.5)
        assert line.expected == Decimal("2.20")
        assert wait(graph.opportunities(OpportunityFilter(outcome="DONE"), 9)) == (opportunity(1),)
        assert wait(graph.opportunities(OpportunityFilter(reason="BALANCE"), 1)) == (unpaid,)
        early = OpportunityFilter(window=Window(until=Nanos(NOON + 1)))
        assert wait(graph.opportunities(early, 9)) == (opportunity(1),)

    @pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
    def test_any_text_is_data(self, graph: Graph, text: str) -> None:
        """Written, asked for and given back as it was, with everything else still there."""
        named = evolve(order(5, text), strategy=text, why=text, text=text)
        found = evolve(opportunity(6), name=text, strategy=text)
        strange = (
            Edge(Relation.OF_SYMBOL, trade(4).key, text),
            evolve(refused(text, 1, text, text), target=text, source=found.key),
        )
        wait(graph.write(STORY))

        wait(graph.write(batch(named, found, trade(4, strategy=text), seq=2, edges=strange)))

        story, verdict = wait(graph.story(text, "")), wait(graph.verdict(text, ""))
        assert story is not None
        assert verdict is not None
        assert story.order == named
        assert verdict.refusals[0].found == text
        assert wait(graph.trades(TradeFilter(symbol=text, strategy=text), 9))[0].name == "g4"
        assert len(wait(graph.trades(TradeFilter(), 9))) == 2

    def test_a_row_never_taken_is_a_dead_letter_and_holds_up_nothing(self, graph: Graph) -> None:
        bad = evolve(order(5, "o5"), text="half a pair: \ud800")

        wait(graph.write(batch(run(), order(), bad, trade(3))))
        wait(graph.write(batch(run(), order(), bad, trade(3), seq=2)))

        stats = wait(graph.stats())
        assert stats.dead_letters == 1
        assert (stats.nodes["Order"], stats.nodes["Trade"]) == (1, 1)
        assert wait(graph.cursor(RUN))[0] == 2

    def test_counts_are_by_label_and_relationship(self, graph: Graph) -> None:
        wait(graph.write(STORY))

        stats = wait(graph.stats())

        assert stats.nodes == {
            "Run": 1, "Strategy": 1, "Signal": 2, "Order": 2, "Fill": 2, "Trade": 1,
            "ArbitrageOpportunity": 1,
        }  # fmt: skip
        assert stats.relationships == {
            "TRIGGERED": 2, "FILLED_BY": 2, "PART_OF": 2, "ACTS_ON": 2,
        }  # fmt: skip
        assert stats.latest == NOON

    def test_moments_before_an_age_are_forgotten(self, graph: Graph) -> None:
        """Counted back from the newest entry; what lasts stays, and how far the run is kept."""
        old = evolve(STORY, nodes=(*STORY.nodes, trade(8, at=NOON + 9)), ts=Nanos(NOON + 10))
        wait(graph.write(old))

        gone = wait(graph.trim(Keep(age=Nanos(5))))

        stats = wait(graph.stats())
        assert gone == 8
        assert stats.nodes == {"Run": 1, "Strategy": 1, "Trade": 1}
        assert stats.relationships == {}
        assert wait(graph.cursor(RUN))[0] == STORY.seq
        assert wait(graph.trim(Keep(age=Nanos(5)))) == 0

    def test_only_so_many_moments_are_kept_the_newest(self, graph: Graph) -> None:
        nodes = [evolve(order(n, f"o{n}"), ts=Nanos(NOON + n)) for n in (1, 2, 3)]
        edge = Edge(Relation.FILLED_BY, order(3).key, fill(4).key)
        late = evolve(fill(4), ts=Nanos(NOON + 4))
        wait(graph.write(batch(run(), *nodes, late, trade(5, at=NOON + 5), edges=(edge,))))

        assert wait(graph.trim(Keep(most=9))) == 0
        assert wait(graph.trim(Keep(most=3))) == 2

        stats = wait(graph.stats())
        assert stats.nodes == {"Run": 1, "Order": 1, "Fill": 1, "Trade": 1}
        assert stats.relationships == {"FILLED_BY": 1}
        assert wait(graph.story("o3", "")) is not None
        assert wait(graph.story("o2", "")) is None

    def test_what_is_cleared_is_forgotten_and_can_be_written_again(self, graph: Graph) -> None:
        wait(graph.write(STORY))
        before = wait(graph.stats())

        wait(graph.clear())

        assert wait(graph.stats()).nodes == {}
        assert wait(graph.cursor(RUN)) == (0, 0)
        wait(graph.write(STORY))
        assert wait(graph.stats()) == before
