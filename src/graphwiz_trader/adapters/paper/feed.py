"""PaperFeed: a feed that a paper venue hears before anybody else does."""

from collections.abc import Iterable

from graphwiz_trader.adapters.paper.venue import PaperVenue
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.ports.feed import Deliver, MarketFeed
from graphwiz_trader.simulation.live import LiveVenue


class PaperFeed:
    """Lets *market*, which is behind *paper*, move as *feed* tells, and passes it on."""

    def __init__(self, feed: MarketFeed, market: LiveVenue, paper: PaperVenue) -> None:
        self._feed = feed
        self._market = market
        self._paper = paper

    @property
    def venue(self) -> Venue:
        """The feed's."""
        return self._feed.venue

    async def run(self, deliver: Deliver) -> None:
        """Run the feed."""

        def hear(event: Event) -> None:
            # What was under way arrives at the market as it was until now.
            self._paper.catch_up()
            self._paper.take(self._market.hear(event))
            deliver(event)

        await self._feed.run(hear)

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """Subscribe the feed."""
        self._feed.subscribe(instruments)

    def unsubscribe(self, instruments: Iterable[InstrumentId]) -> None:
        """Unsubscribe the feed."""
        self._feed.unsubscribe(instruments)
