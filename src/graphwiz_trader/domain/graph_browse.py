"""Graph browse: nodes as they are kept with what they are connected with, and hours of patterns."""

from collections.abc import Iterator

from graphwiz_trader.domain.graph import ENDS, Edge, Node, Relation
from graphwiz_trader.domain.graph_answers import Window
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import value

HOUR = Nanos(3600 * SECOND)


@value
class PatternHours:
    """
    Hours since 1970, those before `until`: which had an entry, and which a pattern.

    `seen` holds symbol, kind and hour.
    """

    until: int
    watched: frozenset[int]
    seen: frozenset[tuple[str, str, int]]


@value
class Step:
    """
    A relationship between a node and that of `label` and `key`, to it where it `is_onward`.

    `name` tells apart several of one kind between the same two, `detail` is JSON; both may be
    empty.
    """

    relation: str
    is_onward: bool
    label: str
    key: str
    name: str
    detail: str


@value
class Neighbourhood:
    """A node, and what it is connected with: by relation, those it points to first, by key."""

    node: Node
    steps: tuple[Step, ...]


def hours_before(newest: Nanos, most: int) -> Window:
    """Return the last *most* full hours before the one that *newest* is in."""
    until = newest // HOUR * HOUR
    return Window(Nanos(max(0, until - most * HOUR)), Nanos(until))


def ways(label: type[Node]) -> Iterator[tuple[Relation, bool, str]]:
    """Yield each relation a node of *label* may have, whether it leads on, and to which label."""
    for is_onward in (True, False):
        for relation, (source, target) in sorted(ENDS.items(), key=lambda one: one[0].value):
            here, there = (source, target) if is_onward else (target, source)
            if here is label:
                yield relation, is_onward, there.__name__


def steps_of(edge: Edge, label: type[Node], key: str) -> Iterator[Step]:
    """Yield *edge* as seen from a node, once from each end that it is."""
    source, target = ENDS[edge.relation]
    name, said = edge.relation.value, (edge.key, edge.detail)
    if (source, edge.source) == (label, key):
        yield Step(name, True, target.__name__, edge.target, *said)
    if (target, edge.target) == (label, key):
        yield Step(name, False, source.__name__, edge.source, *said)
