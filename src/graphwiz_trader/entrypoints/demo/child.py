"""Child: one process of the demo: what it says, what it answers, and how it ends."""

import asyncio
import json
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from graphwiz_trader.domain.errors import TraderError
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.entrypoints.parent import beside_me

LAST_WORDS = 12
"""How many lines of a child that failed a person is shown."""


class ChildFailed(TraderError):
    """A process of the demo ended when it should not have, or did not do what it should."""


class Child:
    """
    Runs one of our own commands in a session of its own, so that Ctrl-C is the parent's alone.

    It is terminated when the parent dies, however that happens. Everything it says on stderr is
    kept in *log*.
    """

    def __init__(self, name: str, words: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.answer: Mapping[str, Plain] = {}
        """What it printed on stdout, once it has ended."""
        self.said: deque[str] = deque(maxlen=LAST_WORDS)
        self._words = (sys.executable, "-m", "graphwiz_trader", *words)
        self._env = {**os.environ, **env, **beside_me()}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._heard = asyncio.Condition()
        self._lines: deque[str] = deque(maxlen=256)
        self._ended = asyncio.Event()
        self.code: int | None = None
        """Its exit code, minus the signal where one ended it; None while it runs."""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running.pid

    async def start(self, group: asyncio.TaskGroup) -> None:
        """Start it; *group* listens to it from now on."""
        self._process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._env,
            start_new_session=True,
        )
        group.create_task(self._live(self._process))

    async def line(self, pattern: str, within_s: float) -> list[re.Match[str]]:
        """
        Wait for a line that matches *pattern* as a whole; return all that do by then.

        Raises:
            ChildFailed: it ended before, or took longer than *within_s*.
        """
        try:
            async with asyncio.timeout(within_s), self._heard:
                await self._heard.wait_for(lambda: self.lines(pattern) or self.code is not None)
        except TimeoutError:
            raise self.failure(f"was not ready within {within_s:.0f} s") from None
        found = self.lines(pattern)
        if not found:
            raise self.failure(f"ended with {self.code} before it was ready")
        return found

    def lines(self, pattern: str) -> list[re.Match[str]]:
        """Return every line so far that matches *pattern* as a whole."""
        shape = re.compile(pattern)
        return [match for match in map(shape.fullmatch, self._lines) if match]

    async def ended(self) -> int:
        """Wait until it has ended; return its exit code."""
        await self._ended.wait()
        return int(self.code or 0)

    async def end(self, within_s: float) -> int:
        """
        Ask it to end and wait until it has; return its exit code.

        Raises:
            ChildFailed: it took longer than *within_s*, and was killed.
        """
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(within_s):
                return await self.ended()
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.ended()
            raise self.failure(f"did not end within {within_s:.0f} s, and was killed") from None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal; one that has ended hears nothing."""
        with suppress(ProcessLookupError):
            self._running.send_signal(number)

    def failure(self, what: str) -> ChildFailed:
        """Return an error that says *what* it did, and its last words."""
        words = "".join(f"\n  {line}" for line in self.said) or " none"
        return ChildFailed(f"the {self.name} {what}; its last words:{words}")

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise self.failure("was never started")
        return self._process

    async def _live(self, process: asyncio.subprocess.Process) -> None:
        """Listen until it has ended."""
        out, err = process.stdout, process.stderr
        if out is None or err is None:
            raise self.failure("cannot be heard")
        with self._log.open("a", encoding="utf-8") as log:
            async with asyncio.TaskGroup() as group:
                told = group.create_task(out.read())
                group.create_task(self._listen(err, log))
        with suppress(ValueError):
            found = json.loads(told.result())
            self.answer = found if isinstance(found, dict) else {}
        self.code = await process.wait()
        self._ended.set()
        async with self._heard:
            self._heard.notify_all()

    async def _listen(self, err: asyncio.StreamReader, log: IO[str]) -> None:
        while raw := await err.readline():
            line = raw.decode(errors="replace").rstrip("\n")
            log.write(f"{line}\n")
            log.flush()
            self.said.append(line)
            async with self._heard:
                self._lines.append(line)
                self._heard.notify_all()
