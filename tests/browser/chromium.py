"""Chromium: a headless browser, driven over its own debugging socket."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_S = 60.0
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # A tab that another one lies on top of is as quick as any.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
_CODES = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), " ": (32, " ")}


def program() -> str | None:
    """Return where a browser is, None if there is none."""
    named = os.environ.get("GRAPHWIZ_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser(profile: Path) -> Iterator[str]:
    """Yield the address of a browser, which keeps what it must in *profile*."""
    found = program()
    assert found is not None
    process = subprocess.Popen(
        (found, *_FLAGS, f"--user-data-dir={profile}", "about:blank"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        file, until = profile / "DevToolsActivePort", time.monotonic() + PATIENCE_S
        while not (file.is_file() and "\n" in file.read_text()):
            assert time.monotonic() < until, "the browser did not start"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{file.read_text().splitlines()[0]}"
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()


class Tab:
    """One page, and what people do with it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.complaints: list[str] = []
        """What the page's console had to complain about."""

    async def call(self, method: str, **words: Any) -> dict[str, Any]:
        """Give the browser an order; return its answer."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": words})
        while True:
            said = json.loads((await self._socket.receive(PATIENCE_S)).data)
            if said.get("id") == self._number:
                assert "error" not in said, said
                result: dict[str, Any] = said["result"]
                return result
            self._hear(said)

    async def open(self, url: str) -> Self:
        """Go to *url*."""
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=url)
        await self.front()
        return self

    async def front(self) -> None:
        """Lie on top of all tabs: what is behind another one is not drawn."""
        await self.call("Page.bringToFront")

    async def run(self, script: str) -> Any:
        """Return what *script*, an expression, comes to."""
        found = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, script: str, within_s: float = PATIENCE_S) -> Any:
        """Wait until *script* comes to something true, or finds an element; return it."""
        script = f"(found => found instanceof Node || found)({script})"
        async with asyncio.timeout(within_s):
            while not (found := await self.run(script)):  # noqa: ASYNC110 # another process
                await asyncio.sleep(0.05)
        return found

    async def stands(self, state: str) -> None:
        """Wait until the pill says *state*."""
        await self.until(f"document.querySelector('#state')?.textContent === '{state}'")

    async def text(self, selector: str) -> str:
        """Return what the first match of *selector* says."""
        return str(await self.run(f"document.querySelector({json.dumps(selector)})?.textContent"))

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, as a person without a mouse would."""
        for key in keys:
            code, text = _CODES.get(key, (ord(key[0]), key))
            about = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}
            await self.call("Input.dispatchKeyEvent", type="keyDown", **about)
            await self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    async def write(self, text: str) -> None:
        """Type *text* where the focus is."""
        await self.call("Input.insertText", text=text)

    async def click(self, selector: str) -> None:
        """Press the first match of *selector*, once it is there to be seen."""
        find = f"document.querySelector({json.dumps(selector)})"
        await self.until(f"{find}?.checkVisibility()")
        # In one go, for what moves meanwhile would be missed.
        await self.call("Runtime.evaluate", expression=f"{find}.click()", userGesture=True)

    async def look(self, width: int, height: int, *, scheme: str = "dark") -> None:
        """Be a screen of that size whose user likes that color scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.call("Emulation.setEmulatedMedia", features=features)

    async def picture(self, path: Path) -> None:
        """Keep what the page looks like now."""
        await self.front()
        found = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(found["data"]))

    async def metrics(self) -> dict[str, float]:
        """Return what the browser counts of the page, once nothing is left to collect."""
        await self.call("Performance.enable")
        await self.call("HeapProfiler.collectGarbage")
        found = await self.call("Performance.getMetrics")
        return {one["name"]: one["value"] for one in found["metrics"]}

    def _hear(self, said: dict[str, Any]) -> None:
        about = said.get("params", {})
        if said.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(about["exceptionDetails"])[:500])
        elif said.get("method") == "Log.entryAdded" and about["entry"]["level"] == "error":
            self.complaints.append(about["entry"]["text"])


@asynccontextmanager
async def tab(address: str) -> AsyncIterator[Tab]:
    """Yield a new tab of the browser at *address*."""
    async with aiohttp.ClientSession() as session:
        async with session.put(f"{address}/json/new?about:blank") as made:
            about = await made.json(content_type=None)
        try:
            async with session.ws_connect(about["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Tab(socket)
        finally:
            async with session.get(f"{address}/json/close/{about['id']}"):
                pass


@asynccontextmanager
async def opened(address: str, part: str) -> AsyncIterator[Tab]:
    """Yield the tab that was opened by another one, whose address has *part* in it."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE_S):
        while True:
            async with session.get(f"{address}/json/list") as listed:
                pages = [one for one in await listed.json() if part in one["url"]]
            if pages:
                break
            await asyncio.sleep(0.05)
        about = pages[0]["webSocketDebuggerUrl"]
        async with session.ws_connect(about, max_msg_size=0) as socket:
            yield Tab(socket)
        async with session.get(f"{address}/json/close/{pages[0]['id']}"):
            pass
