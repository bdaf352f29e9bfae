"""Router: what follows from a step of a live run, once it is journaled."""

from collections.abc import Callable, Mapping, Sequence

from graphwiz_trader.application.latencies import Latencies
from graphwiz_trader.application.link import Link
from graphwiz_trader.application.outbox import Outbox
from graphwiz_trader.application.recovery import Watch
from graphwiz_trader.application.timers import Timers
from graphwiz_trader.domain.commands import (
    CancelOrder,
    Command,
    RaiseAlert,
    ReplaceOrder,
    SetTimer,
    SubmitOrder,
)
from graphwiz_trader.domain.events import BookUpdate, Event, Trade
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.engine.state import EngineState


class Router:
    """
    Tells each of *links* what concerns its venue, and takes each command to where it is done.

    *alert* tells a person; each of *watches* sees every step once its commands have left.
    """

    def __init__(
        self,
        state: EngineState,
        links: Mapping[Venue, Link],
        timers: Timers,
        alert: Callable[[RaiseAlert], None],
        latencies: Latencies,
        watches: Sequence[Watch],
    ) -> None:
        self._state, self._links = state, links
        self._timers, self._alert = timers, alert
        self._latencies, self._watches = latencies, watches
        self._outboxes: dict[InstrumentId, Outbox] = {
            one.id: links[one.venue].outbox for one in state.instruments.values()
        }

    def heard(self, event: Event, outcome: Outcome) -> None:
        """Do what commands must wait for."""
        if outcome.commands:
            self._latencies.decided()
        if isinstance(event, (BookUpdate, Trade)):
            return
        for link in self._concerned(event):
            link.outbox.heard(event)
            link.reconciler.heard(event)

    def route(self, command: Command) -> None:
        """Take *command* to where it is done."""
        if isinstance(command, SubmitOrder):
            self._outboxes[command.instrument].put(command)
            self._latencies.sent(command.cl_ord_id)
        elif isinstance(command, CancelOrder):
            self._outboxes[command.instrument].put(command)
        elif isinstance(command, ReplaceOrder):
            self._outboxes[command.instrument].put(command)
            self._latencies.sent(command.cl_ord_id)
        elif isinstance(command, SetTimer):
            self._timers.set(command)
        elif isinstance(command, RaiseAlert):
            self._alert(command)
        else:
            self._links[command.venue].outbox.put(command)

    def done(self, event: Event, outcome: Outcome) -> None:
        """Do what commands need not wait for."""
        for watch in self._watches:
            watch(event, outcome)
        self._latencies.done(event, self._state.now)

    def _concerned(self, event: Event) -> Sequence[Link]:
        if isinstance(event, ExecutionReport):
            instrument = self._state.instruments.get(event.instrument)
            return () if instrument is None else (self._links[instrument.venue],)
        return tuple(self._links.values())
