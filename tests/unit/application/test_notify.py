"""Alerts reach every sink that wants them; one that is away holds up no other."""

import asyncio

from graphwiz_trader.application.notify import PATIENCE, Notify, Way
from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.testing.alerts import RememberedAlerts
from graphwiz_trader.testing.clock import ManualClock

WARNING = Alert(Nanos(0), News.RAISED, Severity.WARNING, "LOOP_LAG", "", "late")
CRITICAL = Alert(Nanos(0), News.RAISED, Severity.CRITICAL, "DISK_LOW", "", "full")


def delivered(ways: dict[str, Way], seconds: int) -> list[str]:
    """Tell both alerts, and let time pass; return what was said."""
    said: list[str] = []

    async def story() -> None:
        clock = ManualClock()
        notify = Notify(ways, clock, said.append)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(notify.run())
            notify.tell(WARNING)
            notify.tell(CRITICAL)
            await clock.advance(seconds * SECOND)
            task.cancel()

    asyncio.run(story())
    return said


def test_each_sink_gets_what_is_urgent_enough_for_it() -> None:
    everything, urgent = RememberedAlerts(), RememberedAlerts()

    delivered({"log": Way(everything), "phone": Way(urgent, Severity.CRITICAL)}, 1)

    assert everything.told == [WARNING, CRITICAL]
    assert urgent.told == [CRITICAL]


def test_a_sink_that_is_away_gets_it_later_and_holds_up_no_other() -> None:
    away, there = RememberedAlerts(away=2), RememberedAlerts()
    ways = {"away": Way(away), "there": Way(there)}

    said = delivered(ways, 60)

    assert away.told == there.told == [WARNING, CRITICAL]
    assert said == []


def test_a_sink_that_stays_away_is_given_up_and_that_is_said() -> None:
    said = delivered({"away": Way(RememberedAlerts(away=1_000))}, 10_000)

    assert said == [
        f"alert {code} is not sent to away: nobody is there" for code in ("LOOP_LAG", "DISK_LOW")
    ]
    assert PATIENCE.is_spent(100)
