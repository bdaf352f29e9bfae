"""Niceness: who reads what engines write leaves the processors to them."""

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

NICE = 10
_MACHINE = Path("/sys/devices/system/cpu")


def step_back() -> None:
    """
    Let this process have what processor time engines leave: what it does can be late.

    Where the system can, it also wakes up without interrupting anybody, and keeps to the last
    cores: an engine stays where it is, and what it needs at the next message stays in its cache.
    """
    now = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(now, NICE))
    if sys.platform == "linux":
        # A container may forbid either.
        with suppress(PermissionError):
            if os.sched_getscheduler(0) == os.SCHED_OTHER:
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        with suppress(PermissionError):
            os.sched_setaffinity(0, last_cores(cores_of(os.sched_getaffinity(0))))


def keep_off(core: int | None) -> None:
    """
    Leave processor *core*, and what shares its core, to the engine that stays there, if one does.

    Such an engine may have started this process, and left it nothing but that core: what else the
    machine has is taken instead.
    """
    if core is None or sys.platform != "linux":
        return
    cores = cores_of(range(os.cpu_count() or 1))
    others = {number: name for number, name in cores.items() if name != cores.get(core)}
    if others:
        with suppress(OSError):  # what there is may all be kept from us
            os.sched_setaffinity(0, last_cores(others))


def cores_of(processors: Iterable[int]) -> Mapping[int, str]:
    """Return of each of *processors* the core it belongs to, as far as the machine tells."""
    return {number: _core(number) for number in processors}


def last_cores(cores: Mapping[int, str]) -> frozenset[int]:
    """
    Return the processors of the last half of *cores*, the smaller one; of all if there is one.

    Args:
        cores: By processor the core it belongs to; hyperthreads are processors of one core.
    """
    names = list(dict.fromkeys(cores[number] for number in sorted(cores)))
    last = names[(len(names) + 1) // 2 :] or names
    return frozenset(number for number, name in cores.items() if name in last)


def _core(number: int) -> str:
    """Return what all processors of one core are told alike, if the machine tells."""
    try:
        return (_MACHINE / f"cpu{number}/topology/thread_siblings_list").read_text()
    except OSError:
        return str(number)
