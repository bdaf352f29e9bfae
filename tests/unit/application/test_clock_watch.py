"""The watch over clocks: it finds their offset, hands it on, and tells when it is too far."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from graphwiz_trader.application.clock_watch import OFFSET, STEP, UNREAD, ClockPace, ClockWatch
from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.errors import TimedOut
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.ports.venue import SignedByClock
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.venue import FillingVenue

BTC = make.instrument()
NAME = BTC.venue
PACE = ClockPace(period=Nanos(10 * SECOND), retry=Nanos(2 * SECOND))


class ClockedVenue(FillingVenue):
    """Its clock is *ahead* of ours; it answers after *trip*, of which *there* is the way there."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(BTC, clock, {})
        self.manual = clock
        self.offset = Nanos(0)
        self.ahead = 300 * MILLISECOND
        self.trips = [40 * MILLISECOND]
        self.asked: list[int] = []
        self.is_silent = False

    async def server_time(self) -> Nanos:
        self.asked.append(self.manual.now())
        trip = self.trips[len(self.asked) % len(self.trips)]
        await self.manual.sleep_until(Nanos(self.manual.now() + trip))
        if self.is_silent:
            raise TimedOut("no answer")
        return Nanos(self.manual.now() + self.ahead)


class Play:
    def __init__(self) -> None:
        self.clock = ManualClock(make.START)
        self.venue = ClockedVenue(self.clock)
        self.alerts: list[RaiseAlert] = []
        self.told: list[ClockCompared] = []
        self.watch = ClockWatch(
            [self.venue], self.clock, self.alerts.append, self.told.append, PACE
        )

    @property
    def codes(self) -> list[str]:
        return [alert.code for alert in self.alerts]


def played(scene: Callable[[Play], Awaitable[None]]) -> Play:
    async def playing() -> Play:
        play = Play()
        task = asyncio.create_task(play.watch.run())
        await scene(play)
        task.cancel()
        await asyncio.wait([task])
        return play

    return asyncio.run(playing())


def test_the_offset_is_found_at_the_start_within_half_a_round_trip() -> None:
    play = played(lambda p: p.clock.advance(SECOND))

    found = play.watch.readings[NAME]
    assert abs(found.offset - play.venue.ahead) <= found.error == 20 * MILLISECOND
    assert play.alerts == []


def test_the_shortest_of_several_trips_counts() -> None:
    async def scene(play: Play) -> None:
        play.venue.trips = [900 * MILLISECOND, 10 * MILLISECOND, 400 * MILLISECOND]
        await play.clock.advance(3 * SECOND)

    assert played(scene).watch.readings[NAME].error == 5 * MILLISECOND


def test_a_venue_that_signs_by_its_clock_is_told() -> None:
    play = played(lambda p: p.clock.advance(SECOND))

    assert isinstance(play.venue, SignedByClock)
    found = play.watch.readings[NAME]
    assert play.venue.offset == found.offset
    assert play.told == [ClockCompared(found.ts, NAME, found.offset, found.error)]


def test_a_venue_that_does_not_is_left_alone() -> None:
    clock = ManualClock(make.START)
    venue = FillingVenue(BTC, clock, {})

    async def playing() -> ClockWatch:
        watch = ClockWatch([venue], clock, pytest.fail, pytest.fail, PACE)
        task = asyncio.create_task(watch.run())
        await clock.advance(SECOND)
        task.cancel()
        await asyncio.wait([task])
        return watch

    assert asyncio.run(playing()).readings[NAME].offset == 0
    assert not isinstance(venue, SignedByClock)


def test_clocks_are_compared_again_and_again() -> None:
    play = played(lambda p: p.clock.advance(35 * SECOND))

    assert len(play.venue.asked) == 4 * PACE.questions


def test_a_clock_that_jumped_is_looked_at_again_soon() -> None:
    async def scene(play: Play) -> None:
        await play.clock.advance(SECOND)
        play.venue.ahead += 800 * MILLISECOND
        await play.clock.advance(PACE.period + PACE.retry)

    assert len(played(scene).venue.asked) == 3 * PACE.questions


def test_clocks_are_compared_on_demand() -> None:
    async def scene(play: Play) -> None:
        await play.clock.advance(SECOND)
        play.watch.ask(NAME)
        await play.clock.advance(SECOND)

    assert len(played(scene).venue.asked) == 2 * PACE.questions


def test_an_offset_beyond_the_bound_is_told_once_until_it_is_gone() -> None:
    async def scene(play: Play) -> None:
        for ahead in (1_500, 1_600, 0, -1_500):
            play.venue.ahead = ahead * MILLISECOND
            play.watch.ask(NAME)
            await play.clock.advance(SECOND)

    assert played(scene).codes.count(OFFSET) == 2


def test_what_may_be_a_slow_answer_is_not_told() -> None:
    async def scene(play: Play) -> None:
        play.venue.ahead = 990 * MILLISECOND
        await play.clock.advance(SECOND)

    assert played(scene).codes == []


def test_a_step_is_told_though_it_is_within_the_bound() -> None:
    async def scene(play: Play) -> None:
        await play.clock.advance(SECOND)
        play.venue.ahead -= 600 * MILLISECOND
        await play.clock.advance(2 * PACE.period)

    assert played(scene).codes == [STEP]


def test_a_clock_that_cannot_be_read_is_told_of_once_until_it_is() -> None:
    async def scene(play: Play) -> None:
        await play.clock.advance(SECOND)
        for _ in range(2):
            play.venue.is_silent = True
            await play.clock.advance(4 * PACE.period)
            play.venue.is_silent = False
            await play.clock.advance(PACE.period)

    assert played(scene).codes == [UNREAD, UNREAD]


def test_a_silent_venue_is_asked_again_soon_and_keeps_its_reading() -> None:
    async def scene(play: Play) -> None:
        await play.clock.advance(SECOND)
        play.venue.is_silent = True
        await play.clock.advance(PACE.period)
        play.venue.is_silent = False
        await play.clock.advance(PACE.retry + SECOND)

    play = played(scene)
    assert len(play.venue.asked) == PACE.questions + 1 + PACE.questions
    assert play.watch.readings[NAME].error == 20 * MILLISECOND
