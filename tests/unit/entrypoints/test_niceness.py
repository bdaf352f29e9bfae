"""Niceness: readers of journals step back, and never forward."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from graphwiz_trader.entrypoints.niceness import NICE, cores_of, last_cores

NICER = "os.nice({before} - os.nice(0))"
ON_ONE_CORE = "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
STEPPED = "from graphwiz_trader.entrypoints.niceness import step_back; step_back()"

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process say so")


def said(*steps: str) -> str:
    """Return what a process prints at the end of *steps*."""
    return subprocess.run(
        [sys.executable, "-c", "; ".join(("import os", *steps))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()


@pytest.mark.parametrize("before", [NICE - 1, NICE, NICE + 3])
def test_a_reader_is_at_least_as_nice_as_asked(before: int) -> None:
    if os.nice(0) >= NICE:
        pytest.skip("this process is nicer already")

    nice = said(NICER.format(before=before), STEPPED, "print(os.nice(0))")

    assert int(nice) == max(before, NICE)


@linux
def test_a_reader_and_its_threads_wake_up_without_interrupting_anybody() -> None:
    thread = "Thread(target=lambda: print(os.sched_getscheduler(0) == os.SCHED_BATCH)).start()"

    batch = said(STEPPED, "from threading import Thread", thread)

    assert batch == "True"


@linux
def test_a_reader_keeps_to_the_last_of_the_cores_it_may_use() -> None:
    last = last_cores(cores_of(os.sched_getaffinity(0)))

    kept = said(STEPPED, "print(*os.sched_getaffinity(0))")

    assert {int(one) for one in kept.split()} == last


@linux
@pytest.mark.parametrize("core", [0, (os.cpu_count() or 1) - 1])
def test_a_reader_keeps_off_the_core_of_an_engine_that_began_it_there(core: int) -> None:
    every = cores_of(range(os.cpu_count() or 1))
    if len(set(every.values())) == 1 or len(os.sched_getaffinity(0)) < len(every):
        pytest.skip("this needs two cores of a machine, and all of them")
    there = f"os.sched_setaffinity(0, {{{core}}})"
    off = f"from graphwiz_trader.entrypoints.niceness import keep_off; keep_off({core})"

    kept = said(there, STEPPED, off, "print(*os.sched_getaffinity(0))").split()

    assert kept
    assert every[core] not in {every[int(one)] for one in kept}


@linux
def test_a_reader_of_engines_that_stay_nowhere_goes_nowhere_else() -> None:
    cores = "print(os.sched_getaffinity(0))"
    off = "from graphwiz_trader.entrypoints.niceness import keep_off; keep_off(None)"

    before, after = said(STEPPED, cores, off, cores).splitlines()

    assert after == before


@linux
def test_a_reader_that_was_given_one_core_stays_there() -> None:
    cores = "print(os.sched_getaffinity(0))"

    before, after = said(ON_ONE_CORE, cores, STEPPED, cores).splitlines()

    assert after == before


@pytest.mark.parametrize(
    ("cores", "last"),
    [
        ({0: "0"}, {0}),
        ({0: "0", 1: "1"}, {1}),
        ({3: "3", 0: "0", 2: "2"}, {3}),
        ({0: "0", 1: "1", 2: "2", 3: "3"}, {2, 3}),
        ({0: "0,2", 1: "1,3", 2: "0,2", 3: "1,3"}, {1, 3}),
        ({0: "0-1", 1: "0-1"}, {0, 1}),
        ({5: "5", 7: "7"}, {7}),
    ],
)
def test_readers_keep_to_whole_cores_and_leave_the_first_to_engines(
    cores: Mapping[int, str], last: set[int]
) -> None:
    assert last_cores(cores) == last
