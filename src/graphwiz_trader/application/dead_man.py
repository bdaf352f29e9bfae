"""DeadMan: venues that can are asked to cancel our orders once they hear no more of us."""

import asyncio
from collections.abc import Callable, Sequence

from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.errors import PortError
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.venue import DeadManSwitch, ExecutionVenue

NOT_ARMED = "DEAD_MAN"
BEATS = 6
"""How often a venue hears of us in its countdown, so that a few answers may get lost."""

RETRY = Nanos(SECOND)
NEVER = Nanos(0)


class DeadMan:
    """
    Keeps *venues* from canceling our orders for as long as it runs.

    A venue that does not take the request is asked again each second, and *alert* tells a person,
    once until it does.
    """

    def __init__(
        self,
        venues: Sequence[ExecutionVenue],
        clock: Clock,
        alert: Callable[[RaiseAlert], None],
    ) -> None:
        self._venues = [venue for venue in venues if venue.terms.dead_man]
        self._clock = clock
        self._alert = alert

    @property
    def venues(self) -> tuple[str, ...]:
        """The names of those that can."""
        return tuple(venue.venue for venue in self._venues)

    async def run(self) -> None:
        """Be heard until canceled; a venue that is slow to answer delays no other."""
        async with asyncio.TaskGroup() as group:
            for venue in self._venues:
                group.create_task(self._beat(venue))

    async def disarm(self) -> None:
        """End every countdown; one that cannot be ended finds no order of ours to cancel."""
        async with asyncio.TaskGroup() as group:
            for venue in self._venues:
                group.create_task(self._set(venue, NEVER))

    async def _beat(self, venue: ExecutionVenue) -> None:
        span = venue.terms.dead_man
        is_told = False
        while True:
            why = await self._set(venue, span)
            if why and not is_told:
                text = f"{venue.venue}: orders would outlive us, its countdown is not set: {why}"
                self._alert(RaiseAlert(Severity.WARNING, NOT_ARMED, text))
            is_told = bool(why)
            wait = RETRY if why else Nanos(span // BEATS)
            await self._clock.sleep_until(Nanos(self._clock.now() + wait))

    async def _set(self, venue: ExecutionVenue, span: Nanos) -> str:
        """Return why it was not set, nothing if it was."""
        if not isinstance(venue, DeadManSwitch):
            return "it has none"
        try:
            await venue.count_down(span)
        except PortError as error:
            return str(error)
        return ""
