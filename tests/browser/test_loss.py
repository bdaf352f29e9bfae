"""What a page shows when something between it and the engine is gone: never old as live."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from tests.browser.chromium import Tab, tab
from tests.browser.stage import Dashboard, Floor, Wire, play
from tests.stalls import unstalled

STALE_MS = 2_000
SLACK_MS = 3_000
"""How late a page on a busy machine may be to say so."""

STANDS = "[document.querySelector('#state').textContent, document.body.className]"
TURN = "new Promise((done) => setTimeout(done))"
"""Until whatever the page had to do by now is done, however late."""

WIRE = f"{TURN}.then(() => import('/page/wire.js'))"
LOOK = f"{WIRE}.then(({{ seen }}) => [{STANDS}, performance.now() - seen.heard])"
SEQ = "Number(document.querySelector('#head').dataset.seq)"
GREY = "getComputedStyle(document.querySelector('main')).filter"


async def notices(page: Tab) -> None:
    """Watch until the page says that nothing is heard; old figures must not be shown as live."""
    while True:
        (state, style), quiet = await page.run(LOOK)
        if state == "NO CONNECTION":
            assert style == "frozen"
            break
        assert quiet < STALE_MS + SLACK_MS, (state, quiet)
        await asyncio.sleep(0.02)
    assert "grayscale" in await page.run(GREY)
    assert "what you see is old" in await page.text("#notice")
    assert not await page.run("document.querySelector('#notice').hidden")


async def returns(page: Tab, than: int) -> None:
    """Wait until figures newer than *than* are shown as live."""
    await page.stands("ACTIVE")
    is_well = "document.body.className === '' && document.querySelector('#notice').hidden"
    await page.until(f"{SEQ} > {than} && {is_well}")


def through(
    chromium: str, dashboard: Dashboard, act: Callable[[Tab, Wire], Awaitable[None]]
) -> None:
    """Let *act* use a page at the other end of a wire."""

    async def played() -> None:
        async with Wire(dashboard.port) as wire, tab(chromium) as page:
            await page.look(1500, 1000)
            await page.open(dashboard.url(wire.port))
            await page.stands("ACTIVE")
            await act(page, wire)

    with unstalled():
        asyncio.run(played())


def test_a_network_that_falls_silent_is_noticed_and_outlived(
    chromium: str, dashboard: Dashboard
) -> None:
    async def act(page: Tab, wire: Wire) -> None:
        wire.mute()
        await notices(page)
        before = await page.run(SEQ)
        wire.mend()
        await returns(page, before)

    through(chromium, dashboard, act)


def test_a_connection_that_is_cut_is_made_again(chromium: str, dashboard: Dashboard) -> None:
    async def act(page: Tab, wire: Wire) -> None:
        await page.click("[data-ladder='BTC/USDT@okx']")
        wire.cut()
        await notices(page)
        before = await page.run(SEQ)
        wire.mend()
        await returns(page, before)
        # What it wanted to see it still wants.
        await page.until("document.querySelectorAll('#ladder tr.bid').length > 4")
        assert await page.run("document.querySelector('#instrument').value") == "BTC/USDT@okx"

    through(chromium, dashboard, act)


def test_a_dashboard_may_be_killed_and_started_again(chromium: str, floor: Floor) -> None:
    first = Dashboard(floor.home)

    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        await asyncio.to_thread(first.child.end)
        await notices(page)
        before = await page.run(SEQ)
        again = await asyncio.to_thread(Dashboard, floor.home, port=first.port)
        try:
            await returns(page, before)
            assert not await page.run("document.querySelector('#actions').hidden")
        finally:
            await asyncio.to_thread(again.child.end)
        # That it could not be reached is all the console may have said.
        assert all("WebSocket" in said for said in page.complaints), page.complaints
        page.complaints.clear()

    play(chromium, first.url(), act)


def test_an_engine_that_is_stuck_is_stale_not_active(
    chromium: str, floor: Floor, dashboard: Dashboard
) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        floor.child.send(signal.SIGSTOP)
        try:
            await page.until("document.querySelector('#state').textContent.startsWith('STALE')")
            await page.until("document.body.className === 'frozen'")
            says = "document.querySelector('#notice').textContent"
            await page.until(f"{says}.includes('the engine is stuck')")
            before = await page.run(SEQ)
        finally:
            floor.child.send(signal.SIGCONT)
        await returns(page, before)

    play(chromium, dashboard.url(), act)
