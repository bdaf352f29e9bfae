"""Places: where a live run trades, as whoever assembles it offers them."""

from collections.abc import Sequence
from typing import Protocol

from graphwiz_trader.application.listen import Source
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.events import VenueCost
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.feed import MarketFeed
from graphwiz_trader.ports.venue import ChangingVenue


@value
class Place:
    """One venue, opened: where orders go and where its prices come from."""

    venue: ChangingVenue
    feed: MarketFeed


class Places(Protocol):
    """Where a live run trades."""

    @property
    def sources(self) -> Sequence[Source]:
        """The market data of every venue, and its rules."""

    @property
    def leases(self) -> Sequence[str]:
        """What nobody else may trade while we do, by the names of its leases."""

    def costs(self, instruments: Sequence[Instrument]) -> tuple[VenueCost, ...]:
        """Return what an order costs at each venue, once the rules are loaded."""

    def open(self, state: EngineState, incarnation: int) -> Sequence[Place]:
        """Return every venue, ready to be run; *state* is what the journal knows of it."""


class Tell(Protocol):
    """Tells a person."""

    def say(self, line: str) -> None:
        """Say *line*."""

    def alert(self, alert: RaiseAlert) -> None:
        """Raise an alarm."""
