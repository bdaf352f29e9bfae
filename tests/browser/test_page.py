"""The page in a real browser, on a demo that runs: it shows, obeys, explains and stays."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import LIVE
from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.adapters.unix.control import SocketCaller
from graphwiz_trader.domain.control import Request
from graphwiz_trader.domain.events import OperatorOrder
from tests.browser.chromium import PATIENCE_S, Tab, program, tab

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(program() is None, reason="no Chromium here: apt-get install chromium"),
]

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
GRAPHWIZ = (sys.executable, "-m", "graphwiz_trader")
RED = "rgb(255, 77, 109)"
FIGURES = ("state", "open_orders", "unknown_orders", "orders", "fills", "pnl", "hedge_debt")
SEEN = "import('/page/wire.js').then(({ rows }) => rows.head)"


class Demo:
    """A demo that runs, with its page."""

    def __init__(self, home: Path, *words: str) -> None:
        self.home = home
        self.said: list[str] = []
        self._heard = threading.Condition()
        self._process = subprocess.Popen(
            (*GRAPHWIZ, "demo", "--home", str(home), "--seconds", "900", "--json", *words),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        self._listener = threading.Thread(target=self._listen, args=(self._process.stderr,))
        self._listener.start()

    def line(self, pattern: str) -> str:
        """Wait for a line; return the first group of *pattern* in the last one."""
        shape = re.compile(pattern)
        with self._heard:
            found = self._heard.wait_for(
                lambda: [m[1] for m in map(shape.search, self.said) if m], 2 * PATIENCE_S
            )
        assert found, self.said[-10:]
        return found[-1]

    @property
    def url(self) -> str:
        return self.line(r"dashboard: (\S+)")

    def kill_engine(self) -> None:
        os.kill(int(self.line(r"engine \d+ is process (\d+)")), signal.SIGKILL)

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

    def end(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(2 * PATIENCE_S)
        self._listener.join()

    def _listen(self, stderr: IO[str]) -> None:
        with stderr:
            for line in stderr:
                with self._heard:
                    self.said.append(line.strip())
                    self._heard.notify_all()


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = Demo(tmp_path_factory.mktemp("calm"))
    yield demo
    demo.end()


def play(demo: Demo, profile: Path, act: Callable[[Tab], Awaitable[None]]) -> None:
    """Let *act* use a browser that shows the demo's page; its console must stay silent."""

    async def played() -> None:
        async with tab(profile) as page:
            await page.look(1500, 1000)
            await page.open(demo.url)
            await page.until("document.querySelector('#state')?.textContent === 'ACTIVE'")
            await act(page)
            assert page.complaints == []

    asyncio.run(played())


async def order(page: Tab, action: str, reason: str) -> None:
    """Press a button and say why, with the keyboard alone."""
    await page.run(f"document.querySelector('[data-action={action}]').focus()")
    await page.press("Enter")
    await page.until("document.activeElement.id === 'reason'")
    await page.write(reason)
    await page.press("Enter")
    await page.until("!document.querySelector('#dialog').open")


def test_the_page_shows_what_status_says(calm: Demo, tmp_path: Path) -> None:
    async def act(page: Tab) -> None:
        await page.until(f"{SEEN}.then((head) => head?.fills > 0)")
        # Both move all the time: one moment of the page must be one of the engine's.
        answers: list[tuple[Any, ...]] = []
        shown: list[tuple[Any, ...]] = []

        def listen() -> None:
            while len(answers) < 1_000 and not set(answers) & set(shown):
                status = calm.status()
                answers.append(tuple(status[name] for name in FIGURES))

        listening = asyncio.create_task(asyncio.to_thread(listen))
        while not listening.done():
            head = await page.run(SEEN)
            shown.append(tuple(head[name] for name in FIGURES))
        await listening
        assert set(answers) & set(shown), (answers[-1], shown[-1])
        after = await asyncio.to_thread(calm.status)
        books = {name for venue in after["venues"].values() for name in venue["books"]}
        assert set(
            await page.run("import('/page/wire.js').then(({ rows }) => Object.keys(rows.books))")
        ) == (books)

    play(calm, tmp_path, act)


