"""Feed: a venue's market data, as events."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Venue

Deliver: TypeAlias = Callable[[Event], None]
"""Takes an event in place, from the socket's own callback; never blocks, seldom raises."""


class MarketFeed(Protocol):
    """
    Brings one venue's market data: `BookUpdate`, `Trade`, `FeedUp`, `FeedDown`, `BookGap`.

    A book is published once it is proven to be the venue's, beginning with a snapshot; whatever
    breaks the proof is told by `BookGap` or `FeedDown` at once, and the next update is a snapshot.
    Rows are overwritten after 63 further updates; whoever keeps one longer copies it (`kept`).
    The numbered promises are in docs/reference/feed-contract.md.
    """

    @property
    def venue(self) -> Venue:
        """Whose data it is."""

    async def run(self, deliver: Deliver) -> None:
        """
        Deliver until canceled, reconnecting within the feed's budget.

        Raises:
            Transient: the budget is spent; the caller decides about a new one.
        """

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """Add *instruments*, before or while running; those already there are left alone."""

    def unsubscribe(self, instruments: Iterable[InstrumentId]) -> None:
        """Remove *instruments*; unknown ones are no error. Nothing of them comes afterwards."""
