"""A loop that stands still for too long ends, and says where it stood."""

import subprocess
import sys

SCRIPT = """
import asyncio
from graphwiz_trader.entrypoints.loop import hang_watch, run

def on_event_that_never_returns():
    while True:
        pass

async def work(hangs):
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    with hang_watch(0.5) as watch:
        watch()
        if hangs:
            loop.call_soon(on_event_that_never_returns)
        loop.call_later(1.0, done.set)
        await done.wait()
    print("ended by itself")

run(work({hangs}))
"""


def ended(hangs: bool) -> "subprocess.CompletedProcess[str]":
    script = SCRIPT.replace("{hangs}", str(hangs))
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_call_that_never_returns_ends_the_process_and_is_named() -> None:
    done = ended(hangs=True)

    assert done.returncode == 1
    assert "on_event_that_never_returns" in done.stderr


def test_a_loop_that_turns_is_left_alone() -> None:
    done = ended(hangs=False)

    assert (done.returncode, done.stdout.strip()) == (0, "ended by itself")
