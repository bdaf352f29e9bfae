"""The processes of a demo: what is killed when, and what starts again."""

import asyncio
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

import pytest

from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.entrypoints.demo import session
from graphwiz_trader.entrypoints.demo.script import Script
from graphwiz_trader.entrypoints.demo.session import Session

SAID = {
    "exchange": ["binance: http://a ws://a", "ready"],
    "engine": ["ready: demo-0001 in home"],
    "observer": [],
}
PIDS = count(1)


class FakeChild:
    """A process that is ready at once, and takes a while to die, as real ones do."""

    def __init__(self, name: str, words: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.pid = next(PIDS)
        self.code: int | None = None
        self.answer: Mapping[str, Plain] = {}
        self.over = asyncio.Event()

    async def start(self, group: asyncio.TaskGroup) -> None:
        """Run."""

    def lines(self, pattern: str) -> list[re.Match[str]]:
        return [found for line in SAID[self.name] if (found := re.fullmatch(pattern, line))]

    async def line(self, pattern: str, within_s: float) -> list[re.Match[str]]:
        return self.lines(pattern)

    async def ended(self) -> int:
        await self.over.wait()
        return self.code or 0

    async def end(self, within_s: float) -> int:
        self.send(signal.SIGTERM)
        return await self.ended()

    def send(self, number: signal.Signals) -> None:
        code = 0 if number is signal.SIGTERM else -number
        asyncio.get_running_loop().call_later(0.01, self._die, code)

    def failure(self, what: str) -> Exception:
        return RuntimeError(f"the {self.name} {what}")

    def _die(self, code: int) -> None:
        self.code = code if self.code is None else self.code
        self.over.set()


def played(times: Sequence[float], kills: int, monkeypatch: pytest.MonkeyPatch) -> session.Played:
    """Play ten seconds; the clock shows *times*, and then the last of them."""
    monkeypatch.setattr(session, "Child", FakeChild)
    ticks: Iterator[float] = iter((0.0, *times))
    monkeypatch.setattr(session, "perf_counter", lambda: next(ticks, times[-1]))
    monkeypatch.setattr(session, "_TICK_S", 0.001)
    script = Script(load((), {}, ()).settings, (), Path(), Path(), 10, 7, kills=kills)

    async def play() -> session.Played:
        return await Session(script, asyncio.Event(), lambda _: None, lambda _: None).play()

    return asyncio.run(play())


def test_an_engine_that_is_killed_at_the_very_end_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The demo itself had no turn from its first second to its last."""
    found = played((1.0, 1.0, 30.0), 1, monkeypatch)

    assert (len(found.pids), found.engine_code, found.crashes) == (2, 0, [])


def test_as_many_engines_are_killed_as_was_asked_for_whatever_the_clock_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = played((30.0,), 5, monkeypatch)

    assert (len(found.pids), found.engine_code, found.crashes) == (6, 0, [])
