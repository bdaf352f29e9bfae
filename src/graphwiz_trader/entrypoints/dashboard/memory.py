"""Memory: the questions a page puts to the knowledge graph, and the answers as it draws them."""

from collections.abc import Awaitable, Callable, Mapping

from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.ask_watched import AskWatched
from graphwiz_trader.application.report_text import Table
from graphwiz_trader.domain.graph_answers import OpportunityFilter, TradeFilter, WatchFilter
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.entrypoints.dashboard.drawing import drawing
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
Question = Callable[[Ask, str, str], Awaitable[dict[str, object]]]


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


def _table(table: Table) -> dict[str, Plain]:
    rows = [list(row) for row in table.rows]
    return {"title": table.title, "columns": list(table.columns), "rows": plain(rows)}
