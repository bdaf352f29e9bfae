"""Clock: time that moves when the test says so."""

import asyncio
from heapq import heappop, heappush
from itertools import count

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Nanos

TURNS = 20
"""How often others get their turn after each awakening, for chains of awaits to settle."""


class ManualClock:
    """Stands still until it is advanced; sleepers wake in the order of their instants."""

    def __init__(self, start: int = 0) -> None:
        self._now = start
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now(self) -> Nanos:
        """Return the instant it stands at."""
        return Nanos(self._now)

    async def sleep_until(self, at: Nanos) -> None:
        """Return once it was advanced to *at*."""
        await asyncio.sleep(0)
        if at > self._now:
            awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heappush(self._sleepers, (at, next(self._order), awake))
            await awake

    async def advance(self, by: int) -> None:
        """
        Move on by *by* nanoseconds, waking each sleeper at its own instant.

        Raises:
            DomainError: *by* is negative.
        """
        if by < 0:
            raise DomainError(f"time goes forward only, not by {by} ns")
        until = self._now + by
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, awake = heappop(self._sleepers)
            self._now = max(self._now, at)
            if not awake.done():
                awake.set_result(None)
            await self._settle()
        self._now = until
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
