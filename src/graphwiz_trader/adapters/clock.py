"""Clock: the computer's time, in one direction only."""

import asyncio
import time

from graphwiz_trader.domain.units import SECOND, Nanos


class SystemClock:
    """
    Wall time at its making, and monotonic time from there on.

    A step of the wall clock is not followed: instants stay in order, durations stay true.
    """

    def __init__(self) -> None:
        self._offset = time.time_ns() - time.monotonic_ns()
        self._monotonic = time.monotonic_ns

    def now(self) -> Nanos:
        """Return the present instant."""
        # Every frame is stamped: calling `Nanos` would cost as much as reading the time.
        return self._monotonic() + self._offset  # type: ignore[return-value]

    async def sleep_until(self, at: Nanos) -> None:
        """Return once it is *at* or later."""
        left = at - self.now()
        await asyncio.sleep(max(left, 0) / SECOND)
        # The loop's timers are coarser than this clock and may fire a little early.
        if at > self.now():
            await self.sleep_until(at)
