"""SimulatedVenue: a venue as pure rules, which backtest, demo and paper trade on."""

from collections.abc import Sequence
from typing import Protocol

from graphwiz_trader.domain.commands import OrderCommand
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.units import Nanos, Venue


class SimulatedVenue(Protocol):
    """
    Time at the venue moves only by `run_next`.

    Every event it returns carries in `ts` when the engine receives it (match or publication
    plus latency) and in `ts_venue` when it happened.
    Ties at one instant: the venue's own data, then arrivals of our requests in the order sent.
    """

    @property
    def venue(self) -> Venue:
        """Its name."""

    def next_ts(self) -> Nanos | None:
        """When the next thing happens here, or None while nothing can."""

    def run_next(self) -> Sequence[Event]:
        """Let the next thing happen; return what the engine will hear of it."""

    def send(self, command: OrderCommand, now: Nanos) -> None:
        """Take *command* at our side at *now*; it arrives after the entry latency."""
