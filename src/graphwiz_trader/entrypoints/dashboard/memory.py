"""Memory: the questions a page puts to the knowledge graph, and the answers as it draws them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import pairwise

from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.ask_watched import AskWatched
from graphwiz_trader.application.explain import Explanation
from graphwiz_trader.application.report_text import Table
from graphwiz_trader.domain.graph_answers import OpportunityFilter, TradeFilter, WatchFilter
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.value import value
from graphwiz_trader.entrypoints.graph_text import (
    explanation_keys,
    keys,
    verdict_text,
)
from graphwiz_trader.entrypoints.watched_text import (
    links_tables,
    patterns_table,
    resembled_tables,
)

MOST = 50
TALL = 8
"""Nodes of a kind that are drawn."""

WIDTH, HEIGHT = 190, 64
"""Pixels a node takes, its distances included."""

Question = Callable[[Ask, str, str], Awaitable[dict[str, object]]]


@value
class Node:
    """A node of the drawing: its place, its kind, its two lines and all it holds."""

    id: str
    kind: str
    x: int
    y: int
    title: str
    text: str
    held: Mapping[str, object]


async def trades(ask: Ask, run: str, _: str) -> dict[str, object]:
    """Return the latest trades of *run*."""
    found = await ask.trades(TradeFilter(run=run), None, MOST)
    return {"trades": [keys(each) for each in found]}


async def opportunities(ask: Ask, run: str, _: str) -> dict[str, object]:
    """Return the latest opportunities of *run*, taken or not."""
    found = await ask.opportunities(OpportunityFilter(run=run), None, MOST)
    return {"opportunities": [keys(each) for each in found]}


async def explain(ask: Ask, run: str, name: str) -> dict[str, object]:
    """Return why the order or trade *name* was made, in words and as a drawing."""
    found = await ask.explain(name, run)
    return {**explanation_keys(found), "drawing": drawing(found)}


async def why_not(ask: Ask, run: str, name: str) -> dict[str, object]:
    """Return what spoke against the opportunity *name*."""
    found = await ask.why_not(name, run)
    return {**keys(found), "text": verdict_text(found)}


async def similar(ask: Ask, run: str, name: str) -> dict[str, object]:
    """Return what resembled the opportunity, order or trade *name*, and how it ended."""
    found = await AskWatched(ask.graph).similar(name, run, MOST)
    return {"tables": [_table(table) for table in resembled_tables(found)]}


async def patterns(ask: Ask, run: str, _: str) -> dict[str, object]:
    """Return the record of patterns seen in *run*, and what goes together with what."""
    watched = AskWatched(ask.graph)
    found = await watched.patterns(WatchFilter(run=run), MOST)
    links = (*await watched.together(WatchFilter(run=run)), *await watched.moving("", run))
    known = (patterns_table(found), *links_tables(links[:MOST]))
    return {"tables": [_table(table) for table in known if table.rows]}


async def stats(ask: Ask, _: str, __: str) -> dict[str, object]:
    """Return how much the graph holds, and up to when."""
    found = await ask.graph.stats()
    return {"nodes": found.nodes, "relationships": found.relationships, "latest_ns": found.latest}


QUESTIONS: Mapping[str, Question] = {
    "trades": trades,
    "opportunities": opportunities,
    "explain": explain,
    "why-not": why_not,
    "similar": similar,
    "patterns": patterns,
    "stats": stats,
}
"""By the name the page uses; each is given the run and, where one is meant, an id."""


def drawing(found: Explanation) -> dict[str, Plain]:
    """
    Return *found* as nodes and edges, from its causes on the left to what it earned.

    Every column is centered; of many nodes of a kind the first are drawn.
    """
    columns = [column[:TALL] for column in _columns(found) if column]
    tallest = max(map(len, columns), default=1)
    nodes: list[Node] = []
    for x, column in enumerate(columns):
        top = (tallest - len(column)) * HEIGHT // 2
        nodes += [
            Node(name, kind, x * WIDTH, top + y * HEIGHT, title, text, held)
            for y, (name, kind, title, text, held) in enumerate(column)
        ]
    edges = [
        [source[0], target[0]]
        for left, right in pairwise(columns)
        for source in left
        for target in right
        if _is_linked(source, target)
    ]
    size = {"width": max(1, len(columns)) * WIDTH, "height": tallest * HEIGHT}
    return {**size, "nodes": plain(nodes), "edges": plain(edges)}


def _table(table: Table) -> dict[str, Plain]:
    rows = [list(row) for row in table.rows]
    return {"title": table.title, "columns": list(table.columns), "rows": plain(rows)}


_Cell = tuple[str, str, str, str, Mapping[str, object]]


def _columns(found: Explanation) -> Sequence[list[_Cell]]:
    story = found.story
    causes: list[_Cell] = [
        (f"{cause.run}:{cause.seq}", "event", cause.event, cause.told, cause.detail)
        for cause in found.caused_by
    ]
    signals: list[_Cell] = [
        (each.key, "signal", f"{each.kind} {each.strategy}", each.why, keys(each))
        for each in story.signals
    ]
    orders: list[_Cell] = [
        (
            each.key,
            "order",
            f"{each.side} {each.qty:f}",
            f"{each.instrument} at {each.price:f}, {each.ord_status}",
            keys(each),
        )
        for each in story.orders
    ]
    places = {each.cl_ord_id: place for place, each in enumerate(story.orders)}
    fills: list[_Cell] = [
        (
            each.key,
            "fill",
            f"{each.qty:f} at {each.price:f}",
            f"fee {each.fee:f} {each.asset}",
            {**keys(each), "order": each.cl_ord_id},
        )
        for each in sorted(story.fills, key=lambda fill: places.get(fill.cl_ord_id, 0))
    ]
    closed: list[_Cell] = [
        (each.key, "trade", f"{each.net:.4f} {each.reporting}", each.name, keys(each))
        for each in story.trades
    ]
    return causes, signals, orders, fills, closed


def _is_linked(source: _Cell, target: _Cell) -> bool:
    """Whether *source* led to *target*, of the next column: a fill is of one order only."""
    if (source[1], target[1]) != ("order", "fill"):
        return True
    return source[4]["cl_ord_id"] == target[4]["order"]
