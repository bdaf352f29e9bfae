"""Pattern links: which patterns are seen in the same hours, and which in the hour after another."""

from graphwiz_trader.application.graph_step import as_json
from graphwiz_trader.domain.association import Linked, linked
from graphwiz_trader.domain.graph import Edge, Relation
from graphwiz_trader.domain.graph_watch import pattern_key
from graphwiz_trader.ports.graph import Graph

WEEK = 168
"""Hours in which patterns are compared, those of every run together."""

TOGETHER, BEFORE = "together", "before"
"""The keys of links: seen in the same hours; the source in the hour before the target."""


class PatternLinks:
    """
    Keeps the links between the patterns in *graph* what its occurrences of the last week say.

    They are a function of what the store holds, so that it does not matter in which order, or
    how often, journals were read.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def renew(self) -> None:
        """
        Compare anew, and write what has changed.

        Raises:
            Transient: the store is away; it is left as it was.
        """
        found = await self._graph.hours(WEEK)
        hours: dict[str, dict[str, set[int]]] = {}
        for symbol, kind, hour in found.seen:
            hours.setdefault(symbol, {}).setdefault(kind, set()).add(hour)
        edges = sorted(
            (_edge(each, found.until) for each in linked(hours, found.watched)),
            key=lambda edge: (edge.source, edge.target, edge.key),
        )
        if tuple(edges) != await self._graph.links(Relation.CORRELATED_WITH):
            await self._graph.relate(Relation.CORRELATED_WITH, edges)


def _edge(each: Linked, until: int) -> Edge:
    table = each.table
    detail = {
        "lag_h": each.lag,
        "strength": table.phi,
        "lift": table.lift,
        "n": table.both,
        "p_value": table.p_value,
        "window": f"{table.total} h to {until}",
    }
    ends = pattern_key(each.one, each.group), pattern_key(each.other, each.group)
    key = BEFORE if each.lag else TOGETHER
    return Edge(Relation.CORRELATED_WITH, *ends, key, as_json(detail))
