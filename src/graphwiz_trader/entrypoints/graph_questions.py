"""GraphQuestions: what `graphwiz graph` answers, as functions for scripts and notebooks."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import attrs

from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.project import Project
from graphwiz_trader.domain.graph import ArbitrageOpportunity, Trade
from graphwiz_trader.domain.graph_answers import (
    ArbitrageLine,
    OpportunityFilter,
    StrategyLine,
    TradeFilter,
)
from graphwiz_trader.domain.route import Route
from graphwiz_trader.entrypoints.commands.graph import answer
from graphwiz_trader.entrypoints.notebook import Rows, shown_as
from graphwiz_trader.entrypoints.options import Options
from graphwiz_trader.entrypoints.results import ExplanationRead, GraphStatsRead, VerdictRead

T = TypeVar("T")


@attrs.frozen
class GraphQuestions:
    """
    The knowledge graph of one home.

    Every question first reads what the journals have to add, unless an observer is at it. `days`
    count back from the newest trade, None for all; an empty text is any.
    """

    _options: Options

    def stats(self) -> GraphStatsRead:
        """Count nodes and relationships."""
        return shown_as(GraphStatsRead, self._ask(lambda ask: ask.graph.stats()))

    def performance(
        self, strategy: str = "", *, days: float | None = None, run: str = ""
    ) -> Rows[StrategyLine]:
        """Say how *strategy*, or each of them, fared, and at which venues and symbols."""
        only = TradeFilter(run=run, strategy=strategy)
        return Rows(self._ask(lambda ask: ask.performance(only, days)))

    def top(
        self, most: int = 20, *, days: float | None = None, run: str = ""
    ) -> Rows[StrategyLine]:
        """Rank strategies by what they earned."""
        return Rows(self._ask(lambda ask: ask.top(TradeFilter(run=run), days, most)))

    def trades(
        self,
        *,
        strategy: str = "",
        symbol: str = "",
        venue: str = "",
        days: float | None = None,
        run: str = "",
        most: int = 20,
    ) -> Rows[Trade]:
        """List trades, the latest first."""
        only = TradeFilter(run, strategy, symbol, venue)
        return Rows(self._ask(lambda ask: ask.trades(only, days, most)))

    def opportunities(
        self,
        *,
        strategy: str = "",
        outcome: str = "",
        reason: str = "",
        days: float | None = None,
        run: str = "",
        most: int = 20,
    ) -> Rows[ArbitrageOpportunity]:
        """List arbitrage opportunities, taken or not, the latest first."""
        only = OpportunityFilter(run, strategy, outcome, reason)
        return Rows(self._ask(lambda ask: ask.opportunities(only, days, most)))

    def arbitrage(
        self, strategy: str = "", *, days: float | None = None, run: str = ""
    ) -> Rows[ArbitrageLine]:
        """Sum up opportunities in one row: how many came how far, expected against realised."""
        only = OpportunityFilter(run=run, strategy=strategy)
        return Rows((self._ask(lambda ask: ask.arbitrage(only, days)),))

    def routes(self, *, venue: str = "", start: str = "") -> Rows[Route]:
        """List the rounds of three trades that a venue's instruments allow."""
        return Rows(self._ask(lambda ask: ask.routes(venue, start)))

    def explain(self, name: str, *, run: str = "") -> ExplanationRead:
        """
        Tell why order or trade *name* was made and what it led to.

        Raises:
            DataError: nothing in the graph has that name or key.
        """
        return shown_as(ExplanationRead, self._ask(lambda ask: ask.explain(name, run)))

    def why_not(self, name: str, *, run: str = "") -> VerdictRead:
        """
        Tell why opportunity *name*, an episode's name or its key, was not taken.

        Raises:
            DataError: nothing in the graph has that name or key.
        """
        return shown_as(VerdictRead, self._ask(lambda ask: ask.why_not(name, run)))

    def _ask(self, question: Callable[[Ask], Awaitable[T]]) -> T:
        def asked(_: Project, ask: Ask) -> Awaitable[T]:
            return question(ask)

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return answer(self._options, asked)
        # A notebook's cell runs inside a loop, which cannot wait for another in its thread.
        with ThreadPoolExecutor(1) as apart:
            return apart.submit(answer, self._options, asked).result()
