"""`graphwiz graph`, continued: patterns, what goes together, and what it resembled."""

from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.graph_answers import WatchFilter
from graphwiz_trader.entrypoints.commands.graph import answer, graph
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from graphwiz_trader.application.ask import Ask
    from graphwiz_trader.application.project import Project
    from graphwiz_trader.domain.graph_answers import Link

__all__ = ["graph"]

_RUN = click.option("--run", default="", metavar="RUN", help="Of this run only.")
_MOST = click.option("--most", type=click.IntRange(1), default=20, show_default=True)


@graph.command()
@click.argument("symbol", default="", metavar="[SYMBOL]")
@click.option("--kind", default="", metavar="KIND", help="Such as SWEEP, IMBALANCE_RUN.")
@_RUN
@_MOST
@common_options
def patterns(options: Options, symbol: str, kind: str, run: str, most: int) -> None:
    """Rank the patterns seen, in SYMBOL or in all, by what came of them."""
    from graphwiz_trader.application.ask_watched import AskWatched
    from graphwiz_trader.entrypoints.graph_text import keys
    from graphwiz_trader.entrypoints.tables import shown
    from graphwiz_trader.entrypoints.watched_text import patterns_table

    only = WatchFilter(run=run, kind=kind, symbol=symbol)
    found = answer(options, lambda _, ask: AskWatched(ask.graph).patterns(only, most))
    text = shown([patterns_table(found)]) if found else "no patterns"
    emit({"patterns": [keys(each) for each in found]}, text)


@graph.command()
@click.argument("symbol", default="", metavar="[SYMBOL]")
@click.option("--kind", default="", metavar="KIND", help="Patterns seen with this one only.")
@_RUN
@common_options
def correlated(options: Options, symbol: str, kind: str, run: str) -> None:
    """
    List patterns that are seen together, or one before another, and instruments that move together.

    Patterns are those of all runs; RUN chooses instruments.
    """
    from graphwiz_trader.application.ask_watched import AskWatched
    from graphwiz_trader.entrypoints.tables import shown
    from graphwiz_trader.entrypoints.watched_text import link_keys, links_tables

    async def question(_: "Project", ask: "Ask") -> "tuple[Link, ...]":
        watched = AskWatched(ask.graph)
        patterns = await watched.together(WatchFilter(run=run, kind=kind, symbol=symbol))
        return patterns if kind else (*patterns, *await watched.moving(symbol, run))

    found = answer(options, question)
    text = shown(links_tables(found)) if found else "nothing goes together"
    emit(link_keys(found), text)


@graph.command()
@click.argument("name", metavar="ID")
@_RUN
@_MOST
@common_options
def similar(options: Options, name: str, run: str, most: int) -> None:
    """
    List what resembled opportunity, order or trade ID, and how it ended.

    Only what was over before ID was seen counts.
    """
    from graphwiz_trader.application.ask_watched import AskWatched
    from graphwiz_trader.entrypoints.tables import shown
    from graphwiz_trader.entrypoints.watched_text import resembled_keys, resembled_tables

    found = answer(options, lambda _, ask: AskWatched(ask.graph).similar(name, run, most))
    emit(resembled_keys(found), shown(resembled_tables(found)))
