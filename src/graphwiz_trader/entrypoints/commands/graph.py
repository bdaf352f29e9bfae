"""`graphwiz graph`: what was seen, what was done, and why."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from graphwiz_trader.domain.graph_answers import OpportunityFilter, TradeFilter
from graphwiz_trader.domain.settings import GRAPH_STORES
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit
from graphwiz_trader.entrypoints.progress import progress_bar

if TYPE_CHECKING:
    from graphwiz_trader.application.ask import Ask
    from graphwiz_trader.application.project import Project, Projected
    from graphwiz_trader.domain.graph_answers import GraphStats

T = TypeVar("T")

_DAYS = click.option(
    "--days", type=click.FloatRange(min=0, min_open=True), help="Back from the newest trade."
)
_RUN = click.option("--run", default="", metavar="RUN", help="Of this run only.")
_MOST = click.option("--most", type=click.IntRange(1), default=20, show_default=True)
_STRATEGY = click.option("--strategy", default="", metavar="NAME", help="Of this strategy only.")


@click.group()
def graph() -> None:
    """
    Ask the knowledge graph what was seen, what was done, and why.

    Every question first reads what the journals of the home have to add, unless an observer is
    at it.
    """


@graph.command()
@common_options
def stats(options: Options) -> None:
    """Count nodes and relationships; say how far behind the journals they are."""
    from graphwiz_trader.entrypoints.graph_text import stats_tables
    from graphwiz_trader.entrypoints.tables import shown

    async def question(project: "Project", ask: "Ask") -> "tuple[GraphStats, float]":
        return await ask.graph.stats(), await project.lag_s()

    found, lag = answer(options, question)
    result = {
        "nodes": found.nodes,
        "relationships": found.relationships,
        "lag_s": lag,
        "dead_letters": found.dead_letters,
        "latest_ns": found.latest,
    }
    text = f"{lag:.3f} s behind the journals, {found.dead_letters} dead letters"
    emit(result, "\n\n".join(part for part in (shown(stats_tables(found)), text) if part))


@graph.command()
@click.argument("strategy", default="")
@_DAYS
@_RUN
@common_options
def performance(options: Options, strategy: str, days: float | None, run: str) -> None:
    """Say how STRATEGY, or each of them, fared, and at which venues and symbols."""
    from graphwiz_trader.entrypoints.graph_text import breakdown_tables, keys, strategies_table
    from graphwiz_trader.entrypoints.tables import shown

    lines = answer(
        options,
        lambda _, ask: ask.performance(TradeFilter(run=run, strategy=strategy), days),
    )
    tables = [table for line in lines for table in breakdown_tables(line)]
    text = shown([strategies_table(lines), *tables]) if lines else "no trades"
    emit({"strategies": [keys(line) for line in lines]}, text)


@graph.command()
@_DAYS
@_RUN
@_MOST
@common_options
def top(options: Options, days: float | None, run: str, most: int) -> None:
    """Rank strategies by what they earned."""
    from graphwiz_trader.entrypoints.graph_text import keys, strategies_table
    from graphwiz_trader.entrypoints.tables import shown

    lines = answer(options, lambda _, ask: ask.top(TradeFilter(run=run), days, most))
    text = shown([strategies_table(lines)]) if lines else "no trades"
    emit({"strategies": [keys(line) for line in lines]}, text)


@graph.command()
@_STRATEGY
@click.option("--symbol", default="", metavar="BASE/QUOTE", help="Of this symbol only.")
@click.option("--venue", default="", metavar="NAME", help="At this venue only.")
@_DAYS
@_RUN
@_MOST
@common_options
def trades(
    options: Options,
    strategy: str,
    symbol: str,
    venue: str,
    days: float | None,
    run: str,
    most: int,
) -> None:
    """List trades, the latest first."""
    from graphwiz_trader.entrypoints.graph_text import keys, trades_table
    from graphwiz_trader.entrypoints.tables import shown

    only = TradeFilter(run, strategy, symbol, venue)
    found = answer(options, lambda _, ask: ask.trades(only, days, most))
    text = shown([trades_table(found)]) if found else "no trades"
    emit({"trades": [keys(each) for each in found]}, text)


@graph.command()
@_STRATEGY
@click.option("--outcome", default="", metavar="STATE", help="Such as DONE, UNWOUND, MISSED.")
@click.option("--reason", default="", metavar="REASON", help="Last refused for this reason.")
@_DAYS
@_RUN
@_MOST
@common_options
def opportunities(
    options: Options,
    strategy: str,
    outcome: str,
    reason: str,
    days: float | None,
    run: str,
    most: int,
) -> None:
    """List arbitrage opportunities, taken or not, the latest first."""
    from graphwiz_trader.entrypoints.graph_text import keys, opportunities_table
    from graphwiz_trader.entrypoints.tables import shown

    only = OpportunityFilter(run, strategy, outcome, reason)
    found = answer(options, lambda _, ask: ask.opportunities(only, days, most))
    text = shown([opportunities_table(found)]) if found else "no opportunities"
    emit({"opportunities": [keys(each) for each in found]}, text)


@graph.command()
@_STRATEGY
@_DAYS
@_RUN
@common_options
def arbitrage(options: Options, strategy: str, days: float | None, run: str) -> None:
    """Sum up opportunities: how many came how far, and expected against realised."""
    from graphwiz_trader.entrypoints.graph_text import arbitrage_table, keys
    from graphwiz_trader.entrypoints.tables import shown

    only = OpportunityFilter(run=run, strategy=strategy)
    line = answer(options, lambda _, ask: ask.arbitrage(only, days))
    emit(keys(line), shown([arbitrage_table(line)]))


@graph.command()
@click.option("--venue", default="", metavar="NAME", help="At this venue only.")
@click.option("--start", default="", metavar="ASSET", help="Through this asset, begun there.")
@common_options
def routes(options: Options, venue: str, start: str) -> None:
    """List the rounds of three trades that a venue's instruments allow."""
    from graphwiz_trader.entrypoints.graph_text import route_keys, routes_table
    from graphwiz_trader.entrypoints.tables import shown

    found = answer(options, lambda _, ask: ask.routes(venue, start))
    text = shown([routes_table(found)]) if found else "no routes"
    emit({"routes": [route_keys(each) for each in found]}, text)


