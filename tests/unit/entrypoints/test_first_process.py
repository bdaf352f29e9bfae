"""A container that is told to stop while it starts, stops."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.first_process import heed_termination

UNSHARED = ("unshare", "--map-root-user", "--pid", "--fork", "--kill-child")
WAITING = """
import signal, time
from graphwiz_trader.entrypoints.first_process import heed_termination

{heed}
print("up", flush=True)
time.sleep(120)
"""


def can_unshare() -> bool:
    """Whether this machine lets us be process 1 of a namespace of our own."""
    try:
        done = subprocess.run([*UNSHARED, "true"], capture_output=True, timeout=30, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


@contextmanager
def first_process(heed: str) -> Iterator["tuple[subprocess.Popen[str], int]"]:
    """What made a namespace, and, as seen from outside, the first process in it, which waits."""
    words = [*UNSHARED, sys.executable, "-c", WAITING.format(heed=heed)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as outside:
        assert outside.stdout is not None
        assert outside.stdout.readline() == "up\n"
        children = Path(f"/proc/{outside.pid}/task/{outside.pid}/children").read_text()
        try:
            yield outside, int(children)
        finally:
            outside.kill()


@pytest.mark.skipif(not can_unshare(), reason="no process namespace may be made here")
def test_a_first_process_that_heeds_termination_ends_by_it_as_shells_say() -> None:
    with first_process("heed_termination()") as (outside, inside):
        os.kill(inside, signal.SIGTERM)

        assert outside.wait(60) == 128 + signal.SIGTERM


@pytest.mark.skipif(not can_unshare(), reason="no process namespace may be made here")
def test_a_first_process_that_does_not_is_deaf_to_it() -> None:
    with first_process("") as (outside, inside):
        os.kill(inside, signal.SIGTERM)

        with pytest.raises(subprocess.TimeoutExpired):
            outside.wait(0.5)


def test_any_other_process_keeps_what_ends_it() -> None:
    before = signal.getsignal(signal.SIGTERM)

    heed_termination()

    assert signal.getsignal(signal.SIGTERM) is before
