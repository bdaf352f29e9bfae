"""Probe: what the machine and a process on it use."""

from typing import Protocol

from graphwiz_trader.domain.health import Machine, Process
from graphwiz_trader.domain.units import Nanos


class Probe(Protocol):
    """Measures; shares are of the time since the same was measured before, 0 at first."""

    def machine(self) -> Machine:
        """Return what all processes together use."""

    def process(self, pid: int, since: Nanos) -> Process | None:
        """
        Return what process *pid* uses; None if it is gone.

        One that began after *since* is another that was given the number of one that is gone.
        """
