"""Paper: real market data, simulated venues, play money."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.adapters.paper.feed import PaperFeed
from graphwiz_trader.adapters.paper.venue import FedVenue
from graphwiz_trader.application.funding import endowment
from graphwiz_trader.application.listen import Source
from graphwiz_trader.application.places import Place
from graphwiz_trader.bootstrap.feeds import sources_of
from graphwiz_trader.domain.events import VenueCost
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import MILLISECOND, Asset, Nanos, Venue
from graphwiz_trader.domain.venue import VenueTerms
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.live import LiveVenue
from graphwiz_trader.simulation.queue import queue_model

_NUMBERS = 1_000_000_000
"""How far the numbers of two incarnations' fills are apart."""


class PaperPlaces:
    """
    Venues that cost and take as long as the `backtest` section says.

    A venue lives as long as its process: when a run goes on, its account is what the journal
    knows of it, and orders that worked have been canceled with it.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """
        Know every enabled venue.

        Raises:
            ConfigError: there is none, or one cannot be streamed as it is configured.
        """
        self._settings = settings
        self._clock = clock
        self.sources: Sequence[Source] = sources_of(settings, clock)

    @property
    def leases(self) -> Sequence[str]:
        """None: a simulated account ends with its process."""
        return ()

    def costs(self, instruments: Sequence[Instrument]) -> tuple[VenueCost, ...]:
        """Return the configured fee and latency, the same at every venue."""
        fee = self._settings.backtest.fee_bps
        venues = dict.fromkeys(instrument.venue for instrument in instruments)
        return tuple(VenueCost(venue, fee, self._one_way) for venue in venues)

    def open(self, state: EngineState, incarnation: int) -> Sequence[Place]:
        """Return a simulated venue behind every feed."""
        instruments = tuple(state.instruments.values())
        given = endowment(self._settings, instruments, self._clock.now())
        places = []
        for source in self.sources:
            venue = source.feed.venue
            balances = {each.asset: each.total for each in given if each.venue == venue}
            if state.accounts[venue].total:
                balances = dict(state.accounts[venue].total)
            places.append(self._place(source, state, balances, incarnation))
        return places

    @property
    def _one_way(self) -> Nanos:
        return Nanos(int(self._settings.backtest.latency_ms * MILLISECOND))

    def _place(
        self,
        source: Source,
        state: EngineState,
        balances: Mapping[Asset, Decimal],
        incarnation: int,
    ) -> Place:
        venue, settings = source.feed.venue, self._settings.backtest
        market = LiveVenue(
            _at(venue, state),
            balances,
            FeeSchedule(settings.fee_bps, settings.fee_bps),
            ConstantLatency(self._one_way, self._one_way),
            queue_model(settings.queue),
            incarnation * _NUMBERS + 1,
        )
        for order in state.orders:
            if state.instruments[order.instrument].venue == venue:
                market.remember(order)
        paper = FedVenue(market, self._clock, VenueTerms(), _unheard)
        return Place(paper, PaperFeed(source.feed, market, paper))


def _at(venue: Venue, state: EngineState) -> tuple[Instrument, ...]:
    return tuple(one for one in state.instruments.values() if one.venue == venue)


def _unheard(event: object) -> None:
    """A venue that lives on a feed has no market data of its own."""