@graph.command()
@click.argument("name", metavar="ID")
@_RUN
@common_options
def explain(options: Options, name: str, run: str) -> None:
    """
    Tell why order or trade ID was made and what it led to.

    ID is an order's client id, a trade's name or the key of either; where several runs know it,
    the newest is meant.
    """
    from graphwiz_trader.entrypoints.graph_text import explanation_keys

    found = answer(options, lambda _, ask: ask.explain(name, run))
    emit(explanation_keys(found), found.text)


@graph.command("why-not")
@click.argument("name", metavar="ID")
@_RUN
@common_options
def why_not(options: Options, name: str, run: str) -> None:
    """Tell why opportunity ID, an episode's name or its key, was not taken."""
    from graphwiz_trader.entrypoints.graph_text import keys, verdict_tables, verdict_text
    from graphwiz_trader.entrypoints.tables import shown

    verdict = answer(options, lambda _, ask: ask.why_not(name, run))
    text = verdict_text(verdict)
    emit({**keys(verdict), "text": text}, f"{shown(verdict_tables(verdict))}\n\n{text}")


@graph.command()
@click.option(
    "--to", type=click.Choice(GRAPH_STORES), help="Into this store; default: graph.store."
)
@common_options
def rebuild(options: Options, to: str | None) -> None:
    """Forget the graph and read every journal of the home again."""
    from time import perf_counter

    from graphwiz_trader.bootstrap.container import backtest_app
    from graphwiz_trader.domain.value import evolve

    settings = options.settings()
    if to is not None:
        settings = evolve(settings, graph=evolve(settings.graph, store=to))
    project = backtest_app(settings, options.home).project()

    async def again() -> "Projected":
        try:
            with progress_bar("graph", quiet=options.quiet) as progress:
                return await project.rebuild(progress)
        finally:
            await project.close()

    began = perf_counter()
    with _writing(options) as is_ours:
        if not is_ours:
            raise click.UsageError(
                "`graphwiz observe` writes the graph of this home; stop it first"
            )
        done = asyncio.run(again())
    seconds = perf_counter() - began
    _tell(options, done)
    result = {
        "runs": done.runs,
        "entries": done.entries,
        "rows": done.rows,
        "seconds": round(seconds, 3),
        "unread": dict(done.unread),
    }
    told = f"{done.rows} rows of {done.entries} entries of {done.runs} runs in {seconds:.1f} s"
    emit(result, told)


def answer(options: Options, question: "Callable[[Project, Ask], Awaitable[T]]") -> T:
    """Catch up with the journals, unless an observer does, then put *question*."""
    from graphwiz_trader.bootstrap.container import backtest_app

    app = backtest_app(options.settings(), options.home)
    project, ask = app.project(), app.ask()

    async def answered() -> T:
        try:
            with (
                _writing(options) as is_ours,
                progress_bar("graph", quiet=options.quiet) as progress,
            ):
                if is_ours:
                    _tell(options, await project.catch_up(progress))
            return await question(project, ask)
        finally:
            await project.close()

    return asyncio.run(answered())


@contextmanager
def _writing(options: Options) -> Iterator[bool]:
    """Yield whether the graph is ours to write meanwhile."""
    from graphwiz_trader.adapters.files.lock import FileLock
    from graphwiz_trader.bootstrap.graphs import LOCK

    lock = FileLock(options.home / LOCK)
    try:
        yield lock.take()
    finally:
        lock.free()


def _tell(options: Options, done: "Projected") -> None:
    for run, why in done.unread:
        options.say(f"run {run} is not in the graph: {why}")