def test_the_figures_move(calm: Demo, tmp_path: Path) -> None:
    async def act(page: Tab) -> None:
        first = int(await page.run("document.querySelector('#head').dataset.seq"))
        await page.until(f"document.querySelector('#head').dataset.seq > {first + 20}")
        await page.until("document.querySelectorAll('#ladder tbody tr').length > 8")
        await page.until("document.querySelectorAll('#equity path').length > 1")
        await page.picture(IMAGES / "dashboard.png")
        await page.look(1500, 1000, scheme="light")
        await page.picture(IMAGES / "dashboard-light.png")
        await page.look(390, 844)
        await page.until("document.documentElement.scrollWidth <= 390")
        await page.picture(IMAGES / "dashboard-phone.png")

    play(calm, tmp_path, act)


def test_halt_and_resume_by_keyboard_are_journaled_with_their_reason(
    calm: Demo, tmp_path: Path
) -> None:
    async def act(page: Tab) -> None:
        await order(page, "halt", "a browser test halts")
        await page.until("document.querySelector('#state').textContent === 'HALTED'")
        await page.until("document.querySelector('#why').textContent.includes('test halts')")
        assert (await asyncio.to_thread(calm.status))["state"] == "HALTED"
        for state in ("REDUCING", "ACTIVE"):
            await order(page, "resume", "and goes on")
            await page.until(f"document.querySelector('#state').textContent === '{state}'")

    play(calm, tmp_path, act)

    resumed = ("resume", "and goes on")
    assert calm.ordered() == [("halt", "a browser test halts"), resumed, resumed]


def test_a_reason_that_is_too_short_orders_nothing(calm: Demo, tmp_path: Path) -> None:
    async def act(page: Tab) -> None:
        before = await asyncio.to_thread(calm.ordered)
        await page.run("document.querySelector('[data-action=flatten]').click()")
        await page.write("no")
        await page.press("Enter")
        assert await page.run("document.querySelector('#dialog').open")
        await page.press("Escape")
        assert await asyncio.to_thread(calm.ordered) == before

    play(calm, tmp_path, act)


def test_a_trade_is_explained_in_words_and_as_a_graph(calm: Demo, tmp_path: Path) -> None:
    async def act(page: Tab) -> None:
        await page.until(
            "document.querySelector('#known [data-explain]')"
            " ?? (document.querySelector('#reload').click(), false)"
        )
        await page.run("document.querySelector('#known [data-explain]').click()")
        await page.until(
            "document.querySelector('#explanation').textContent.includes('It was caused by')"
        )
        assert await page.run("document.querySelectorAll('#graph g').length") >= 3
        await page.run("document.querySelector('#graph g.order').focus()")
        await page.press("Enter")
        await page.until("document.querySelector('#held').textContent.includes('cl_ord_id')")
        await page.picture(IMAGES / "explain.png")

    play(calm, tmp_path, act)


def test_the_page_outlives_the_engine(calm: Demo, tmp_path: Path) -> None:
    async def act(page: Tab) -> None:
        starts = (await page.run(SEEN))["starts"]
        calm.kill_engine()
        await page.until("document.querySelector('#state').textContent !== 'ACTIVE'")
        assert await page.run("!document.querySelector('#notice').hidden")
        await page.until(f"{SEEN}.then((head) => head.starts === {starts + 1})")
        await page.until("document.querySelector('#state').textContent === 'ACTIVE'")

    play(calm, tmp_path, act)


def test_what_is_unknown_is_red_and_on_top(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "home", "--faults", "storm")

    async def act(page: Tab) -> None:
        row = "document.querySelector('#orders tbody tr')"
        await page.until(f"{row}?.className === 'doubt'", 3 * PATIENCE_S)
        color = f"getComputedStyle({row}.cells[0]).backgroundColor"
        assert await page.run(f"{row}.className === 'doubt' ? {color} : '{RED}'") == RED
        await page.picture(IMAGES / "unknown.png")

    try:
        play(demo, tmp_path / "profile", act)
    finally:
        demo.end()
