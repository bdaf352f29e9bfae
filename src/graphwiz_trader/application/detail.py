"""Detail: what a report adds up, kept one by one while a journal is read."""

from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.facts import FillBooked, GroupChanged, GroupState, Outcome
from graphwiz_trader.domain.orders import ExecType, ExecutionReport
from graphwiz_trader.domain.run_detail import FillDot, GroupDot, RunDetail
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos

MOST = 100_000
"""Dots of a kind that are kept, the first ones: a page with more cannot be looked at."""

_CLOSED = (GroupState.DONE, GroupState.UNWOUND)


class Detail:
    """Takes in a run as `ReportBuilder` does, from *prices* that know every event first."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._fills: list[FillDot] = []
        self._groups: list[GroupDot] = []
        self._latencies: dict[str, list[float]] = {"ack": [], "first fill": []}
        self._decided: dict[ClOrdId, tuple[Nanos, float | None]] = {}
        self._acknowledged: set[ClOrdId] = set()
        self._filled: set[ClOrdId] = set()
        self._positions: dict[InstrumentId, float] = {}

    def feed(self, event: Event, outcome: Outcome, now: Nanos) -> None:
        """Take in what *event*, received at *now*, led to."""
        if isinstance(event, ExecutionReport):
            self._hear(event, now)
        for command in outcome.commands:
            if isinstance(command, SubmitOrder | ReplaceOrder):
                book = self._prices.books[command.instrument]
                mid = book.mid if book.is_two_sided else None
                self._decided[command.cl_ord_id] = now, mid
        for fact in outcome.facts:
            if isinstance(fact, FillBooked):
                self._book(fact, now)
            elif isinstance(fact, GroupChanged) and fact.state in _CLOSED:
                self._close(fact, now)

    def result(self) -> RunDetail:
        """Return what was kept."""
        latencies = {stage: tuple(spans) for stage, spans in self._latencies.items() if spans}
        return RunDetail(tuple(self._fills), tuple(self._groups), latencies)

    def _hear(self, report: ExecutionReport, now: Nanos) -> None:
        name = report.cl_ord_id
        decided = self._decided.get(name)
        if decided is None:
            return
        if name not in self._acknowledged:
            self._acknowledged.add(name)
            self._took("ack", now - decided[0])
        if report.exec_type is ExecType.TRADE and name not in self._filled:
            self._filled.add(name)
            self._took("first fill", now - decided[0])

    def _took(self, stage: str, span: int) -> None:
        if len(self._latencies[stage]) < MOST:
            self._latencies[stage].append(span / 1000)

    def _book(self, fill: FillBooked, now: Nanos) -> None:
        of = self._prices.instruments[fill.instrument]
        qty = float(of.qty(fill.qty))
        position = self._positions.get(fill.instrument, 0.0) + fill.side * qty
        self._positions[fill.instrument] = position
        mid = self._decided.get(fill.cl_ord_id, (now, None))[1]
        slippage = fill.side * (fill.price - mid) / mid * 1e4 if mid else None
        if len(self._fills) < MOST:
            dot = FillDot(
                now,
                fill.cl_ord_id,
                fill.strategy,
                fill.instrument,
                int(fill.side),
                float(of.price(fill.price)),
                qty,
                position,
                slippage,
            )
            self._fills.append(dot)

    def _close(self, fact: GroupChanged, now: Nanos) -> None:
        if len(self._groups) < MOST:
            expected, realised = float(fact.expected), float(fact.realised)
            self._groups.append(GroupDot(now, fact.group, fact.state.value, expected, realised))
