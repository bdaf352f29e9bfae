"""Timers: what the engine asked to be woken for."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from graphwiz_trader.application.alarm import Alarm
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.events import Event, TimerFired
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.clock import Clock


class Timers:
    """Turns `SetTimer` into `TimerFired`; of each owner and name the latest holds."""

    def __init__(self, clock: Clock, deliver: Callable[[Event], None]) -> None:
        self._clock = clock
        self._deliver = deliver
        self._alarm = Alarm(clock, self._fire)
        self._heap: list[tuple[Nanos, int, str, str]] = []
        self._wanted: dict[tuple[str, str], Nanos] = {}
        self._order = count()

    def __len__(self) -> int:
        return len(self._wanted)

    def set(self, timer: SetTimer) -> None:
        """Wake its owner at its instant, or now if that has passed."""
        self._wanted[(timer.owner, timer.name)] = timer.at
        heappush(self._heap, (timer.at, next(self._order), timer.owner, timer.name))
        self._alarm.set(timer.at)

    async def run(self) -> None:
        """Fire until canceled."""
        await self._alarm.run()

    def _fire(self) -> None:
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            at, _, owner, name = heappop(self._heap)
            if self._wanted.get((owner, name)) == at:
                del self._wanted[(owner, name)]
                self._deliver(TimerFired(now, owner, name))
        if self._heap:
            self._alarm.set(self._heap[0][0])
