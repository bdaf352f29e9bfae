"""Tally: what a live run has counted since its first entry, whatever process wrote it."""

from collections.abc import Mapping

from graphwiz_trader.domain.commands import RaiseAlert, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import BookUpdate, Event, RunStarted, Trade
from graphwiz_trader.domain.facts import (
    Fact,
    FillBooked,
    OrderChanged,
    Outcome,
    SignalRefused,
    StrategyRaised,
)
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.units import ClOrdId

KEPT = 65_536


class Tally:
    """
    Takes in every step, replayed or live.

    `messages` are those of the market, `orders` the ids created, replacements included,
    `was_unknown` the orders that were ever UNKNOWN, `starts` the processes.
    """

    def __init__(self) -> None:
        self.messages = 0
        self.orders = 0
        self.fills = 0
        self.was_unknown = 0
        self.starts = 0
        self.refused = 0
        self.raised = 0
        self.alerts: dict[str, int] = {}
        self._unknown: dict[ClOrdId, None] = {}

    def feed(self, event: Event, outcome: Outcome) -> None:
        """Take in one step."""
        if isinstance(event, BookUpdate | Trade):
            self.messages += 1
            if not (outcome.commands or outcome.facts):
                return
        elif isinstance(event, RunStarted):
            self.starts += 1
        for command in outcome.commands:
            if isinstance(command, SubmitOrder | ReplaceOrder):
                self.orders += 1
            elif isinstance(command, RaiseAlert):
                self.alerts[command.code] = self.alerts.get(command.code, 0) + 1
        for fact in outcome.facts:
            self._note(fact)

    def summary(self) -> Mapping[str, object]:
        """Return the counts by name."""
        return {
            "messages": self.messages,
            "orders": self.orders,
            "fills": self.fills,
            "was_unknown": self.was_unknown,
            "starts": self.starts,
            "refused": self.refused,
            "strategy_errors": self.raised,
            "alerts": dict(self.alerts),
        }

    def _note(self, fact: Fact) -> None:
        if isinstance(fact, FillBooked):
            self.fills += 1
        elif isinstance(fact, OrderChanged):
            self._change(fact)
        elif isinstance(fact, SignalRefused):
            self.refused += 1
        elif isinstance(fact, StrategyRaised):
            self.raised += 1

    def _change(self, change: OrderChanged) -> None:
        if change.ord_status is OrdStatus.UNKNOWN and change.cl_ord_id not in self._unknown:
            self.was_unknown += 1
            self._unknown[change.cl_ord_id] = None
            if len(self._unknown) > KEPT:
                del self._unknown[next(iter(self._unknown))]
