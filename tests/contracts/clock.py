"""What every clock promises."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.ports.clock import Clock

Pass = Callable[[int], Awaitable[None]]


class ClockContract:
    """Subclasses offer `clock`, and `passing`, which lets nanoseconds pass on it."""

    @pytest.fixture
    def clock(self) -> Clock:
        raise NotImplementedError

    @pytest.fixture
    def passing(self, clock: Clock) -> Pass:
        raise NotImplementedError

    def test_time_never_goes_back(self, clock: Clock) -> None:
        instants = [clock.now() for _ in range(1000)]

        assert instants == sorted(instants)

    def test_nobody_wakes_early(self, clock: Clock, passing: Pass) -> None:
        async def slept() -> list[tuple[int, int]]:
            woken: list[tuple[int, int]] = []

            async def sleeper(at: Nanos) -> None:
                await clock.sleep_until(at)
                woken.append((at, clock.now()))

            start = clock.now()
            async with asyncio.TaskGroup() as group:
                for ms in (5, 1, 3):
                    group.create_task(sleeper(Nanos(start + ms * MILLISECOND)))
                await passing(6 * MILLISECOND)
            return woken

        woken = asyncio.run(slept())

        assert len(woken) == 3
        assert all(now >= at for at, now in woken)
        assert woken == sorted(woken)

    def test_the_past_is_not_waited_for(self, clock: Clock, passing: Pass) -> None:
        async def slept() -> int:
            await clock.sleep_until(Nanos(clock.now() - MILLISECOND))
            return clock.now()

        assert asyncio.run(slept()) >= 0

    def test_sleeping_lets_others_have_their_turn(self, clock: Clock, passing: Pass) -> None:
        async def turns() -> list[str]:
            seen: list[str] = []

            async def other() -> None:
                seen.append("other")

            async with asyncio.TaskGroup() as group:
                group.create_task(other())
                await clock.sleep_until(clock.now())
                seen.append("sleeper")
            return seen

        assert asyncio.run(turns()) == ["other", "sleeper"]

    def test_a_sleeper_can_be_canceled(self, clock: Clock, passing: Pass) -> None:
        async def canceled() -> bool:
            task = asyncio.create_task(clock.sleep_until(Nanos(clock.now() + 3600 * 10**9)))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            await passing(MILLISECOND)
            return task.cancelled()

        assert asyncio.run(canceled())
