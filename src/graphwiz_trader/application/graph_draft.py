"""Graph draft: nodes and relationships gathered since the last batch, each once, the last state."""

from graphwiz_trader.domain.graph import Batch, Edge, Node, Relation
from graphwiz_trader.domain.units import Nanos, RunId


class GraphDraft:
    """Grows by `put` and `link`; `cut` makes a batch of it and begins anew."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[type[Node], str], Node] = {}
        self._edges: dict[tuple[Relation, str, str, str], Edge] = {}

    def __len__(self) -> int:
        return len(self._nodes) + len(self._edges)

    def put(self, node: Node) -> None:
        """Write *node*, whole."""
        self._nodes[type(node), node.key] = node

    def link(
        self, source: str, relation: Relation, target: str, key: str = "", detail: str = ""
    ) -> None:
        """Connect two nodes."""
        self._edges[relation, source, target, key] = Edge(relation, source, target, key, detail)

    def cut(self, run: RunId, seq: int, ts: Nanos) -> Batch:
        """Return what was gathered of *run* up to *seq* at *ts*."""
        batch = Batch(run, seq, ts, tuple(self._nodes.values()), tuple(self._edges.values()))
        self._nodes.clear()
        self._edges.clear()
        return batch
