"""Turn: when a venue may be asked: after the orders, or, at a stop, after what only reduces."""

from graphwiz_trader.application.limiter import Lane, Limiter
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.ports.clock import Clock

_LOOK_AGAIN = Nanos(250 * MILLISECOND)


class Turn:
    """
    Waits until *limiter* lets a question leave.

    Questions leave a part of the venue's budget to orders; once `is_stopping`, when no new order
    is to leave any more, only what hedges may need. `waits` tells whether somebody waits, or was
    waiting when the run ended.
    """

    def __init__(self, limiter: Limiter, clock: Clock) -> None:
        self.is_stopping = False
        self.waits = False
        self._limiter = limiter
        self._clock = clock

    async def wait(self, weight: int) -> None:
        """Take *weight* as soon as a question may have it; a stop may begin meanwhile."""
        while not self._take(weight):
            self.waits = True
            again = Nanos(self._clock.now() + _LOOK_AGAIN)
            at = self._limiter.ready(self._lane(), weight)
            await self._clock.sleep_until(min(at, again))
        self.waits = False

    def _take(self, weight: int) -> bool:
        if self._limiter.ready(self._lane(), weight) > self._clock.now():
            return False
        # It is known to fit, and is no order, which the lane of hedges would count.
        return self._limiter.take(Lane.CANCEL, weight)

    def _lane(self) -> Lane:
        return Lane.HEDGE if self.is_stopping else Lane.QUERY
