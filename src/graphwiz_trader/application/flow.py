"""Flow: how old market data is when it comes, and how long it takes to be dealt with."""

from collections.abc import Mapping

from graphwiz_trader.application.latencies import Histogram
from graphwiz_trader.domain.events import BookUpdate, Event, Trade
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.ports.clock import Clock

ONE_IN = 16
"""Of so many events one is measured: a look at the clock has its price."""


class Flow:
    """
    Measures one event of `ONE_IN`, if it is a market message, once it has been dealt with.

    `data`: from the venue's clock to our receipt, as the two clocks have it. `strategy`: from
    receipt until it was stepped, strategies and all, journaled, and what came of it handed over.
    """

    def __init__(self, clock: Clock) -> None:
        self.data = Histogram()
        self.strategy = Histogram()
        self._clock = clock
        self._left = ONE_IN

    def watch(self, event: Event, outcome: Outcome) -> None:  # noqa: ARG002 # as every watch
        """Take in a step."""
        self._left -= 1
        if self._left:
            return
        self._left = ONE_IN
        if isinstance(event, BookUpdate | Trade):
            self.strategy.add(self._clock.now() - event.ts)
            if event.ts_venue > 0:
                self.data.add(event.ts - event.ts_venue)

    def buckets(self) -> Mapping[str, Mapping[str, object]]:
        """Return both as cumulative counts, those that have any."""
        both = {"data": self.data, "strategy": self.strategy}
        return {name: one.buckets() for name, one in both.items() if one.count}
