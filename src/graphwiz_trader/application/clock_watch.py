"""ClockWatch: how far each venue's clock is from ours; requests are signed by theirs."""

import asyncio
from collections.abc import Callable, Sequence

from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.clock_reading import ClockReading, surest
from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.venue import ExecutionVenue, SignedByClock

OFFSET = "CLOCK_OFFSET"
STEP = "CLOCK_STEP"
UNREAD = "CLOCK_UNREAD"


@value
class ClockPace:
    """
    How often clocks are compared, and what is too far.

    Every `period` each venue is asked `questions` times, and again after `retry` if it did not
    answer, or if its clock is suddenly elsewhere. An offset above `bound` raises an alert, once
    until it is below again; so does a change of more than `step` between two readings, and a
    clock that was not read for two periods.
    """

    period: Nanos = Nanos(60 * SECOND)
    retry: Nanos = Nanos(5 * SECOND)
    questions: int = 3
    bound: Nanos = SECOND
    step: Nanos = Nanos(250 * MILLISECOND)


class ClockWatch:
    """
    Asks *venues* for their time at the start, every `ClockPace.period` and on demand.

    `readings` holds the latest of each venue that answered. A venue that signs by its own clock
    is told, and so is the engine, by *deliver*; *alert* tells a person.
    """

    def __init__(
        self,
        venues: Sequence[ExecutionVenue],
        clock: Clock,
        alert: Callable[[RaiseAlert], None],
        deliver: Callable[[ClockCompared], None],
        pace: ClockPace = ClockPace(),  # noqa: B008 # a value
    ) -> None:
        self.readings: dict[Venue, ClockReading] = {}
        self._venues = venues
        self._clock = clock
        self._alert = alert
        self._deliver = deliver
        self._pace = pace
        self._wanted = {venue.venue: asyncio.Event() for venue in venues}
        self._far: dict[Venue, None] = {}
        self._unread: dict[Venue, None] = {}
        self._began = clock.now()

    def ask(self, venue: Venue) -> None:
        """Compare *venue*'s clock now, as after it complained of ours."""
        self._wanted[venue].set()

    async def run(self) -> None:
        """Compare clocks until canceled; a venue that is slow to answer delays no other."""
        async with asyncio.TaskGroup() as group:
            for venue in self._venues:
                group.create_task(self._watch(venue))

    async def _watch(self, venue: ExecutionVenue) -> None:
        wanted = self._wanted[venue.venue]
        while True:
            wanted.clear()
            try:
                is_steady = self._take(venue, await self._read(venue))
                wait = self._pace.period if is_steady else self._pace.retry
            except Transient as error:
                self._miss(venue.venue, error)
                wait = self._pace.retry
            await self._wait(wanted, Nanos(self._clock.now() + wait))

    async def _wait(self, wanted: asyncio.Event, until: Nanos) -> None:
        """Return at *until*, or as soon as somebody wants to know."""
        async with asyncio.TaskGroup() as group:
            alarm = group.create_task(self._ring(wanted, until))
            await wanted.wait()
            alarm.cancel()

    async def _ring(self, wanted: asyncio.Event, at: Nanos) -> None:
        await self._clock.sleep_until(at)
        wanted.set()

    async def _read(self, venue: ExecutionVenue) -> ClockReading:
        found = []
        for _ in range(self._pace.questions):
            asked = self._clock.now()
            shown = await venue.server_time()
            found.append(ClockReading.of(asked, shown, self._clock.now()))
        return surest(found)

    def _take(self, venue: ExecutionVenue, reading: ClockReading) -> bool:
        """Note and tell *reading*; return whether the clocks go as they did."""
        name = venue.venue
        before = self.readings.get(name)
        self.readings[name] = reading
        self._unread.pop(name, None)
        if isinstance(venue, SignedByClock):
            venue.offset = reading.offset
            told = ClockCompared(self._clock.now(), name, reading.offset, reading.error)
            self._deliver(told)
        is_step = before is not None and reading.differs(before, self._pace.step)
        if before is not None and is_step:
            moved = _seconds(Nanos(reading.offset - before.offset))
            self._warn(STEP, f"{name}: the clocks moved apart by {moved} at once")
        is_far = abs(reading.offset) - reading.error > self._pace.bound
        if is_far and name not in self._far:
            offset, error = _seconds(reading.offset), _seconds(reading.error)
            self._warn(OFFSET, f"{name}: its clock is {offset} from ours, to within {error}")
        if is_far:
            self._far[name] = None
        else:
            self._far.pop(name, None)
        return not is_step

    def _miss(self, name: Venue, error: Transient) -> None:
        """Tell a person, once, of a clock that has not been read for long."""
        known = self.readings.get(name)
        silence = Nanos(self._clock.now() - (self._began if known is None else known.ts))
        if silence >= 2 * self._pace.period and name not in self._unread:
            self._unread[name] = None
            self._warn(UNREAD, f"{name}: its clock was not read for {_seconds(silence)}: {error}")

    def _warn(self, code: str, text: str) -> None:
        self._alert(RaiseAlert(Severity.WARNING, code, text))


def _seconds(ns: Nanos) -> str:
    return f"{ns / SECOND:.3f} s"
