"""Vitals: how the process of a live run and its machine fare, on the record."""

import asyncio
from collections.abc import Callable, Mapping

from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.health import Machine, Process
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.domain.vitals import Pauses, VitalsSampled
from graphwiz_trader.ports.clock import Clock

LEAST = SECOND
"""Samples are no closer than that, whatever the settings say."""


@value
class Gauges:
    """
    What a process is measured with, each `every`.

    `look` asks the kernel, which may take its time; `pauses` are the collector's since the last
    time.
    """

    look: Callable[[], tuple[Machine, Process]]
    pauses: Callable[[], Pauses]
    every: Nanos


@value
class Depths:
    """What waits in a run: for the loop, for the disk, for each venue."""

    loop_lag: Nanos
    journal_pending: int
    outbox: Mapping[Venue, int]


class Vitals:
    """
    Samples with *gauges*, and what waits with *depths*; each sample goes to *deliver*.

    The kernel is asked in a thread, so that nothing waits for it.
    """

    def __init__(
        self,
        gauges: Gauges,
        clock: Clock,
        depths: Callable[[], Depths],
        deliver: Callable[[Event], None],
    ) -> None:
        self._gauges = gauges
        self._clock = clock
        self._depths = depths
        self._deliver = deliver
        self._last, self._all = Pauses(), Pauses()

    async def run(self) -> None:
        """Sample until canceled."""
        every = max(self._gauges.every, LEAST)
        while True:
            await self._clock.sleep_until(Nanos(self._clock.now() + every))
            self._take(*await asyncio.to_thread(self._gauges.look))

    def about(self) -> Mapping[str, object]:
        """Return what waits now, and what the collector took since the process began."""
        depths = self._depths()
        return {
            "journal_pending_bytes": depths.journal_pending,
            "outbox": dict(depths.outbox),
            "gc_pauses": self._all.count,
            "gc_pause_ms": self._all.total / MILLISECOND,
            "gc_longest_ms": self._last.longest / MILLISECOND,
        }

    def _take(self, machine: Machine, process: Process) -> None:
        depths, last, before = self._depths(), self._gauges.pauses(), self._all
        self._last = last
        self._all = Pauses(
            before.count + last.count,
            Nanos(before.total + last.total),
            max(before.longest, last.longest),
        )
        self._deliver(
            VitalsSampled(
                self._clock.now(),
                process.cpu_pct,
                process.memory_bytes,
                process.files,
                machine.cpu_pct,
                machine.memory_pct,
                machine.disk_free_bytes,
                machine.sent_bytes,
                machine.received_bytes,
                depths.loop_lag,
                last.count,
                last.total,
                last.longest,
                depths.journal_pending,
                sum(depths.outbox.values()),
            )
        )
