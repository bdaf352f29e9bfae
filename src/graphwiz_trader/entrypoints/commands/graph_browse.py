"""`graphwiz graph browse`: nodes and relationships, step by step."""

from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.graph import LABELS
from graphwiz_trader.entrypoints.commands.graph import answer
from graphwiz_trader.entrypoints.commands.graph_watched import graph
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from graphwiz_trader.domain.graph import Node

__all__ = ["graph"]

_LABELS = {label.__name__: label for label in LABELS}


@graph.command()
@click.argument("label", required=False, type=click.Choice(list(_LABELS), case_sensitive=False))
@click.argument("key", default="")
@click.option("--part", default="", metavar="TEXT", help="Only keys that hold this text.")
@click.option("--most", type=click.IntRange(1), default=20, show_default=True)
@common_options
def browse(options: Options, label: str | None, key: str, part: str, most: int) -> None:
    """
    Show what the graph holds: labels, the keys of LABEL, or node KEY and its neighbours.

    Each step names the label and the key that the next one takes. Of each kind of relationship at
    most --most are shown.
    """
    if label is None:
        _labels(options)
    elif key:
        _node(options, _LABELS[label], key, most)
    else:
        _keys(options, _LABELS[label], part, most)


def _labels(options: Options) -> None:
    from graphwiz_trader.entrypoints.graph_text import stats_tables
    from graphwiz_trader.entrypoints.tables import shown

    found = answer(options, lambda _, ask: ask.graph.stats())
    text = shown(stats_tables(found)) if found.nodes else "nothing yet"
    emit({"nodes": found.nodes, "relationships": found.relationships}, text)


def _keys(options: Options, label: "type[Node]", part: str, most: int) -> None:
    found = answer(options, lambda _, ask: ask.graph.keys(label, part, most))
    text = "\n".join(found) if found else f"no {label.__name__}"
    emit({"label": label.__name__, "keys": list(found)}, text)


def _node(options: Options, label: "type[Node]", key: str, most: int) -> None:
    from graphwiz_trader.entrypoints.browse_text import around_keys, around_tables
    from graphwiz_trader.entrypoints.tables import shown

    found = answer(options, lambda _, ask: ask.around(label, key, most))
    emit(around_keys(found), shown(around_tables(found)))
