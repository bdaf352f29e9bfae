"""A real observer says within seconds that a real engine's process was killed."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HOLDER = """
import sys
from pathlib import Path
from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.lease import FileLeases
home = Home(Path(sys.argv[1]))
FileLeases(home.folder / "leases").take(home.new_run("paper"), "incarnation 1")
print("held", flush=True)
input()
"""
"""Has a run as an engine has it, and does nothing."""

Started = subprocess.Popen[str]


def started(*words: str) -> Started:
    environment = {**os.environ, "PYTHONPATH": "src"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *words], stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Started]:
    process = started("-c", HOLDER, str(tmp_path))
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def observer(tmp_path: Path, engine: Started) -> Iterator[Started]:
    quiet = "monitoring={disk_free_gb: 0, memory_pct: 100}"
    process = started("-m", "graphwiz_trader", "observe", "--home", str(tmp_path), "--set", quiet)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("observing")
    yield process
    process.kill()
    process.communicate()


@pytest.mark.contract
def test_a_killed_engine_is_told_within_five_seconds(engine: Started, observer: Started) -> None:
    assert observer.stderr is not None
    told = observer.stderr.readline

    async def killed() -> tuple[str, float]:
        """What is told, and within which time that this machine did not stand still."""
        engine.kill()
        began = time.monotonic()
        return await asyncio.to_thread(told), time.monotonic() - began

    line, took = asyncio.run(killed())

    assert re.search(rf"CRITICAL ENGINE_DEAD paper-0001: .*process {engine.pid} is gone", line)
    assert took < 5
