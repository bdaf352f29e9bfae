"""The page while everything goes wrong at the exchanges: what is UNKNOWN is seen at once."""

from contextlib import suppress
from pathlib import Path

from tests.browser.chromium import PATIENCE_S, Tab
from tests.browser.stage import IMAGES, Demo, play

RED = "rgb(255, 77, 109)"
REMEMBER = """
(window.doubts = [], new MutationObserver(() => {
  const row = document.querySelector('#orders tbody tr');
  if (row?.className !== 'doubt') return;
  doubts.push([getComputedStyle(row.cells[0]).backgroundColor, row.cells[1].textContent]);
}).observe(
  document.querySelector('#orders'), { subtree: true, childList: true, attributes: true }
), 1)
"""
"""Notes the first row of the orders whenever it is in doubt, however short."""


def test_what_is_unknown_in_a_storm_is_red_and_on_top(chromium: str, tmp_path: Path) -> None:
    storm = Demo(tmp_path / "home", "--faults", "storm")

    async def act(page: Tab) -> None:
        await page.until("document.querySelector('#orders')")
        await page.run(REMEMBER)
        assert await page.until("doubts[0]", 3 * PATIENCE_S) == [RED, "UNKNOWN"]
        # For the picture, another one: a doubt may be over in the next moment.
        with suppress(TimeoutError):
            await page.until("document.querySelector('#orders tr.doubt')", 10)
        await page.picture(IMAGES / "unknown.png")

    try:
        play(chromium, storm.url, act)
    finally:
        storm.end()
