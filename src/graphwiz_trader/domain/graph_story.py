"""Graph story: the walk from one order or trade to everything it is connected with."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from graphwiz_trader.domain.graph import (
    ArbitrageOpportunity,
    Fill,
    Node,
    Order,
    Relation,
    Signal,
    Trade,
)
from graphwiz_trader.domain.graph_answers import Story
from graphwiz_trader.domain.graph_watch import Occurrence

Seen = TypeVar("Seen", Order, Fill, Trade, Signal, Occurrence)
REFUSALS = 20


class Walk(Protocol):
    """Steps from one node to its neighbours."""

    def onward(self, relation: Relation, source: str) -> Sequence[Node]:
        """Return the nodes that the one of key *source* points to."""

    def back(self, relation: Relation, target: str) -> Sequence[Node]:
        """Return the nodes that point to the one of key *target*."""


def story_of(start: Order | Trade, walk: Walk) -> Story:
    """Return what led to *start* and what came of it; of earlier refusals the last twenty."""
    if isinstance(start, Order):
        fills = _sorted(Fill, walk.onward(Relation.FILLED_BY, start.key))
        signals = _sorted(Signal, walk.back(Relation.TRIGGERED, start.key))
        orders = _each(Order, Relation.TRIGGERED, signals, walk.onward) or (start,)
        trades = _each(Trade, Relation.PART_OF, fills, walk.onward)
    else:
        fills = _sorted(Fill, walk.back(Relation.PART_OF, start.key))
        orders = _each(Order, Relation.FILLED_BY, fills, walk.back)
        signals = _each(Signal, Relation.TRIGGERED, orders, walk.back)
        trades = (start,)
    opportunity = _opportunity(signals, walk)
    return Story(
        start if isinstance(start, Order) else None,
        start if isinstance(start, Trade) else None,
        signals,
        orders,
        fills,
        trades,
        _refusals(opportunity, signals, walk),
        opportunity,
        _each(Occurrence, Relation.AMID, signals, walk.onward),
    )


class _Step(Protocol):
    def __call__(self, relation: Relation, key: str, /) -> Sequence[Node]: ...


def _each(
    kind: type[Seen], relation: Relation, nodes: Iterable[Order | Fill | Signal], step: _Step
) -> tuple[Seen, ...]:
    found = {other.key: other for node in nodes for other in step(relation, node.key)}
    return _sorted(kind, found.values())


def _sorted(kind: type[Seen], nodes: Iterable[Node]) -> tuple[Seen, ...]:
    found = [node for node in nodes if isinstance(node, kind)]
    return tuple(sorted(found, key=lambda node: (node.seq, node.key)))


def _opportunity(signals: Sequence[Signal], walk: Walk) -> ArbitrageOpportunity | None:
    for signal in signals:
        for node in walk.onward(Relation.ACTS_ON, signal.key):
            if isinstance(node, ArbitrageOpportunity):
                return node
    return None


def _refusals(
    opportunity: ArbitrageOpportunity | None, signals: Sequence[Signal], walk: Walk
) -> tuple[Signal, ...]:
    """Return what was refused of the same opportunity up to the last of *signals*."""
    if opportunity is None:
        return ()
    until = signals[-1].seq
    rivals = _sorted(Signal, walk.back(Relation.ACTS_ON, opportunity.key))
    return tuple(s for s in rivals if s.verdict == "refused" and s.seq <= until)[-REFUSALS:]
