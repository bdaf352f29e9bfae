"""Pacing: simulated exchanges kept in step with a clock, or ahead of it by a factor."""

from collections.abc import Sequence

from graphwiz_trader.adapters.loopback.host import Host
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.ports.clock import Clock

STEP = Nanos(2 * MILLISECOND)
"""What is due within it happens together: waking for every event alone costs more than it tells."""


class Pacing:
    """
    Maps a clock's time to the exchanges' time, which runs *speed* times as fast from *began* on.

    Raises:
        DomainError: the speed is not positive.
    """

    def __init__(self, clock: Clock, began: Nanos, speed: float = 1.0) -> None:
        if speed <= 0:
            raise DomainError(f"speed {speed} is not positive")
        self.clock = clock
        self._began = began
        self._speed = speed

    def now(self) -> Nanos:
        """Return the exchanges' time now."""
        return Nanos(self._began + int((self.clock.now() - self._began) * self._speed))

    async def run(self, hosts: Sequence[Host]) -> None:
        """Let everything happen at *hosts* when it is due, until canceled."""
        while True:
            now = self.now()
            for host in hosts:
                host.advance(now)
            due = min(host.next_ts() for host in hosts)
            wall = self._began + int((due - self._began) / self._speed)
            await self.clock.sleep_until(Nanos(max(wall, self.clock.now() + STEP)))
