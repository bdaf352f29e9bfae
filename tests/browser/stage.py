"""Stage: what a page is shown of, in processes of their own, and the wire between."""

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Self

import psutil

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import LIVE
from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.adapters.unix.control import SocketCaller
from graphwiz_trader.domain.control import Request
from graphwiz_trader.domain.events import OperatorOrder
from tests.browser.chromium import PATIENCE_S, Tab, tab
from tests.stalls import unstalled

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
GRAPHWIZ = ("-m", "graphwiz_trader")
TOKEN = "a-token-of-the-tests"  # of a test


class Child:
    """One command of ours, and what it says."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None) -> None:
        self.said: list[str] = []
        self._is_mute = False
        self._heard = threading.Condition()
        self._process = subprocess.Popen(
            (sys.executable, *words),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **(env or {})},
        )
        assert self._process.stdout is not None
        self._listener = threading.Thread(target=self._listen, args=(self._process.stdout,))
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def line(self, pattern: str) -> str:
        """Wait for a line; return the first group of *pattern* in the last one."""
        shape = re.compile(pattern)

        def found() -> list[str]:
            return [match[1] for match in map(shape.search, self.said) if match]

        with self._heard:
            self._heard.wait_for(lambda: found() or self._is_mute, 2 * PATIENCE_S)
        assert found(), self.said[-10:]
        return found()[-1]

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> None:
        """Kill it and all it started: what is proven by then is proven."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            for each in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        self._process.wait(2 * PATIENCE_S)
        self._listener.join()

    def wait(self) -> int:
        """Return how it ended."""
        code = self._process.wait(2 * PATIENCE_S)
        self._listener.join()
        return code

    def _listen(self, told: IO[str]) -> None:
        with told:
            for line in told:
                with self._heard:
                    self.said.append(line.strip())
                    self._heard.notify_all()
        with self._heard:
            self._is_mute = True
            self._heard.notify_all()


class Runs:
    """What a home tells without any page."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def status(self) -> dict[str, Any]:
        """What the engine answers to `graphwiz status`."""
        caller = SocketCaller(self.home)
        [run] = caller.runs()
        found = caller.ask(run, Request("status", {}), PATIENCE_S).result["status"]
        assert isinstance(found, dict)
        return dict(found)

    def ordered(self) -> list[tuple[str, str]]:
        """Every person's order in the journal: what and why."""
        runs = FileRuns(Home(self.home), LIVE)
        entries = runs.reader(runs.names()[-1]).entries()
        events = [entry.event for entry in entries]
        return [(e.action.value, e.reason) for e in events if isinstance(e, OperatorOrder)]


class Demo(Runs):
    """A demo that runs, with its page."""

    def __init__(self, home: Path, *words: str) -> None:
        super().__init__(home)
        words = ("demo", "--home", str(home), "--seconds", "900", "--json", *words)
        self.child = Child(*GRAPHWIZ, *words)

    @property
    def url(self) -> str:
        return self.child.line(r"dashboard: (\S+)")

    @property
    def engine(self) -> int:
        """The process of the engine that runs now."""
        return int(self.child.line(r"engine \d+ is process (\d+)"))

    @contextmanager
    def closed_market(self) -> Iterator[None]:
        """Let the exchange stand still for as long as the block lasts: no price moves."""
        children = psutil.Process(self.child.pid).children()
        (exchange,) = [each for each in children if "exchange" in each.cmdline()]
        exchange.suspend()
        try:
            yield
        finally:
            exchange.resume()

    def end(self) -> None:
        self.child.end()


class Floor(Runs):
    """A made-up market that is traded."""

    def __init__(self, home: Path, venues: int = 2, instruments: int = 3) -> None:
        super().__init__(home)
        words = ("--home", str(home), "--venues", str(venues), "--instruments", str(instruments))
        self.child = Child("-m", "tests.browser.floor", *words)
        self.run = self.child.line(r"ready: (\S+)")


class Dashboard:
    """The web page of *home*."""

    def __init__(self, home: Path, *words: str, port: int = 0) -> None:
        words = ("dashboard", "--home", str(home), "--port", str(port), *words)
        env = {"GRAPHWIZ_DASHBOARD_TOKEN": TOKEN}
        self.child = Child(*GRAPHWIZ, *words, env=env)
        self.port = int(self.child.line(r"dashboard: http://127\.0\.0\.1:(\d+)/"))

    def url(self, port: int | None = None, token: str = TOKEN) -> str:
        """The address a person opens; *port* is that of a wire."""
        fragment = f"#token={token}" if token else ""
        return f"http://127.0.0.1:{port or self.port}/{fragment}"


@contextmanager
def shown(floor: Floor, *words: str) -> Iterator[Dashboard]:
    """Yield the page of *floor*, started with *words*."""
    dashboard = Dashboard(floor.home, *words)
    try:
        yield dashboard
    finally:
        dashboard.child.end()


class Wire:
    """A network between a browser and port *to*; it can be cut, and it can fall silent."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._flows = asyncio.Event()
        self._flows.set()
        self._is_cut = False
        self._writers: list[asyncio.StreamWriter] = []
        self._joined: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._greet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        self._flows.set()
        self._server.close()
        await asyncio.gather(*self._joined, return_exceptions=True)

    def mute(self) -> None:
        """Take everything in, and let nothing through."""
        self._flows.clear()

    def cut(self) -> None:
        """End every connection, and take no new one."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def mend(self) -> None:
        """Be a network again."""
        self._is_cut = False
        self._flows.set()

    def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._joined.append(asyncio.create_task(self._join(reader, writer)))

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        there = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += [writer, there[1]]
        await asyncio.gather(self._pour(reader, there[1]), self._pour(there[0], writer))

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


def play(chromium: str, url: str, act: Callable[[Tab], Awaitable[None]]) -> None:
    """Let *act* use a tab that shows *url*; the console must stay silent."""

    async def played() -> None:
        async with tab(chromium) as page:
            await page.look(1500, 1000)
            await page.open(url)
            await act(page)
            assert page.complaints == []

    with unstalled():
        asyncio.run(played())


async def order(page: Tab, action: str, reason: str) -> None:
    """Press a button and say why, with the keyboard alone."""
    await page.run(f"document.querySelector('[data-action={action}]').focus()")
    await page.press("Enter")
    await page.until("document.activeElement.id === 'reason'")
    await page.write(reason)
    await page.press("Enter")
    await page.until("!document.querySelector('#dialog').open")
