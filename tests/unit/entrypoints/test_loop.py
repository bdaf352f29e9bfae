"""A loop that stands still for too long ends, and says where it stood; a hangup is heard."""

import os
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
    with hang_watch({limit}) as watch:
        watch()
        if hangs:
            loop.call_soon(on_event_that_never_returns)
        loop.call_later(1.2 * {limit}, done.set)
        await done.wait()
    print("ended by itself")

run(work({hangs}))
"""


def ended(*, hangs: bool, limit: float) -> "subprocess.CompletedProcess[str]":
    script = SCRIPT.replace("{hangs}", str(hangs)).replace("{limit}", str(limit))
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=180, check=False
    )


def test_a_call_that_never_returns_ends_the_process_and_is_named() -> None:
    done = ended(hangs=True, limit=0.5)

    assert done.returncode == 1
    assert "on_event_that_never_returns" in done.stderr


def test_a_loop_that_turns_is_left_alone() -> None:
    # So long that a busy machine does not stop it for as much.
    done = ended(hangs=False, limit=5.0)

    assert (done.returncode, done.stdout.strip()) == (0, "ended by itself")


HANGUP = """
import asyncio, os, signal
from graphwiz_trader.entrypoints.loop import hangup, run

async def work():
    heard = asyncio.Queue()
    with hangup(lambda: heard.put_nowait("reload"), lambda: heard.put_nowait("stop")):
        os.kill(os.getpid(), signal.SIGHUP)
        print(await heard.get())

run(work())
"""


def test_a_hangup_reloads_what_has_no_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGUP],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "reload")


def test_a_hangup_stops_what_was_started_in_a_terminal() -> None:
    ours, theirs = os.openpty()

    done = subprocess.run(
        [sys.executable, "-c", HANGUP],
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    os.close(ours)
    os.close(theirs)

    assert (done.returncode, done.stdout.strip()) == (0, "stop")
