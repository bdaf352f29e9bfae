"""A child of the demo ends with its parent, however that ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.parent import beside_me, heed_parent

PARENT = """
import asyncio, sys
from pathlib import Path
from graphwiz_trader.entrypoints.demo.child import Child

async def main():
    child = Child("exchange", ["exchange", "--seconds", "600"], {}, Path(sys.argv[1]))
    async with asyncio.TaskGroup() as group:
        await child.start(group)
        print(child.pid, flush=True)
        await child.ended()

asyncio.run(main())
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of it")


@contextmanager
def parent(log: Path) -> Iterator["tuple[subprocess.Popen[str], int]"]:
    """A parent whose child has just begun, and that child's process id."""
    words = [sys.executable, "-c", PARENT, str(log)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        child = int(started.stdout.readline())
        try:
            yield started, child
        finally:
            started.kill()
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def is_gone(pid: int, within_s: float) -> bool:
    """Whether process *pid* ends within *within_s*; one that nobody reaped has ended."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with parent(tmp_path / "log") as (started, child):
        assert not is_gone(child, 2.0)
        started.kill()

        assert is_gone(child, 60)


def test_a_child_whose_parent_died_before_it_could_look_ends_at_once() -> None:
    script = "from graphwiz_trader.entrypoints.parent import heed_parent; heed_parent()"
    env = {**os.environ, **dict.fromkeys(beside_me(), "1")}

    done = subprocess.run([sys.executable, "-c", script], env=env, timeout=180, check=False)

    assert done.returncode == -signal.SIGTERM


def test_what_a_child_starts_itself_is_not_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    named = next(iter(beside_me()))
    monkeypatch.setenv(named, "")

    heed_parent()

    assert named not in os.environ
