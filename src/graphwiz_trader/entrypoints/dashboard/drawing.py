"""Drawing: an explanation as boxes and lines, from what caused it to what it earned."""

import json
from collections.abc import Iterator, Mapping, Sequence

from graphwiz_trader.application.explain import Explanation
from graphwiz_trader.domain.graph_answers import Story
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.value import value
from graphwiz_trader.entrypoints.graph_text import keys

TALL = 8
"""Nodes of a kind that are drawn."""

WIDTH, HEIGHT = 190, 64
"""Pixels a node takes, its distances included."""

Edge = tuple[str, str]


@value
class Cell:
    """A node: its kind, its two lines and all it holds; keys are unique in their kind only."""

    id: str
    kind: str
    title: str
    text: str
    held: Mapping[str, object]


@value
class Node(Cell):
    """A node and its place."""

    x: int
    y: int


def drawing(found: Explanation) -> dict[str, Plain]:
    """
    Return *found* as nodes in columns, and the edges that the graph knows between them.

    Every column is centered; of many nodes of a kind the first are drawn.
    """
    columns = [column[:TALL] for column in _columns(found) if column]
    tallest = max(map(len, columns), default=1)
    nodes = [
        Node(one.id, one.kind, one.title, one.text, one.held, x * WIDTH, y)
        for x, column in enumerate(columns)
        for one, y in zip(column, _heights(len(column), tallest), strict=True)
    ]
    drawn = {node.id for node in nodes}
    edges = [list(edge) for edge in dict.fromkeys(_edges(found)) if drawn.issuperset(edge)]
    size = {"width": max(1, len(columns)) * WIDTH, "height": tallest * HEIGHT}
    return {**size, "nodes": plain(nodes), "edges": plain(edges)}


def _heights(count: int, tallest: int) -> Iterator[int]:
    top = (tallest - count) * HEIGHT // 2
    return (top + place * HEIGHT for place in range(count))


def _columns(found: Explanation) -> Sequence[list[Cell]]:
    story = found.story
    causes = [
        Cell(_event(cause.run, cause.seq), "event", cause.event, cause.told, cause.detail)
        for cause in found.caused_by
    ]
    signals = [
        Cell(f"signal {each.key}", "signal", f"{each.kind} {each.strategy}", each.why, keys(each))
        for each in story.signals
    ]
    orders = [
        Cell(
            f"order {each.key}",
            "order",
            f"{each.side} {each.qty:f}",
            f"{each.instrument} at {each.price:f}, {each.ord_status}",
            keys(each),
        )
        for each in story.orders
    ]
    places = {each.cl_ord_id: place for place, each in enumerate(story.orders)}
    fills = [
        Cell(
            f"fill {each.key}",
            "fill",
            f"{each.qty:f} at {each.price:f}",
            f"fee {each.fee:f} {each.asset}",
            keys(each),
        )
        for each in sorted(story.fills, key=lambda fill: places.get(fill.cl_ord_id, 0))
    ]
    closed = [
        Cell(
            f"trade {each.key}", "trade", f"{each.net:.4f} {each.reporting}", each.name, keys(each)
        )
        for each in story.trades
    ]
    return causes, signals, orders, fills, closed


def _edges(found: Explanation) -> Iterator[Edge]:
    """Yield what led to what: an order is of the signal of its step, if there was one."""
    story = found.story
    for signal in story.signals:
        for cause in json.loads(signal.caused_by):
            yield _event(cause["run"], cause["seq"]), f"signal {signal.key}"
    yield from _made(story)
    names = {order.cl_ord_id: f"order {order.key}" for order in story.orders}
    for fill in story.fills:
        if fill.cl_ord_id in names:
            yield names[fill.cl_ord_id], f"fill {fill.key}"
        for trade in story.trades:
            yield f"fill {fill.key}", f"trade {trade.key}"


def _made(story: Story) -> Iterator[Edge]:
    wanted = {(each.run, each.seq, each.strategy): f"signal {each.key}" for each in story.signals}
    for order in story.orders:
        signal = wanted.get((order.run, order.seq, order.strategy))
        if signal is not None:
            yield signal, f"order {order.key}"
        else:
            cause = json.loads(order.caused_by)
            yield _event(cause["run"], cause["seq"]), f"order {order.key}"


def _event(run: object, seq: object) -> str:
    return f"event {run}:{seq}"
