"""Pace: how often something may be done, each waiting its turn."""

from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.ports.clock import Clock


class Pace:
    """Spaces requests evenly: at most *per_s* a second, whoever asks."""

    def __init__(self, clock: Clock, per_s: int) -> None:
        self._clock = clock
        self._gap = SECOND // per_s
        self._next = 0

    async def turn(self) -> None:
        """Return when it is the caller's turn."""
        at = max(self._next, self._clock.now())
        self._next = at + self._gap
        await self._clock.sleep_until(Nanos(at))
