"""The page on a demo that runs: it shows, obeys, explains and stays."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.chromium import PATIENCE_S, Tab
from tests.browser.stage import IMAGES, Demo, order, play

FIGURES = ("state", "open_orders", "unknown_orders", "orders", "fills", "pnl", "hedge_debt")
SEEN = "import('/page/wire.js').then(({ rows }) => rows.head)"
REMEMBER = """
(window.stood = [], new MutationObserver(() => stood.push([
  document.querySelector('#state').textContent, document.querySelector('#notice').hidden
])).observe(document.querySelector('#state'), { childList: true }), 1)
"""
"""Notes what the pill says and whether there is a notice, however short."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("demo"))
    yield made
    made.end()


async def alike(page: Tab, demo: Demo) -> dict[str, Any]:
    """Wait until the page shows what the engine says; return that."""
    until = time.monotonic() + PATIENCE_S
    while True:
        head, status = await page.run(SEEN), await asyncio.to_thread(demo.status)
        shown, said = ([told[name] for name in FIGURES] for told in (head, status))
        if shown == said:
            return status
        assert time.monotonic() < until, (shown, said)


def test_the_page_shows_what_status_says(chromium: str, demo: Demo) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        await page.until(f"{SEEN}.then((head) => head?.fills > 0)")
        # Halted, nothing moves by itself but prices: then both must say the same, to the cent.
        await order(page, "halt", "to compare at leisure")
        await page.stands("HALTED")
        with demo.closed_market():
            status = await alike(page, demo)
        books = {name for venue in status["venues"].values() for name in venue["books"]}
        told = "import('/page/wire.js').then(({ rows }) => Object.keys(rows.books))"
        assert set(await page.run(told)) == books
        # What is read on the screen is what was told.
        whole = "[Number(document.querySelector('#unknown').textContent), rows.head.unknown_orders]"
        figures = await page.run(f"import('/page/wire.js').then(({{ rows }}) => {whole})")
        assert figures[0] == figures[1]
        for state in ("REDUCING", "ACTIVE"):
            await order(page, "resume", "compared")
            await page.stands(state)

    play(chromium, demo.url, act)

    resumed = ("resume", "compared")
    assert demo.ordered() == [("halt", "to compare at leisure"), resumed, resumed]


def test_a_reason_that_is_too_short_orders_nothing(chromium: str, demo: Demo) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        before = await asyncio.to_thread(demo.ordered)
        await page.click("[data-action=flatten]")
        await page.write("no")
        await page.press("Enter")
        assert await page.run("document.querySelector('#dialog').open")
        await page.press("Escape")
        assert await asyncio.to_thread(demo.ordered) == before

    play(chromium, demo.url, act)


def test_a_trade_is_explained_in_words_and_as_a_graph(chromium: str, demo: Demo) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        await page.until(
            "document.querySelector('#known [data-explain]')"
            " ?? (document.querySelector('#reload').click(), false)"
        )
        await page.click("#known [data-explain]")
        await page.until(
            "document.querySelector('#explanation').textContent.includes('It was caused by')"
        )
        assert await page.run("document.querySelectorAll('#graph g').length") >= 3
        await page.run("document.querySelector('#graph g.order').focus()")
        await page.press("Enter")
        await page.until("document.querySelector('#held').textContent.includes('cl ord id')")
        await page.picture(IMAGES / "explain.png")

    play(chromium, demo.url, act)


def test_the_figures_move_and_are_worth_a_picture(chromium: str, demo: Demo) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        first = int(await page.run("document.querySelector('#head').dataset.seq"))
        await page.until(f"document.querySelector('#head').dataset.seq > {first + 20}")
        await page.until("document.querySelectorAll('#ladder tbody tr').length > 8")
        await page.until("document.querySelectorAll('#equity path').length > 1")
        await page.until("document.querySelectorAll('#latency .bar').length > 4")
        await page.picture(IMAGES / "dashboard.png")
        await page.look(1500, 1000, scheme="light")
        await page.picture(IMAGES / "dashboard-light.png")
        await page.look(390, 844)
        await page.until("document.documentElement.scrollWidth <= 390")
        await page.picture(IMAGES / "dashboard-phone.png")

    play(chromium, demo.url, act)


def test_the_page_outlives_the_engine_and_shows_that_the_observer_noticed(
    chromium: str, demo: Demo
) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        starts = (await page.run(SEEN))["starts"]
        await page.run(REMEMBER)
        os.kill(demo.engine, signal.SIGKILL)
        _, is_silent = await page.until("stood.find(([state]) => state !== 'ACTIVE')")
        assert not is_silent
        await page.until(f"{SEEN}.then((head) => head.starts === {starts + 1})")
        await page.stands("ACTIVE")
        await page.until("document.querySelector('#alerts').textContent.includes('ENGINE_DEAD')")

    play(chromium, demo.url, act)
