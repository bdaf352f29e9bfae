"""Graph answers: what one asks the graph, and what it says."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from graphwiz_trader.domain.graph import (
    ArbitrageOpportunity,
    Edge,
    Fill,
    Order,
    Relation,
    Signal,
    Trade,
)
from graphwiz_trader.domain.graph_watch import Occurrence
from graphwiz_trader.domain.trade_record import TradeRecord, trade_record
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value

ZERO = Decimal(0)
FOREVER = Nanos(2**63 - 1)


@value
class Window:
    """Instants from `since` (inclusive) to `until` (exclusive)."""

    since: Nanos = Nanos(0)
    until: Nanos = FOREVER


@value
class TradeFilter:
    """Which trades, by when they closed; empty text: any."""

    run: str = ""
    strategy: str = ""
    symbol: str = ""
    venue: str = ""
    window: Window = Window()


@value
class OpportunityFilter:
    """Which opportunities, by when they opened; empty text: any. `reason` is the latest refusal."""

    run: str = ""
    strategy: str = ""
    outcome: str = ""
    reason: str = ""
    window: Window = Window()


@value
class WatchFilter:
    """
    Which of what was watched, by when it was seen; empty text: any.

    `kind` and `symbol` are asked of the labels that have them.
    """

    key: str = ""
    run: str = ""
    kind: str = ""
    symbol: str = ""
    window: Window = Window()


@value
class GraphStats:
    """
    What the graph holds.

    `latest` is the end of the newest trade, None without one; `dead_letters` counts rows the
    store would not take.
    """

    nodes: Mapping[str, int]
    relationships: Mapping[str, int]
    dead_letters: int
    latest: Nanos | None


@value
class Story:
    """
    Everything one order or trade is connected with, each part oldest first.

    `order` and `trade` are what was asked for, one of them None; `fills` are of the order, or of
    the whole trade; `amid` are the patterns in course when the signals were given.
    """

    order: Order | None
    trade: Trade | None
    signals: tuple[Signal, ...] = ()
    orders: tuple[Order, ...] = ()
    fills: tuple[Fill, ...] = ()
    trades: tuple[Trade, ...] = ()
    refusals: tuple[Signal, ...] = ()
    opportunity: ArbitrageOpportunity | None = None
    amid: tuple[Occurrence, ...] = ()


@value
class Refusal:
    """A reason why an opportunity was not taken: how often, and the numbers of the last time."""

    reason: str
    instrument: str
    n: int
    found: str
    allowed: str
    last_seq: int


@value
class Verdict:
    """What became of an opportunity, and every reason against it."""

    opportunity: ArbitrageOpportunity
    refusals: tuple[Refusal, ...]


@value
class Link:
    """
    Two that go together: patterns of whatever runs, or instruments during `run`.

    `numbers` say how; docs/reference/graph.md, Patterns.
    """

    relation: str
    source: str
    target: str
    run: str
    numbers: Mapping[str, object]


@value
class Earned:
    """What one trade earned, in `reporting`, for whom and where."""

    strategy: str
    reporting: str
    net: Decimal
    fees: Decimal
    venues: str
    symbols: str


@value
class StrategyLine:
    """The trades of one strategy, in the reporting currency."""

    strategy: str
    reporting: str
    record: TradeRecord
    fees: Decimal
    by_venue: Mapping[str, Decimal]
    by_symbol: Mapping[str, Decimal]


@value
class ArbitrageLine:
    """
    Opportunities of a window: how many came how far, their edges, and what they earned.

    Counts are of episodes; edges are those that paid after fees.
    """

    seen: int
    after_fees: int
    survived: int
    admitted: int
    refused: int
    filled: int
    completed: int
    unwound: int
    stuck: int
    average_bps: float | None
    best_bps: float | None
    expected: Decimal
    realised: Decimal


def strategy_lines(trades: Iterable[Earned]) -> tuple[StrategyLine, ...]:
    """
    Return a line a strategy and reporting currency, by name, of *trades* in the order they closed.

    What a trade across several venues or symbols earned counts for each such combination as one.
    """
    groups: dict[tuple[str, str], list[Earned]] = {}
    for trade in trades:
        groups.setdefault((trade.strategy, trade.reporting), []).append(trade)
    return tuple(
        StrategyLine(
            strategy,
            reporting,
            trade_record([trade.net for trade in found]),
            sum((trade.fees for trade in found), ZERO),
            _sums((trade.venues, trade.net) for trade in found),
            _sums((trade.symbols, trade.net) for trade in found),
        )
        for (strategy, reporting), found in sorted(groups.items())
    )


def arbitrage_line(found: Iterable[ArbitrageOpportunity]) -> ArbitrageLine:
    """Return the figures of opportunities *found*."""
    seen = list(found)
    paid = [each.net_bps for each in seen if each.net_bps is not None]
    ends = [each.outcome for each in seen if each.filled]
    return ArbitrageLine(
        seen=len(seen),
        after_fees=len(paid),
        survived=sum(each.survived for each in seen),
        admitted=sum(each.admitted > 0 for each in seen),
        refused=sum(each.refused > 0 and not each.admitted for each in seen),
        filled=len(ends),
        completed=ends.count("DONE"),
        unwound=ends.count("UNWOUND"),
        stuck=ends.count("STUCK"),
        average_bps=sum(paid) / len(paid) if paid else None,
        best_bps=max(paid, default=None),
        expected=sum((each.expected for each in seen), ZERO),
        realised=sum((each.realised for each in seen), ZERO),
    )


def links_of(edges: Iterable[Edge]) -> tuple[Link, ...]:
    """Return what CORRELATED_WITH and MOVES_WITH edges say."""
    return tuple(
        Link(
            edge.relation.value,
            edge.source,
            edge.target,
            edge.key if edge.relation is Relation.MOVES_WITH else "",
            json.loads(edge.detail),
        )
        for edge in edges
    )


def refusals(details: Iterable[str]) -> tuple[Refusal, ...]:
    """Return what REFUSED_BECAUSE edges say, the most frequent first."""
    found = [Refusal(**json.loads(detail)) for detail in details]
    return tuple(sorted(found, key=lambda each: (-each.n, each.reason, each.instrument)))


def _sums(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, ZERO) + amount
    return dict(sorted(sums.items()))
