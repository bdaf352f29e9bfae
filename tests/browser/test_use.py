"""How a page is used: with the keyboard alone, on a phone, for several runs, and afterwards."""

import asyncio
import signal
from pathlib import Path

from tests.browser.chromium import PATIENCE_S, Tab, opened
from tests.browser.stage import Dashboard, Floor, order, play, shown

ACTIVE = "document.activeElement"
ROWS = "[...document.querySelectorAll('#orders tbody tr')]"


async def walk(page: Tab, to: str) -> None:
    """Press Tab until the focus is on *to*."""
    for _ in range(60):
        await page.press("Tab")
        if await page.run(f"{ACTIVE}.matches({to!r})"):
            return
    raise AssertionError(f"{to} cannot be reached with the keyboard")


def test_everything_works_with_the_keyboard_alone(chromium: str, dashboard: Dashboard) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        await walk(page, ".skip")
        await walk(page, "[data-action=reduce]")
        assert await page.run(f"getComputedStyle({ACTIVE}).outlineStyle") == "solid"
        await page.press("Enter")
        await page.until(f"{ACTIVE}.id === 'reason'")
        await page.press("Escape")
        await page.until(f"{ACTIVE}.dataset.action === 'reduce'")
        await walk(page, "nav a[href='#books-panel']")
        await page.press("Enter")
        await walk(page, "button.book:not(.chosen)")
        chosen = await page.run(f"{ACTIVE}.dataset.ladder")
        await page.press("Enter")
        await page.until(f"document.querySelector('#instrument').value === '{chosen}'")
        await page.call("Page.reload")
        await page.stands("ACTIVE")
        await walk(page, "nav a[href='#orders-panel']")
        await page.press("Enter")
        await walk(page, "[data-sort='4']")
        await page.press("Enter")
        prices = f"{ROWS}.filter((row) => row.className !== 'doubt')"
        prices += ".map((row) => Number(row.cells[4].textContent))"
        await page.until(
            f"(list => list.every((price, n) => !n || list[n - 1] <= price))({prices})"
        )
        # Whatever is asked for, what is in doubt stays on top.
        await page.until(f"{ROWS}[0]?.className === 'doubt'")

    play(chromium, dashboard.url(), act)


def test_what_is_unknown_is_red_and_on_top_as_long_as_it_is(
    chromium: str, dashboard: Dashboard
) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        await page.until(f"{ROWS}[0]?.className === 'doubt'")
        for scheme, red in (("dark", "rgb(255, 77, 109)"), ("light", "rgb(176, 0, 51)")):
            await page.look(1500, 1000, scheme=scheme)
            style = f"getComputedStyle({ROWS}[0].cells[0]).backgroundColor"
            await page.until(f"{style} === '{red}'")
        assert await page.run(f"{ROWS}[0].cells[1].textContent") == "UNKNOWN"
        assert await page.run("document.querySelector('#unknown').className") == "doubt"
        assert await page.run("document.querySelectorAll('#orders tr.doubt').length") == 1

    play(chromium, dashboard.url(), act)


def test_a_phone_shows_what_matters_first_and_halts(
    chromium: str, floor: Floor, dashboard: Dashboard
) -> None:
    async def act(page: Tab) -> None:
        await page.look(390, 844)
        await page.stands("ACTIVE")
        await page.until("document.querySelectorAll('#risk .bar').length > 4")
        assert await page.run("document.documentElement.scrollWidth") <= 390
        tops = "['equity', 'risk', 'orders', 'alerts', 'ladder', 'books'].map((name) =>"
        tops += " document.querySelector(`#${name}-panel`).getBoundingClientRect().top)"
        found = await page.run(tops)
        assert found == sorted(found)
        sizes = "[...document.querySelectorAll('#actions button')].map((b) => b.offsetHeight)"
        assert min(await page.run(sizes)) >= 40
        await page.click("[data-action=halt]")
        await page.until(f"{ACTIVE}.id === 'reason'")
        await page.write("halted from a phone")
        await page.click("#confirm")
        await page.stands("HALTED")
        assert "halted from a phone" in await page.text("#why")
        for state in ("REDUCING", "ACTIVE"):
            await order(page, "resume", "and goes on")
            await page.stands(state)

    play(chromium, dashboard.url(), act)
    assert ("halt", "halted from a phone") in floor.ordered()


def test_of_several_runs_each_is_shown_and_one_that_ended_is_reported(
    chromium: str, tmp_path: Path
) -> None:
    first = Floor(tmp_path)
    second = None

    async def act(page: Tab) -> None:
        nonlocal second
        await page.stands("ACTIVE")
        first.child.send(signal.SIGTERM)
        await page.stands("ENDED, ACTIVE")
        assert await asyncio.to_thread(first.child.wait) == 0
        # Nothing is wrong with a run that has ended: its figures are its last.
        await page.until("document.body.className === ''")
        await page.click(f"[data-report='{first.run}']")
        async with opened(chromium, f"/report/{first.run}") as report:
            await report.until(f"document.body?.textContent.includes('{first.run}')")
            await report.until("document.querySelector('.js-plotly-plot, svg')")
            assert await report.run("document.querySelectorAll('table').length") > 3
        await page.front()
        await page.click(f"[data-compare='{first.run}']")
        verdict = "document.querySelector('#verdict').textContent"
        await page.until(f"!{verdict}.startsWith('Comparing')", 3 * PATIENCE_S)
        assert "orders matched" in await page.run(verdict)
        assert await page.run("document.querySelectorAll('#twins table').length") >= 2
        await page.picture(tmp_path / "parity.png")
        second = await asyncio.to_thread(Floor, tmp_path)
        await page.click(f"[data-show='{second.run}']")
        await page.stands("ACTIVE")
        assert f"· {second.run} ·" in await page.run("document.title")
        await page.click(f"[data-show='{first.run}']")
        await page.stands("ENDED, ACTIVE")

    try:
        with shown(first) as dashboard:
            play(chromium, dashboard.url(), act)
    finally:
        first.child.end()
        if second is not None:
            second.child.end()
