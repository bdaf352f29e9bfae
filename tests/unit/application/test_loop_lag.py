"""The guard of the event loop: it tells how late it is, and warns when that is too late."""

import asyncio

from graphwiz_trader.application.loop_lag import CODE, LoopLag
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.testing.clock import ManualClock

LIMIT = Nanos(50 * MILLISECOND)


class LateClock(ManualClock):
    """Wakes sleepers late, by *late* from an instant on."""

    def __init__(self, late: dict[int, int]) -> None:
        super().__init__()
        self.late = late

    async def sleep_until(self, at: Nanos) -> None:
        known = [self.late[since] for since in self.late if since <= at]
        await super().sleep_until(Nanos(at + (known[-1] if known else 0)))


def measured(late: dict[int, int], seconds: int) -> tuple[list[RaiseAlert], list[int]]:
    """Alerts and reports, where sleepers wake late by so many ms from a second on."""
    alerts: list[RaiseAlert] = []
    reports: list[int] = []

    async def playing() -> None:
        clock = LateClock({since * SECOND: ms * MILLISECOND for since, ms in late.items()})
        guard = LoopLag(
            clock,
            LIMIT,
            alerts.append,
            lambda ns: reports.append(ns // MILLISECOND),
            every=Nanos(250 * MILLISECOND),
        )
        task = asyncio.create_task(guard.run())
        await clock.advance(seconds * SECOND)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(playing())
    return alerts, reports


def test_a_loop_in_time_is_reported_and_not_told() -> None:
    assert measured({}, 11) == ([], [0, 0])


def test_the_worst_of_each_window_is_reported() -> None:
    alerts, reports = measured({1: 30, 2: 0, 6: 7}, 11)

    assert (alerts, reports) == ([], [30, 7])


def test_a_late_loop_is_told_once_a_minute() -> None:
    alerts, _ = measured({1: 80}, 100)

    assert [alert.code for alert in alerts] == [CODE, CODE]
    assert "80 ms late, the limit is 50 ms" in alerts[0].text


def test_what_is_within_the_limit_is_not_told() -> None:
    assert measured({1: 50}, 20)[0] == []
