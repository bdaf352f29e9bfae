"""Graph draft: nodes and relationships gathered since the last batch, each once, the last state."""

from collections.abc import Collection

from graphwiz_trader.domain.graph import ENDS, Batch, Edge, Node, Relation
from graphwiz_trader.domain.units import Nanos, RunId


class GraphDraft:
    """Grows by `put` and `link`; `cut` makes a batch of it and begins anew."""

    def __init__(self, without: Collection[type[Node]] = ()) -> None:
        """*without*: labels of which nothing is kept, nor what leads to or from them."""
        self._without = without
        self._unlinked = {one for one, ends in ENDS.items() if not set(ends).isdisjoint(without)}
        self._nodes: dict[tuple[type[Node], str], Node] = {}
        self._edges: dict[tuple[Relation, str, str, str], Edge] = {}

    def __len__(self) -> int:
        return len(self._nodes) + len(self._edges)

    def put(self, node: Node) -> None:
        """Write *node*, whole."""
        if type(node) not in self._without:
            self._nodes[type(node), node.key] = node

    def link(
        self, source: str, relation: Relation, target: str, key: str = "", detail: str = ""
    ) -> None:
        """Connect two nodes."""
        if relation not in self._unlinked:
            self._edges[relation, source, target, key] = Edge(relation, source, target, key, detail)

    def cut(self, run: RunId, seq: int, ts: Nanos) -> Batch:
        """Return what was gathered of *run* up to *seq* at *ts*."""
        batch = Batch(run, seq, ts, tuple(self._nodes.values()), tuple(self._edges.values()))
        self._nodes.clear()
        self._edges.clear()
        return batch
