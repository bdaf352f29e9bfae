"""Timers and the alarm beneath: nobody is woken early, and the latest wish holds."""

import asyncio
from collections.abc import Awaitable, Callable

from graphwiz_trader.application.timers import Timers
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.testing.clock import ManualClock


def play(scene: Callable[[Timers, ManualClock], Awaitable[None]]) -> list[tuple[int, str]]:
    async def played() -> list[tuple[int, str]]:
        clock = ManualClock(0)
        fired: list[tuple[int, str]] = []

        def note(event: Event) -> None:
            fired.append((clock.now(), getattr(event, "name", "")))

        timers = Timers(clock, note)
        task = asyncio.create_task(timers.run())
        await clock.advance(0)
        await scene(timers, clock)
        task.cancel()
        await asyncio.wait([task])
        return fired

    return asyncio.run(played())


def timer(at: int, name: str, owner: str = "s") -> SetTimer:
    return SetTimer(Nanos(at), owner, name)


def test_timers_fire_in_the_order_of_their_instants() -> None:
    async def scene(timers: Timers, clock: ManualClock) -> None:
        for at in (50, 10, 30):
            timers.set(timer(at, f"at {at}"))
        await clock.advance(100)

    assert play(scene) == [(10, "at 10"), (30, "at 30"), (50, "at 50")]


def test_a_later_timer_of_that_name_takes_the_place_of_the_first() -> None:
    async def scene(timers: Timers, clock: ManualClock) -> None:
        timers.set(timer(10, "wake"))
        timers.set(timer(40, "wake"))
        await clock.advance(100)

    assert play(scene) == [(40, "wake")]


def test_names_of_different_owners_are_different_timers() -> None:
    async def scene(timers: Timers, clock: ManualClock) -> None:
        timers.set(timer(10, "wake", "a"))
        timers.set(timer(20, "wake", "b"))
        await clock.advance(100)

    assert play(scene) == [(10, "wake"), (20, "wake")]


def test_what_is_past_fires_at_once() -> None:
    async def scene(timers: Timers, clock: ManualClock) -> None:
        await clock.advance(70)
        timers.set(timer(10, "late"))
        await clock.advance(0)

    assert play(scene) == [(70, "late")]


def test_a_timer_set_before_the_run_is_not_lost() -> None:
    async def scene() -> list[str]:
        clock, fired = ManualClock(0), []
        timers = Timers(clock, lambda event: fired.append(event.name))  # type: ignore[union-attr]
        timers.set(timer(10, "early"))
        task = asyncio.create_task(timers.run())
        await clock.advance(20)
        task.cancel()
        await asyncio.wait([task])
        return fired

    assert asyncio.run(scene()) == ["early"]
