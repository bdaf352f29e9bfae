"""Strategy and View: what a strategy must offer, and what it may see."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol, SupportsIndex, TypeAlias

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.events import BookUpdate, TimerFired, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Signal
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, StrategyId, Venue

Opinion: TypeAlias = Signal | Observation | SetTimer
Wakeup: TypeAlias = BookUpdate | Trade | TimerFired


class View(Protocol):
    """The engine's state as a strategy may read it; nothing here can be changed through it."""

    @property
    def now(self) -> Nanos:
        """The instant of the event being handled."""

    @property
    def books(self) -> Mapping[InstrumentId, OrderBook]:
        """Every book, by instrument."""

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """Every instrument's grid and rules."""

    @property
    def routes(self) -> tuple[tuple[InstrumentId, ...], ...]:
        """Rounds that the knowledge graph holds promising, best first; empty until it is heard."""

    def position(self, instrument: InstrumentId) -> Lots:
        """What we hold of *instrument*, from fills: signed lots."""

    def own(self, strategy: StrategyId, instrument: InstrumentId) -> Lots:
        """What *strategy*'s own fills add up to."""

    def room(
        self, strategy: StrategyId, instrument: InstrumentId, side: Side, price: SupportsIndex
    ) -> Lots:
        """Return the most that limits and free balances leave for an order at *price*."""

    def headroom(
        self, strategy: StrategyId, instrument: InstrumentId, side: Side, price: SupportsIndex
    ) -> Lots:
        """Return the most that limits alone leave, whatever the balance."""

    def owned(self, instrument: InstrumentId) -> Decimal:
        """Base units owned at the instrument's venue, endowment included."""

    def taker_fee_bps(self, venue: Venue) -> float | None:
        """What *venue* charges us for taking, in bps of notional; None while not known."""

    def working(self, strategy: StrategyId, instrument: InstrumentId) -> Lots:
        """Lots of *strategy*'s orders in *instrument* that may still fill, both sides."""

    def open_lots(self, instrument: InstrumentId, side: Side) -> Lots:
        """Lots that orders on *side* may still fill, of all strategies."""

    def latency(self, venue: Venue) -> Nanos:
        """How long an order takes to reach *venue*, as configured or measured."""


class Strategy(Protocol):
    """
    Decides. One file, named in the configuration by `use:`; no base class, no registration.

    A strategy class is constructed once per instance as
    `Class(id, config, instruments, ttl)`: `config` is an instance of its attrs `Config` (None
    without one), `instruments` the `Instrument`s it was given, in the order of the configuration,
    `ttl` how long its signals should live.
    """

    @property
    def id(self) -> StrategyId:
        """The instance's name."""

    @property
    def instruments(self) -> tuple[InstrumentId, ...]:
        """The instruments whose instants it wants to be asked at."""

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """
        Return what to do now.

        Asked once per instant, after all its market events are applied, with the last of them
        that concerns this strategy; and when one of its timers fires.
        """
