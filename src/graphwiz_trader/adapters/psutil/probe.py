"""Probe: psutil, which asks the kernel."""

import resource
from pathlib import Path

import psutil

from graphwiz_trader.domain.health import Machine, Process
from graphwiz_trader.domain.units import SECOND, Nanos

SLACK = Nanos(2 * SECOND)
"""The kernel tells when a process began to within its boot time, whose clock may be moved."""


class PsutilProbe:
    """Measures this machine, and the free space of the disk *home* is on."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._known: dict[int, psutil.Process] = {}
        self._times = _times()

    def machine(self) -> Machine:
        """Return what all processes together use."""
        net = psutil.net_io_counters()
        return Machine(
            self._cpu_pct(),
            psutil.virtual_memory().percent,
            psutil.disk_usage(str(self._home)).free,
            # None where there is no network at all.
            getattr(net, "bytes_sent", 0),
            getattr(net, "bytes_recv", 0),
        )

    def _cpu_pct(self) -> float:
        """Return the share since the last time; psutil's own is since the last of each thread."""
        before, self._times = self._times, _times()
        idle, all_ = (now - then for now, then in zip(self._times, before, strict=True))
        return min(max(100.0 * (1.0 - idle / all_), 0.0), 100.0) if all_ > 0 else 0.0

    def process(self, pid: int, since: Nanos) -> Process | None:
        """Return what process *pid* uses; a zombie is gone."""
        try:
            process = self._known.setdefault(pid, psutil.Process(pid))
            found = _measured(process) if _is_there(process, since) else None
        except (psutil.NoSuchProcess, ProcessLookupError):
            found = None
        except (psutil.AccessDenied, PermissionError):
            return Process(pid, 0.0, 0, 0, 1)
        if found is None:
            self._known.pop(pid, None)
        return found


def _times() -> tuple[float, float]:
    """Return for how long all cores together were idle, and how long that has been possible."""
    times = psutil.cpu_times()
    # The time of guests is part of the user's.
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return times.idle + getattr(times, "iowait", 0.0), sum(times) - guests


def _is_there(process: psutil.Process, since: Nanos) -> bool:
    is_ours = process.create_time() * SECOND <= since + SLACK and process.is_running()
    return is_ours and process.status() != psutil.STATUS_ZOMBIE


def _measured(process: psutil.Process) -> Process:
    with process.oneshot():
        return Process(
            process.pid,
            process.cpu_percent(),
            process.memory_info().rss,
            process.num_fds(),
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[0],
        )
