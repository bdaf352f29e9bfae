"""Turn: when a venue may be asked, by who is no more urgent than the rest, or by a stop."""

from graphwiz_trader.application.limiter import Lane, Limiter
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.ports.clock import Clock

_LOOK_AGAIN = Nanos(250 * MILLISECOND)


class Turn:
    """
    Waits until *limiter* lets a question leave.

    Questions leave a part of the venue's budget to orders. Once `is_last`, nothing else is to
    leave any more, and only the venue's own Retry-After holds them back. `waits` tells whether
    somebody waits.
    """

    def __init__(self, limiter: Limiter, clock: Clock) -> None:
        self.is_last = False
        self.waits = False
        self._limiter = limiter
        self._clock = clock

    async def wait(self, weight: int) -> None:
        """Take *weight* as soon as a question may have it; who waits may become the last."""
        try:
            while not self._limiter.take(self._lane(), weight):
                self.waits = True
                again = Nanos(self._clock.now() + _LOOK_AGAIN)
                at = self._limiter.ready(self._lane(), weight)
                await self._clock.sleep_until(min(at, again))
        finally:
            self.waits = False

    def _lane(self) -> Lane:
        return Lane.CANCEL if self.is_last else Lane.QUERY
