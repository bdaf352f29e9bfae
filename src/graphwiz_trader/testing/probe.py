"""Probe: a machine whose figures a test writes down."""

from graphwiz_trader.domain.health import Machine, Process
from graphwiz_trader.domain.units import Nanos

CALM = Machine(5.0, 30.0, 90_000_000_000, 1_000, 2_000)


class WrittenProbe:
    """Tells `state`, and of `processes` those that are there."""

    def __init__(self, *pids: int) -> None:
        self.state = CALM
        self.processes = {pid: Process(pid, 20.0, 200_000_000, 40, 1_024) for pid in pids}
        self.began = dict.fromkeys(pids, Nanos(0))

    def machine(self) -> Machine:
        """Return `state`."""
        return self.state

    def process(self, pid: int, since: Nanos) -> Process | None:
        """Return what was written down of *pid*."""
        if self.began.get(pid, Nanos(0)) > since:
            return None
        return self.processes.get(pid)
