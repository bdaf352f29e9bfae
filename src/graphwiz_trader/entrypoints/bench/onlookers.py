"""
Onlookers: the processes beside an engine that read what it writes, started as a run starts them.

The observer keeps the knowledge graph and, asked to, serves Prometheus; the dashboard serves its
page; a reader in a process of its own has the page open, with a ladder, and scrapes the metrics
once a second. The reader stands for another machine: it acknowledges what it is sent, as a page
does, and spends little on it, after everybody else.
"""

import asyncio
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, TYPE_CHECKING

from graphwiz_trader.adapters.own_code import own_code
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.units import InstrumentId
from graphwiz_trader.entrypoints.commands.dashboard import TOKEN
from graphwiz_trader.entrypoints.niceness import step_back
from graphwiz_trader.entrypoints.parent import beside_me

if TYPE_CHECKING:
    from aiohttp import ClientSession

SECRET = "a-token-of-the-benchmark"  # noqa: S105 # opens a page that is gone in a minute
PATIENCE_S = 30.0
_PAGE = re.compile(r"dashboard: (http://\S+?)/?\s")
_SHOWN = re.compile(r'"reading":\{[^}]*"seq":(\d+)')
_TROUBLE = re.compile(r'"trouble":\{"text":"([^"]+)')


class Who(Enum):
    """Which of the onlookers look."""

    NOBODY = 0
    GRAPH = 1
    ALL = 2


class Onlookers:
    """An observer, a page and its reader, which rest and look by turns."""

    def __init__(self, observer: int, page: Sequence[int], reader: Connection) -> None:
        """Know their numbers, and *reader*'s answers."""
        self._observer = observer
        self._page = page
        self._reader = reader

    def look(self, who: Who) -> None:
        """Let *who* go on, and stop the others."""
        for pid in (self._observer, *self._page):
            looks = who is Who.ALL or (who is Who.GRAPH and pid == self._observer)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT if looks else signal.SIGSTOP)

    def prove(self, seq: int) -> None:
        """
        Wait until the page has shown entry *seq*; all must look.

        Raises:
            DataError: it never does, so that nothing was measured.
        """
        self._reader.send(seq)
        answered = self._reader.poll(PATIENCE_S)
        trouble = self._reader.recv() if answered else f"it has not shown entry {seq}"
        if trouble:
            raise DataError(f"the page: {trouble}")


@contextmanager
def onlookers(home: Path, ladder: InstrumentId) -> Iterator[Onlookers]:
    """Have the run in *home* observed, by somebody who looks at *ladder*; all look."""
    metrics = _free_port()
    with ExitStack() as stack:
        extra = ("--set", f"monitoring.prometheus_port={metrics}")
        observer, _ = stack.enter_context(_running("observe", "--home", str(home), *extra))
        words = ("dashboard", "--home", str(home), "--port", "0")
        dashboard, line = stack.enter_context(_running(*words))
        found = _PAGE.match(line)
        if found is None:
            raise DataError(f"the dashboard said {line!r}")
        reader, told = stack.enter_context(_reader(found[1], metrics, ladder))
        all_of_them = Onlookers(observer, (dashboard, reader), told)
        try:
            yield all_of_them
        finally:
            all_of_them.look(Who.ALL)


@contextmanager
def _running(*words: str) -> Iterator[tuple[int, str]]:
    """Run one of our commands; yield its number and its first line."""
    environment = {**os.environ, **beside_me(), TOKEN: SECRET}
    process = subprocess.Popen(  # noqa: S603 # our own command
        (sys.executable, "-m", "graphwiz_trader", *words),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        yield process.pid, _first_line(process.stderr, words[0])
    finally:
        process.kill()
        process.communicate()


def _first_line(said: IO[str] | None, name: str) -> str:
    line = "" if said is None else said.readline()
    if not line:
        raise DataError(f"{name} did not start")
    return line


@contextmanager
def _reader(page: str, metrics: int, ladder: InstrumentId) -> Iterator[tuple[int, Connection]]:
    """Have somebody read the page and the metrics; yield its number, and what asks it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_read, args=(page, metrics, ladder, theirs), daemon=True)
    process.start()
    try:
        yield process.pid or 0, ours
    finally:
        process.kill()
        process.join()


def _read(page: str, metrics: int, ladder: str, asked: Connection) -> None:
    """Read until killed; the target of a process."""
    step_back()
    import aiohttp  # noqa: F401 # loaded before it is copied

    own_code()
    asyncio.run(_reading(page, f"http://127.0.0.1:{metrics}/metrics", ladder, asked))


async def _reading(page: str, metrics: str, ladder: str, asked: Connection) -> None:
    """Acknowledge every frame of *page*; answer once it has shown the entry *asked* for."""
    import aiohttp

    wanted: int | None = None
    shown = frames = 0
    async with aiohttp.ClientSession() as session:
        wire = await session.ws_connect(
            f"{page}/live",
            headers={"Origin": page},
            protocols=("graphwiz", f"token.{SECRET}"),
        )
        scraping = asyncio.create_task(_scrape(session, metrics))
        async for message in wire:
            frames += 1
            await wire.send_str(f'{{"seen":{frames}}}')
            if (found := _SHOWN.search(message.data)) is not None:
                if not shown:
                    await wire.send_json({"ladder": ladder})
                shown = int(found[1])
            if wanted is None and asked.poll():
                wanted = asked.recv()
            trouble = _TROUBLE.search(message.data)
            if trouble is not None:
                asked.send(trouble[1])
            elif wanted is not None and shown >= wanted:
                asked.send("")
                wanted = None
        scraping.cancel()


async def _scrape(session: "ClientSession", metrics: str) -> None:
    while True:
        async with session.get(metrics) as answer:
            await answer.read()
        await asyncio.sleep(1.0)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
