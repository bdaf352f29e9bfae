"""Link: all that belongs to one venue of a live run."""

from collections.abc import Callable

from graphwiz_trader.application.limiter import Limiter
from graphwiz_trader.application.outbox import Outbox
from graphwiz_trader.application.reconcile import Pace, Reconciler
from graphwiz_trader.domain.units import ClOrdId
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver, MarketFeed
from graphwiz_trader.ports.venue import ExecutionVenue


class Link:
    """The venue, its feed if there is one, and what sends to it and asks it; *own* begins our ids.

    `is_up`: whether reports of our orders come in. `is_over`: nothing of ours works anywhere any
    more, nor will, so that no report is needed.
    """

    def __init__(
        self,
        venue: ExecutionVenue,
        feed: MarketFeed | None,
        state: EngineState,
        clock: Clock,
        deliver: Deliver,
        is_hedge: Callable[[ClOrdId], bool],
        own: str,
        pace: Pace,
    ) -> None:
        self.venue = venue
        self.feed = feed
        self.is_up = False
        self.is_over = False
        self.limiter = Limiter(clock, venue.terms)
        self.outbox = Outbox(venue, self.limiter, clock, deliver, is_hedge)
        self.reconciler = Reconciler(
            venue,
            state,
            self.limiter,
            clock,
            deliver,
            self.outbox.sync,
            lambda: self.is_up or self.is_over,
            own,
            pace,
        )
