"""Who may look, who may order, and what another page in the same browser may do: nothing."""

import json

from tests.browser.chromium import Tab
from tests.browser.stage import TOKEN, Dashboard, Floor, play, shown

LOOKING = "document.querySelector('#looking:not([hidden])')"


def test_a_read_only_page_shows_everything_and_has_no_buttons(chromium: str, floor: Floor) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        await page.until("document.querySelectorAll('#ladder tr.ask').length > 4")
        assert await page.run(f"{LOOKING}.textContent") == "read-only"
        assert await page.run("document.querySelector('#halt, #actions').offsetParent") is None
        said = {"run": floor.run, "action": "halt", "scope": "", "reason": "none of yours"}
        said["confirm"] = floor.run
        refused = await page.run(
            f"import('/page/wire.js').then(({{ order }}) => order({json.dumps(said)}))"
            ".then(() => 'obeyed', (error) => error.message)"
        )
        assert "read-only" in refused
        assert "403" in page.complaints.pop()

    with shown(floor, "--read-only") as dashboard:
        play(chromium, dashboard.url(), act)
    assert floor.status()["state"] == "ACTIVE"


def test_without_the_token_one_may_look_only(chromium: str, dashboard: Dashboard) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        assert await page.run(f"{LOOKING}.textContent") == "looking only"

    play(chromium, dashboard.url(token=""), act)


def test_the_token_is_nowhere_on_the_page_or_in_its_address(
    chromium: str, dashboard: Dashboard
) -> None:
    async def act(page: Tab) -> None:
        await page.stands("ACTIVE")
        assert TOKEN not in await page.run("location.href + document.documentElement.outerHTML")

    play(chromium, dashboard.url(), act)


def test_another_site_in_the_same_browser_can_neither_read_nor_order(
    chromium: str, floor: Floor, dashboard: Dashboard
) -> None:
    """The page of a second dashboard is of another origin, and even knows the token."""
    with shown(floor) as other:
        there = f"http://127.0.0.1:{dashboard.port}"
        said = {"run": floor.run, "action": "halt", "scope": "", "reason": "from elsewhere"}
        body = json.dumps({**said, "confirm": floor.run})
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Graphwiz": "order"}
        plain = f"{{method: 'POST', mode: 'no-cors', body: {json.dumps(body)}}}"
        whole = json.dumps({"method": "POST", "body": body, "headers": headers})
        wire = f"'ws://127.0.0.1:{dashboard.port}/live', ['graphwiz', 'token.{TOKEN}']"
        listen = (
            f"new Promise((done, fail) => {{ const socket = new WebSocket({wire});"
            " socket.onmessage = ({ data }) => done(data);"
            " socket.onerror = () => fail(Error('refused')); })"
        )
        tries = (
            f"fetch('{there}/ask/stats').then((answer) => answer.text())",
            f"fetch('{there}/order', {plain}).then((answer) => answer.text())",
            f"fetch('{there}/order', {whole}).then((answer) => answer.text())",
            listen,
        )

        async def act(page: Tab) -> None:
            await page.stands("ACTIVE")
            # Without its own policy, which forbids all of this, the other site may try.
            await page.call("Page.setBypassCSP", enabled=True)
            await page.call("Page.reload")
            await page.stands("ACTIVE")
            for each in tries:
                came = await page.run(f"{each}.then((text) => text, () => 'refused')")
                assert came in ("refused", ""), came
            page.complaints.clear()

        play(chromium, other.url(), act)
    assert floor.status()["state"] == "ACTIVE"
    assert not any("elsewhere" in reason for _, reason in floor.ordered())
