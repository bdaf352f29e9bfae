"""Graph rows: a journal, entry by entry, as nodes and relationships."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.graph_cases import GraphCases
from graphwiz_trader.application.graph_causes import GraphCauses
from graphwiz_trader.application.graph_draft import GraphDraft
from graphwiz_trader.application.graph_episodes import GraphEpisodes
from graphwiz_trader.application.graph_metrics import GraphMetrics
from graphwiz_trader.application.graph_moves import GraphMoves
from graphwiz_trader.application.graph_orders import GraphOrders
from graphwiz_trader.application.graph_patterns import GraphPatterns
from graphwiz_trader.application.graph_step import GraphStep
from graphwiz_trader.application.graph_trades import GraphTrades
from graphwiz_trader.application.prices import RebuiltPrices, received
from graphwiz_trader.domain import graph
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.events import BookUpdate, InstrumentUpdated, RunStarted
from graphwiz_trader.domain.facts import Entry, FillBooked, GroupChanged
from graphwiz_trader.domain.graph import Batch, Relation
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import KnowledgeGraphSettings
from graphwiz_trader.domain.signal import Observation
from graphwiz_trader.domain.units import Asset, Nanos, Venue

TRADING = (graph.Signal, graph.Order, graph.Fill, graph.Trade)
"""What `store_trades` is about."""


class GraphRows:
    """Reads one run from its beginning; `cut` returns what is new since the last cut."""

    def __init__(
        self,
        started: RunStarted,
        prices: RebuiltPrices,
        reporting: Asset,
        strategies: Sequence[str],
        switches: KnowledgeGraphSettings = KnowledgeGraphSettings(),  # noqa: B008 # a value
        fee_bps: Decimal = Decimal(10),
    ) -> None:
        """
        *strategies* are those the run was started with; *switches* say what is told.

        *fee_bps* is what taking costs at venues of which the run does not say it.
        """
        self._started = started
        self._prices = prices
        self._draft = GraphDraft(() if switches.store_trades else TRADING)
        self._causes = GraphCauses(prices)
        earnings = Earnings(prices)
        self._episodes = GraphEpisodes(self._draft, prices, earnings)
        self._patterns = (
            GraphPatterns(self._draft, prices, _fees(started, prices, fee_bps))
            if switches.store_patterns
            else None
        )
        amid = self._patterns.amid if self._patterns is not None else _nothing
        self._orders = GraphOrders(self._draft, prices, self._causes, self._episodes, amid)
        self._trades = GraphTrades(
            self._draft, prices, earnings, self._orders, _account(started), reporting
        )
        self._cases = GraphCases(self._draft, prices, earnings, self._episodes)
        self._metrics = GraphMetrics(self._draft)
        self._moves = (
            GraphMoves(self._draft, prices, started.ts, self._patterns)
            if switches.analyze_correlations
            else None
        )
        self._seq, self._ts = 0, started.ts
        self._begin(reporting, strategies)

    def __len__(self) -> int:
        return len(self._draft)

    def feed(self, entry: Entry) -> None:
        """Take in *entry*."""
        event = self._prices.resolve(entry.event)
        self._prices.apply(event)
        self._seq, self._ts = entry.outcome.seq, received(event)
        self._causes.hear(self._seq, entry.event, event)
        if isinstance(event, InstrumentUpdated):
            self._list(event.instrument)
        elif isinstance(event, BookUpdate):
            self._cases.hear(self._ts, event)
        step = GraphStep(self._started.run, event, entry.outcome, self._ts)
        if entry.outcome.commands or entry.outcome.facts:
            self._feed(step)
            self._cases.feed(step)
        self._metrics.feed(step)
        if self._moves is not None:
            self._moves.feed(step)
        if self._patterns is not None:
            self._patterns.feed(step)

    def cut(self) -> Batch:
        """Return everything new, up to the last entry."""
        self._metrics.tell()
        return self._draft.cut(self._started.run, self._seq, self._ts)

    def _feed(self, step: GraphStep) -> None:
        facts = step.outcome.facts
        for index, fact in enumerate(facts):
            if isinstance(fact, Observation):
                self._episodes.observe(step, index, fact)
        self._orders.feed(step)
        self._trades.feed(step)
        for fact in facts:
            if isinstance(fact, FillBooked):
                self._episodes.fill(fact)
        for fact in facts:
            if isinstance(fact, GroupChanged):
                self._episodes.change(fact)
        for index, command in enumerate(step.outcome.commands):
            if isinstance(command, RaiseAlert):
                self._alert(step, index, command)

    def _begin(self, reporting: Asset, strategies: Sequence[str]) -> None:
        started = self._started
        self._draft.put(
            graph.Run(
                started.run,
                started.ts,
                started.mode,
                str(started.seed),
                started.version,
                started.installation,
                started.incarnation,
                reporting,
            )
        )
        for name in strategies:
            self._draft.put(graph.Strategy(name))
            self._draft.link(started.run, Relation.RAN, name)
        for instrument in self._prices.instruments.values():
            self._list(instrument)

    def _list(self, instrument: Instrument) -> None:
        name, put, link = instrument.id, self._draft.put, self._draft.link
        put(
            graph.Instrument(
                name,
                instrument.kind.value,
                instrument.base,
                instrument.quote,
                instrument.tick_size,
                instrument.lot_size,
            )
        )
        put(graph.Symbol(instrument.symbol))
        put(graph.Exchange(instrument.venue))
        put(graph.Asset(instrument.base))
        put(graph.Asset(instrument.quote))
        link(name, Relation.OF, instrument.symbol)
        link(name, Relation.LISTED_ON, instrument.venue)
        link(instrument.base, Relation.CONVERTS, instrument.quote, name)
        link(instrument.quote, Relation.CONVERTS, instrument.base, name)

    def _alert(self, step: GraphStep, index: int, alert: RaiseAlert) -> None:
        key = step.key(index)
        severity = alert.severity.value
        self._draft.put(
            graph.Alert(key, step.run, step.seq, step.ts, severity, alert.code, alert.text)
        )
        self._draft.link(step.run, Relation.RAISED, key)


def _nothing(symbol: str, ts: Nanos) -> tuple[str, ...]:  # noqa: ARG001 # as `amid` is asked
    """Name nothing: nobody looks for patterns."""
    return ()


def _fees(started: RunStarted, prices: RebuiltPrices, fee_bps: Decimal) -> Mapping[Venue, Decimal]:
    fees = {instrument.venue: fee_bps for instrument in prices.instruments.values()}
    told = {cost.venue: cost.taker_bps for cost in started.costs if cost.taker_bps is not None}
    return {**fees, **told}


def _account(started: RunStarted) -> str:
    """Return whose fills a run's are: simulated venues are made, and count trades, anew."""
    if started.mode in ("backtest", "demo", "paper"):
        return started.run
    return started.installation
