"""Clock: what time it is, and waiting."""

from typing import Protocol

from graphwiz_trader.domain.units import Nanos


class Clock(Protocol):
    """
    Tells the time and wakes sleepers.

    Time never goes back, and nobody is woken before the instant they asked for.
    """

    def now(self) -> Nanos:
        """Return the present instant."""

    async def sleep_until(self, at: Nanos) -> None:
        """Return once it is *at* or later; at once, after others had their turn, if it is."""
