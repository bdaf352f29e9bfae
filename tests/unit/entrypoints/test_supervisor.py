"""What a supervisor hears of a service."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.supervisor import ALIVE, READY, tell_supervisor

SCRIPT = """
import asyncio, os
from graphwiz_trader.entrypoints.loop import hang_watch, run
from graphwiz_trader.entrypoints.supervisor import ALIVE, tell_supervisor

async def work():
    done = asyncio.Event()
    beats = []

    def beat():
        tell_supervisor(ALIVE, os.environ)
        beats.append(1)
        if len(beats) == 3:
            done.set()

    with hang_watch(5.0, beat) as watch:
        watch()
        await done.wait()

run(work())
"""


@pytest.fixture(params=["file", "abstract"])
def supervisor(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[socket.socket, str]]:
    """A socket as systemd's, and how it is named."""
    name = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        if request.param == "file":
            hearing.bind(name)
        else:
            hearing.bind("\0" + name)
            name = "@" + name
        hearing.settimeout(60)
        yield hearing, name


def test_it_hears_what_is_told(supervisor: tuple[socket.socket, str]) -> None:
    hearing, name = supervisor

    tell_supervisor(READY, {"NOTIFY_SOCKET": name})

    assert hearing.recv(100) == b"READY=1"


def test_a_loop_that_turns_is_heard_again_and_again(supervisor: tuple[socket.socket, str]) -> None:
    hearing, name = supervisor

    subprocess.run(
        [sys.executable, "-c", SCRIPT], env={"NOTIFY_SOCKET": name}, timeout=180, check=True
    )

    assert {hearing.recv(100) for _ in range(3)} == {ALIVE.encode()}


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_nobody_listening_is_no_error(environment: dict[str, str]) -> None:
    tell_supervisor(READY, environment)
