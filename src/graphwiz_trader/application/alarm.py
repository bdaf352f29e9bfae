"""Alarm: calls back at the earliest instant it was set to."""

import asyncio
from collections.abc import Callable

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.clock import Clock


class Alarm:
    """Rings once at the earliest instant it was set to, and forgets the later ones."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._at: Nanos | None = None
        self._sleepers: asyncio.TaskGroup | None = None

    def set(self, at: Nanos) -> None:
        """Ring at *at*, unless it rings before."""
        if self._at is None or at < self._at:
            self._at = at
            if self._sleepers is not None:
                self._sleepers.create_task(self._sleep(at))

    async def run(self) -> None:
        """Ring whenever it is time, until canceled; raises, in a group, what a ring raised."""
        try:
            async with asyncio.TaskGroup() as sleepers:
                self._sleepers = sleepers
                if self._at is not None:
                    sleepers.create_task(self._sleep(self._at))
                await asyncio.get_running_loop().create_future()
        finally:
            self._sleepers = None

    async def _sleep(self, at: Nanos) -> None:
        await self._clock.sleep_until(at)
        if self._at == at:
            self._at = None
            self._ring()
