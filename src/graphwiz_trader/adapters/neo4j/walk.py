"""Walk: the surroundings of one node, fetched at once, to step about in."""

from collections.abc import Iterable, Mapping

from graphwiz_trader.adapters.neo4j.schema import node
from graphwiz_trader.domain.graph import ENDS, Node, Relation


class FetchedWalk:
    """A `Walk` over relationships that were fetched with both their ends."""

    def __init__(self, found: Iterable[Mapping[str, object]]) -> None:
        """*found* are records of `relation`, `source` and `target`, the ends as properties."""
        self._onward: dict[tuple[Relation, str], list[Node]] = {}
        self._back: dict[tuple[Relation, str], list[Node]] = {}
        for record in found:
            relation = Relation(record["relation"])
            above, below = ENDS[relation]
            source, target = _node(above, record["source"]), _node(below, record["target"])
            self._onward.setdefault((relation, source.key), []).append(target)
            self._back.setdefault((relation, target.key), []).append(source)

    def onward(self, relation: Relation, source: str) -> list[Node]:
        """Return the nodes that the one of key *source* points to."""
        return self._onward.get((relation, source), [])

    def back(self, relation: Relation, target: str) -> list[Node]:
        """Return the nodes that point to the one of key *target*."""
        return self._back.get((relation, target), [])


def _node(label: type[Node], kept: object) -> Node:
    if not isinstance(kept, Mapping):
        raise TypeError(f"found {type(kept).__name__}, expected properties")
    return node(label, kept)
