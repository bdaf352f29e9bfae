"""Measuring: a live process on its own scales, and its garbage out of its way."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphwiz_trader.adapters.garbage import GarbageWatch, watched_garbage
from graphwiz_trader.adapters.psutil.probe import PsutilProbe
from graphwiz_trader.application.vitals import Gauges
from graphwiz_trader.domain.health import Machine, Process
from graphwiz_trader.domain.monitoring import MonitoringSettings
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import value


@value
class Scales:
    """What a process is measured with; call `settle` once it is warm."""

    gauges: Gauges
    garbage: GarbageWatch

    def settle(self) -> None:
        """
        Let collections pass over all there is by now, and count their pauses from here on.

        It lives as long as the process; a full collection that looks through it again and again
        stops trading for a tenth of a second.
        """
        gc.collect()
        gc.freeze()
        self.garbage.pauses()


@contextmanager
def scales(home: Path, settings: MonitoringSettings, now: Nanos) -> Iterator[Scales]:
    """Yield the scales of this process, which began before *now*, and of the disk of *home*."""
    probe, pid = PsutilProbe(home), os.getpid()

    def look() -> tuple[Machine, Process]:
        return probe.machine(), probe.process(pid, now) or Process(pid, 0.0, 0, 0, 1)

    # Shares are of the time since the look before.
    look()
    with watched_garbage() as garbage:
        every = Nanos(int(settings.sample_s * SECOND))
        yield Scales(Gauges(look, garbage.pauses, every), garbage)
