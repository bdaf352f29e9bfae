"""
Onlookers: the processes beside an engine that read what it writes, started as a run starts them.

The observer keeps the knowledge graph and, asked to, serves Prometheus; the dashboard serves its
page; a reader in a process of its own has the page open and scrapes the metrics once a second.
"""

import asyncio
import json
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.entrypoints.commands.dashboard import TOKEN
from graphwiz_trader.entrypoints.parent import beside_me

if TYPE_CHECKING:
    from aiohttp import ClientSession

SECRET = "a-token-of-the-benchmark"  # noqa: S105 # opens a page that is gone in a minute
_PAGE = re.compile(r"dashboard: (http://\S+?)/?\s")


class Onlookers:
    """The processes with numbers *pids*, which rest and look by turns."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids

    def rest(self) -> None:
        """Stop them."""
        self._tell(signal.SIGSTOP)

    def look(self) -> None:
        """Let them go on."""
        self._tell(signal.SIGCONT)

    def _tell(self, number: signal.Signals) -> None:
        for pid in self._pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


@contextmanager
def onlookers(home: Path, *, with_page: bool) -> Iterator[Onlookers]:
    """Have *home* observed; *with_page*: metrics and the page too, both read by somebody."""
    with ExitStack() as stack:
        metrics = _free_port() if with_page else 0
        extra = ("--set", f"monitoring.prometheus_port={metrics}") if with_page else ()
        observer, _ = stack.enter_context(_running("observe", "--home", str(home), *extra))
        pids = [observer]
        if with_page:
            words = ("dashboard", "--home", str(home), "--port", "0")
            dashboard, line = stack.enter_context(_running(*words))
            found = _PAGE.match(line)
            if found is None:
                raise DataError(f"the dashboard said {line!r}")
            pids += [dashboard, stack.enter_context(_reader(found[1], metrics))]
        all_of_them = Onlookers(pids)
        try:
            yield all_of_them
        finally:
            all_of_them.look()


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
def _reader(page: str, metrics: int) -> Iterator[int]:
    """Have somebody read the page and the metrics; yield the number of the process."""
    process = multiprocessing.get_context("spawn").Process(
        target=_read, args=(page, metrics), daemon=True
    )
    process.start()
    try:
        yield process.pid or 0
    finally:
        process.kill()
        process.join()


def _read(page: str, metrics: int) -> None:
    """Read until killed; the target of a process."""
    asyncio.run(_reading(page, f"http://127.0.0.1:{metrics}/metrics"))


async def _reading(page: str, metrics: str) -> None:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        wire = await session.ws_connect(
            f"{page}/live",
            headers={"Origin": page},
            protocols=("graphwiz", f"token.{SECRET}"),
        )
        scraping = asyncio.create_task(_scrape(session, metrics))
        async for message in wire:
            json.loads(message.data)
        scraping.cancel()


async def _scrape(session: "ClientSession", metrics: str) -> None:
    while True:
        async with session.get(metrics) as answer:
            await answer.read()
        await asyncio.sleep(1.0)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
