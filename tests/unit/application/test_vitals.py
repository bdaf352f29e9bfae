"""How the process of a run fares, on the record."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from graphwiz_trader.application.vitals import LEAST, Depths, Gauges, Vitals
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.health import Machine, Process
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.domain.vitals import Pauses, VitalsSampled
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock

MACHINE = Machine(25.0, 60.0, 10**10, 1_000, 2_000)
PROCESS = Process(7, 50.0, 200_000_000, 40, 1_024)
DEPTHS = Depths(Nanos(1_000_000), 4_096, {Venue("alpha"): 2, Venue("beta"): 1})
TAKEN = Pauses(2, Nanos(3 * MILLISECOND), Nanos(2 * MILLISECOND))


class Patient:
    """Vitals, each sample of which was preceded by the same pauses."""

    def __init__(self, every: Nanos) -> None:
        self.delivered: list[Event] = []
        self.clock = ManualClock(make.START)
        gauges = Gauges(lambda: (MACHINE, PROCESS), lambda: TAKEN, every)
        self.vitals = Vitals(gauges, self.clock, lambda: DEPTHS, self.delivered.append)

    def live(self, seconds: int) -> list[Event]:
        """Let time pass, as slowly as a thread that measures needs."""

        async def lived() -> None:
            # One thread: what is asked for last is done last.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
            task = asyncio.create_task(self.vitals.run())
            for _ in range(seconds):
                await self.clock.advance(SECOND)
                await asyncio.to_thread(lambda: None)
                await asyncio.sleep(0)
            task.cancel()

        asyncio.run(lived())
        return self.delivered


def test_a_sample_says_what_was_measured_and_what_waits() -> None:
    (found,) = Patient(Nanos(5 * SECOND)).live(6)

    assert isinstance(found, VitalsSampled)
    assert found.ts >= make.START + 5 * SECOND
    assert (found.cpu_pct, found.machine_cpu_pct) == (50.0, 25.0)
    assert (found.memory_bytes, found.open_files) == (200_000_000, 40)
    assert (found.gc_count, found.gc_pause, found.gc_longest) == (2, 3_000_000, 2_000_000)
    assert (found.loop_lag, found.journal_pending, found.outbox) == (1_000_000, 4_096, 3)


def test_samples_are_never_closer_than_a_second() -> None:
    found = Patient(Nanos(MILLISECOND)).live(4)

    assert len(found) == 4
    assert LEAST == SECOND


def test_pauses_are_summed_since_the_process_began() -> None:
    patient = Patient(Nanos(2 * SECOND))
    samples = len(patient.live(7))

    told = patient.vitals.about()

    assert samples == 3
    assert told["gc_pauses"] == 2 * samples
    assert told["gc_pause_ms"] == 3.0 * samples
    assert told["gc_longest_ms"] == 2.0
    assert (told["journal_pending_bytes"], told["outbox"]) == (4_096, {"alpha": 2, "beta": 1})
