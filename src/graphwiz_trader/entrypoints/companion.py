"""Companion: the observer that an engine starts, beside itself, and ends after itself."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

from graphwiz_trader.application.supervise import first_of
from graphwiz_trader.entrypoints.niceness import NICE
from graphwiz_trader.entrypoints.options import Options

Renew: TypeAlias = Callable[[], None]

AGAIN_S = 1.0
END_S = 60.0


@asynccontextmanager
async def observed(options: Options) -> AsyncIterator[Renew]:
    """
    Have the home observed for as long as the context lasts, and up to where its journals end.

    An observer that dies is started again; the engine neither waits for it nor fails with it.
    What the context gives ends the observer of now, so that another reads the configuration anew.
    """
    ending, kept = asyncio.Event(), _Kept()
    try:
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(_keep(options, ending, kept))
            try:
                yield kept.end
            finally:
                ending.set()
                try:
                    await asyncio.wait_for(asyncio.shield(keeping), END_S)
                except TimeoutError:
                    options.say(f"the observer did not end in {END_S:.0f} s, and was killed")
                    keeping.cancel()
    except BaseExceptionGroup as failed:
        raise first_of(failed) from None


@asynccontextmanager
async def unobserved() -> AsyncIterator[Renew]:
    """Leave the observing to others."""
    yield lambda: None


class _Kept:
    """The observer of now."""

    process: asyncio.subprocess.Process | None = None

    def end(self) -> None:
        """Tell it to end, having read up to the end of the journals."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)


async def _keep(options: Options, ending: asyncio.Event, kept: _Kept) -> None:
    words = [sys.executable, "-m", "graphwiz_trader", "observe", "-q", *_words(options)]
    while not ending.is_set():
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            # A Ctrl-C is the engine's alone: the observer has more to read after it.
            start_new_session=True,
        )
        kept.process = process
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        try:
            code = await _outlived(process, ending)
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.kill()
            raise
        if not ending.is_set():
            options.say(f"the observer ended with {code}; it is started again")
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), AGAIN_S)
        elif code not in (0, -signal.SIGTERM):
            options.say(f"the observer ended with {code}; any `graphwiz graph …` catches up")


async def _outlived(process: asyncio.subprocess.Process, ending: asyncio.Event) -> int:
    """Return how *process* ended, by itself or told to once *ending* is set."""
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(_tell(process, ending))
        code = await process.wait()
        telling.cancel()
    return code


async def _tell(process: asyncio.subprocess.Process, ending: asyncio.Event) -> None:
    await ending.wait()
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)


def _words(options: Options) -> list[str]:
    words = ["--home", str(options.home), "--beside", str(os.getpid())]
    for path in options.config:
        words += ["--config", str(path)]
    for assignment in options.assignments:
        words += ["--set", assignment]
    return words
