"""The dead man's watch: venues hear of us in time, a person when they do not, nobody at the end."""

import asyncio
from collections.abc import Awaitable, Callable

from graphwiz_trader.application.dead_man import NOT_ARMED, DeadMan
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.errors import TimedOut
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.venue import VenueTerms
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.venue import FillingVenue

BTC = make.instrument()
SPAN = Nanos(30 * SECOND)


class SwitchedVenue(FillingVenue):
    """Notes when it was told of which span, in seconds since the start."""

    def __init__(self, clock: ManualClock, span: Nanos) -> None:
        super().__init__(BTC, clock, {})
        self.manual = clock
        self.terms = VenueTerms(dead_man=span)
        self.told: list[tuple[int, int]] = []
        self.is_silent = False

    async def count_down(self, span: Nanos) -> None:
        if self.is_silent:
            raise TimedOut("no answer")
        self.told.append(((self.manual.now() - make.START) // SECOND, span // SECOND))


class Play:
    def __init__(self) -> None:
        self.clock = ManualClock(make.START)
        self.switched = SwitchedVenue(self.clock, SPAN)
        self.plain = SwitchedVenue(self.clock, Nanos(0))
        self.alerts: list[RaiseAlert] = []
        self.dead_man = DeadMan([self.switched, self.plain], self.clock, self.alerts.append)


def played(scene: Callable[[Play], Awaitable[None]]) -> Play:
    async def playing() -> Play:
        play = Play()
        task = asyncio.create_task(play.dead_man.run())
        await scene(play)
        task.cancel()
        await asyncio.wait([task])
        return play

    return asyncio.run(playing())


def test_a_venue_hears_of_us_six_times_in_its_countdown() -> None:
    async def scene(play: Play) -> None:
        await play.clock.advance(0)
        for _ in range(12):
            await play.clock.advance(SECOND)

    play = played(scene)

    assert play.switched.told == [(0, 30), (5, 30), (10, 30)]
    assert play.plain.told == []


def test_a_clean_end_leaves_no_countdown() -> None:
    async def scene(play: Play) -> None:
        await play.clock.advance(0)
        await play.dead_man.disarm()

    assert played(scene).switched.told == [(0, 30), (0, 0)]


def test_a_countdown_that_is_not_taken_is_told_once_and_asked_for_again() -> None:
    async def scene(play: Play) -> None:
        play.switched.is_silent = True
        for _ in range(3):
            await play.clock.advance(SECOND)
        play.switched.is_silent = False
        await play.clock.advance(SECOND)

    play = played(scene)

    assert [alert.code for alert in play.alerts] == [NOT_ARMED]
    assert play.switched.told == [(4, 30)]
