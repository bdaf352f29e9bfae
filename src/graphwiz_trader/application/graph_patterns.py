"""Graph patterns: what detectors see in a journal, and, once it is known, what came of it."""

import heapq
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from graphwiz_trader.application.graph_draft import GraphDraft
from graphwiz_trader.application.graph_step import GraphStep, as_json
from graphwiz_trader.application.graph_watch import BookWatch
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.events import BookGap, BookUpdate, FeedDown, InstrumentUpdated, Trade
from graphwiz_trader.domain.graph import Relation
from graphwiz_trader.domain.graph_watch import Occurrence, Pattern, pattern_key
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sighting import HORIZON, PatternKind, Sighting
from graphwiz_trader.domain.signal import Observation, Stage
from graphwiz_trader.domain.units import InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue_patterns import ArbCluster

Name = tuple[PatternKind, str]
"""A kind of pattern in a symbol."""


@attrs.define
class _Due:
    node: Occurrence
    since: Nanos
    mid: float
    instrument: InstrumentId


class GraphPatterns:
    """Watches every book of a run; what came of a pattern is written when it is known."""

    def __init__(
        self,
        draft: GraphDraft,
        prices: RebuiltPrices,
        taker_bps: Mapping[Venue, Decimal],
    ) -> None:
        """*taker_bps* is what trading costs, twice taken off each outcome."""
        self._draft = draft
        self._prices = prices
        self._fees = taker_bps
        self._books: dict[InstrumentId, BookWatch] = {}
        self._siblings: dict[str, list[BookWatch]] = {}
        self._clusters: dict[str, ArbCluster] = {}
        self._quiet: dict[Name, Nanos] = {}
        self._last: dict[str, dict[PatternKind, str]] = {}
        self._open: dict[tuple[PatternKind, str], _Due] = {}
        self._due: list[tuple[Nanos, int, _Due]] = []
        self._count = 0
        for instrument in prices.instruments.values():
            self._watch(instrument)

    def feed(self, step: GraphStep) -> None:
        """Take in *step*, its event resolved and applied to the books."""
        while self._due and self._due[0][0] < step.ts:
            self._judge(*heapq.heappop(self._due)[::2])
        self._hear(step)
        for fact in step.outcome.facts:
            if isinstance(fact, Observation) and fact.stage is Stage.SEEN:
                self._episode(step, fact)

    def amid(self, symbol: str, ts: Nanos) -> tuple[str, ...]:
        """Return the keys of what was seen in *symbol* and, at *ts*, is not judged or over yet."""
        last = self._last.get(symbol, {})
        lasting = {due.node.key for due in self._open.values()}
        return tuple(
            key for kind, key in last.items() if self._quiet[kind, symbol] > ts or key in lasting
        )

    def tell(self, step: GraphStep, instrument: InstrumentId, sighting: Sighting) -> None:
        """Write a pattern that somebody else saw."""
        self._tell(step, self._books[instrument], [sighting])

    def _hear(self, step: GraphStep) -> None:
        event = step.event
        match event:
            case BookUpdate():
                book = self._books[event.instrument]
                if seen := book.update(step.ts, event):
                    self._tell(step, book, seen)
                if self._open:
                    self._end(book, step.ts)
                self._compare(step, book)
            case Trade() if event.instrument in self._books:
                book = self._books[event.instrument]
                self._tell(step, book, book.trade(step.ts, event))
            case InstrumentUpdated():
                self._watch(event.instrument)
            case BookGap():
                self._books[event.instrument].lose()
            case FeedDown():
                for book in self._books.values():
                    if book.instrument.venue == event.venue:
                        book.lose()
            case _:
                pass

    def _watch(self, instrument: Instrument) -> None:
        book = BookWatch(instrument, self._prices.books[instrument.id])
        self._books[instrument.id] = book
        of_symbol = self._siblings.setdefault(instrument.symbol, [])
        of_symbol[:] = [one for one in of_symbol if one.instrument.id != instrument.id] + [book]

    def _tell(self, step: GraphStep, book: BookWatch, seen: Iterable[Sighting | None]) -> None:
        for sighting in seen:
            if sighting is None or book.mid is None:
                continue
            instrument = book.instrument
            cost = 2 * float(self._fees.get(instrument.venue, 0)) + book.spread_bps
            due = self._occur(step, sighting, instrument.symbol, instrument.id, cost)
            if due is None:
                continue
            if sighting.side:
                due.mid = book.mid
                self._wait(Nanos(step.ts + due.node.horizon), due)
            else:
                self._open[sighting.kind, instrument.id] = due

    def _occur(
        self, step: GraphStep, sighting: Sighting, symbol: str, instrument: str, cost: float
    ) -> _Due | None:
        """Write an occurrence, unless another of its kind and symbol was just now."""
        kind, name = sighting.kind, (sighting.kind, symbol)
        if step.ts < self._quiet.get(name, 0):
            return None
        horizon = HORIZON[kind]
        self._quiet[name] = Nanos(step.ts + horizon)
        indicators = as_json({key: round(n, 9) for key, n in sighting.indicators.items()})
        node = Occurrence(
            key=f"{kind.value}:{symbol}:{step.run}:{step.seq}",
            run=step.run,
            seq=step.seq,
            ts=step.ts,
            kind=kind.value,
            symbol=symbol,
            instrument=instrument,
            side=sighting.side,
            horizon=horizon,
            cost_bps=cost if sighting.side else 0.0,
            indicators=indicators,
            known=None,
            profit_bps=None,
            lasted=None,
        )
        self._put(node)
        self._name(node)
        self._last.setdefault(symbol, {})[kind] = node.key
        return _Due(node, sighting.since, 0.0, InstrumentId(instrument))

    def _put(self, node: Occurrence) -> None:
        self._draft.put(node)
        self._draft.link(node.key, Relation.INSTANCE_OF, pattern_key(node.kind, node.symbol))

    def _name(self, node: Occurrence) -> None:
        """Write which pattern it is one of."""
        key = pattern_key(node.kind, node.symbol)
        self._draft.put(Pattern(key, node.kind, node.symbol, node.horizon))
        if any(i.symbol == node.symbol for i in self._prices.instruments.values()):
            self._draft.link(key, Relation.DETECTED_ON, node.symbol)

    def _wait(self, until: Nanos, due: _Due) -> None:
        self._count += 1
        heapq.heappush(self._due, (until, self._count, due))

    def _judge(self, at: Nanos, due: _Due) -> None:
        """Write what came of a pattern by *at*, as the last update until then left its book."""
        kind = PatternKind(due.node.kind)
        if kind is PatternKind.ARB_CLUSTER:
            cluster = self._clusters[due.node.instrument]
            if cluster.is_over(at):
                self._close(due, at)
            else:
                self._wait(cluster.ends, due)
            return
        mid = self._books[due.instrument].mid
        if mid is None:
            # The book cannot be believed at that instant: nobody will ever know.
            return
        profit = due.node.side * (mid - due.mid) / due.mid * 1e4 - due.node.cost_bps
        self._put(evolve(due.node, known=at, profit_bps=profit))

    def _end(self, book: BookWatch, ts: Nanos) -> None:
        for place in [place for place in self._open if place[1] == book.instrument.id]:
            if book.is_over(place[0]):
                self._close(self._open.pop(place), ts)

    def _close(self, due: _Due, ts: Nanos) -> None:
        self._put(evolve(due.node, known=ts, lasted=Nanos(ts - due.since)))
        name = (PatternKind(due.node.kind), due.node.symbol)
        self._quiet[name] = Nanos(ts + due.node.horizon)

    def _compare(self, step: GraphStep, book: BookWatch) -> None:
        """Let the venues that are silent know of another's mid."""
        siblings = self._siblings[book.instrument.symbol]
        if book.mid is None or len(siblings) == 1:
            return
        mid = book.mid * float(book.instrument.tick_size)
        for other in siblings:
            if other is not book:
                seen = other.other(step.ts, book.instrument.venue, mid)
                self._tell(step, other, (seen,))

    def _episode(self, step: GraphStep, seen: Observation) -> None:
        cluster = self._clusters.setdefault(seen.route, ArbCluster())
        sighting = cluster.see(step.ts)
        if sighting is None:
            return
        symbol = seen.route.rpartition(":")[0] or seen.route
        due = self._occur(step, sighting, symbol, seen.route, 0.0)
        if due is not None:
            self._wait(cluster.ends, due)
