"""Report: what a run was, earned and did, gathered in one pass over its journal."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.endowment import Endowment
from graphwiz_trader.application.group_log import GroupLog
from graphwiz_trader.application.markouts import Markouts
from graphwiz_trader.application.order_log import OrderLog
from graphwiz_trader.application.prices import Prices, RebuiltPrices, received
from graphwiz_trader.application.report_header import header
from graphwiz_trader.application.returns import returns, worst_fall
from graphwiz_trader.application.trade_log import TradeLog
from graphwiz_trader.domain.equity import EquityCurve, EquityPoint
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BalanceReport, BookGap, Event, FeedDown, RunStarted
from graphwiz_trader.domain.facts import (
    Fact,
    FillBooked,
    GroupChanged,
    OrderChanged,
    Outcome,
    SignalApproved,
    TradeClosed,
)
from graphwiz_trader.domain.funnel import Funnel
from graphwiz_trader.domain.performance import Performance
from graphwiz_trader.domain.report import Profit, Report, WorstFall
from graphwiz_trader.domain.settings_reloaded import SettingsReloaded
from graphwiz_trader.domain.units import Asset, Nanos
from graphwiz_trader.ports.journal import JournalReader

Listener = Callable[[Event, Outcome, Nanos], None]
"""Hears every event of a journal, what it led to, and when it was received."""


class ReportBuilder:
    """
    Takes in a run as it goes, or as its journal tells it.

    `feed` wants every event, once *prices* know it; market events that led to nothing may be left
    out. `advance` wants the time of every event of the market and of every report from `due` on,
    before *prices* know it; the first begins the period.
    """

    def __init__(self, prices: Prices, reporting: Asset) -> None:
        self._prices = prices
        self._reporting = reporting
        self._earnings = Earnings(prices)
        self._nowowment = Endowment(prices)
        self._markouts = Markouts(prices)
        self._orders = OrderLog(prices)
        self._groups = GroupLog(prices, self._earnings)
        self._trades = TradeLog(self._earnings)
        self._funnel = Funnel()
        self._run: RunStarted | None = None
        self._curve: EquityCurve | None = None
        self.due = Nanos(0)
        """The instant `advance` next does something at; it may be left out before."""
        self._now = Nanos(0)
        self._gaps: dict[str, int] = {}
        self._entries = 0
        self._fills = 0
        self._reloads = 0

    def advance(self, now: Nanos) -> None:
        """Let time reach *now*: settle what fell due until then."""
        self._now = now
        if now < self.due:
            return
        self._markouts.advance(now)
        if self._curve is None:
            self._curve = EquityCurve(now)
        elif now >= self._curve.due:
            self._curve.record(now, self._earnings.net())
            self._nowowment.value_start()
        self.due = self._next_due()

    def feed(self, event: Event, outcome: Outcome) -> None:
        """Take in what *event*, if need be resolved, led to."""
        if not isinstance(event, RunStarted | BalanceReport):
            # A market event between two instants of interest was not told to `advance`.
            self._now = max(self._now, received(event))
        now = self._now
        self._entries = outcome.seq
        match event:
            case RunStarted():
                self._run = event
            case BalanceReport() if not self._fills:
                self._nowowment.hear(event)
            case FeedDown() | BookGap():
                self._lose(event.venue if isinstance(event, FeedDown) else event.instrument)
            case SettingsReloaded():
                self._reloads += 1
            case _:
                self._orders.hear(event, now)
        for command in outcome.commands:
            self._orders.ask(command, now)
        for fact in outcome.facts:
            if isinstance(fact, FillBooked):
                self._book(fact, now)
        for fact in outcome.facts:
            self._note(fact)

    def _lose(self, name: str) -> None:
        self._gaps[name] = self._gaps.get(name, 0) + 1

    def report(self, notes: Sequence[str] = ()) -> Report:
        """
        Return the report so far, with *notes* beside its own.

        Raises:
            DataError: no run has started.
            InvariantViolation: an opportunity reached a stage without the one before.
        """
        if self._run is None:
            raise DataError("the journal does not begin with a run")
        net, total = self._earnings.net(), self._earnings.total()
        points, earned, fall = self._returns(net)
        return Report(
            header=header(
                self._run,
                self._prices.instruments,
                self._reporting,
                period=(self._curve.since if self._curve else self._run.ts, self._now),
                entries=self._entries,
                gaps=self._gaps,
                notes=(*notes, *self._notes(earned)),
            ),
            pnl=Profit(
                net, net + total.fees, total.fees, self._earnings.rebates(), self._nowowment.gain()
            ),
            start_equity=self._nowowment.start,
            performance=earned,
            drawdown=fall,
            trades=self._trades.total(),
            trades_by_strategy=self._trades.by_strategy(),
            trades_by_hour=self._trades.by_hour(),
            fills_by_strategy=self._earnings.by_strategy(),
            fills_by_venue=self._earnings.by_venue(),
            fills_by_instrument=self._earnings.by_instrument(),
            quality=self._orders.quality(total, self._markouts.results()),
            arbitrage=self._groups.arbitrage(self._funnel.opportunities(), self._now),
            denials={reason.value: count for reason, count in self._funnel.denials.items()},
            equity=points,
        )

    def _returns(
        self, net: Decimal
    ) -> tuple[tuple[EquityPoint, ...], Performance | None, WorstFall | None]:
        curve, start = self._curve, self._nowowment.start
        if curve is None:
            return (), None, None
        points = curve.points(self._now, net, curve.step)
        if start is None or len(points) < 2:
            return points, None, None
        fall = worst_fall(points, start)
        return points, returns(curve, self._now, net, start, fall), fall

    def _book(self, fill: FillBooked, now: Nanos) -> None:
        self._fills += 1
        self._nowowment.value_start()
        notional = self._earnings.book(fill)
        self._orders.fill(fill, float(notional))
        self._groups.fill(fill, now)
        self._markouts.watch(fill, now, float(notional))
        self.due = self._next_due()

    def _note(self, fact: Fact) -> None:
        self._funnel.apply(fact)
        match fact:
            case OrderChanged():
                self._orders.change(fact)
            case SignalApproved():
                self._groups.approve(fact)
            case GroupChanged():
                self._groups.change(fact)
            case TradeClosed():
                self._trades.close(fact)
            case _:
                pass

    def _next_due(self) -> Nanos:
        curve = self._curve.due if self._curve else Nanos(0)
        markout = self._markouts.due
        return curve if markout is None else min(curve, Nanos(markout + 1))

    def _notes(self, earned: Performance | None) -> list[str]:
        notes = []
        if self._reloads:
            notes.append(
                f"settings are those of the start; they were reloaded {self._reloads} times"
            )
        if self._nowowment.start is None:
            notes.append("returns, ratios and drawdown: the starting balances have no known value")
        elif earned is None:
            notes.append("returns and ratios: equity did not stay above zero, or no time passed")
        if self._earnings.unmarked:
            names = ", ".join(self._earnings.unmarked)
            notes.append(f"no book had two sides: {names} at the last fill's price")
        if self._earnings.unpriced:
            names = ", ".join(self._earnings.unpriced)
            notes.append(f"nothing priced {names} in {self._reporting} at some time: counted as 0")
        return notes


def read_report(
    reader: JournalReader,
    prices: RebuiltPrices,
    builder: ReportBuilder,
    listeners: Sequence[Listener] = (),
) -> Report:
    """
    Return the report of the run that *reader* tells, and tell *listeners* on the way.

    *builder* looks at the same *prices*.

    Raises:
        DataError: the journal is empty.
        JournalTorn: it is damaged before its tail.
    """
    now = Nanos(0)
    for entry in reader.entries():
        event = prices.resolve(entry.event)
        if not isinstance(event, RunStarted | BalanceReport):
            now = received(event)
            builder.advance(now)
        prices.apply(event)
        builder.feed(event, entry.outcome)
        for listen in listeners:
            listen(event, entry.outcome, now)
    return builder.report([f"the journal's tail is torn: {reader.torn}"] if reader.torn else [])
