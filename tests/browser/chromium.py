"""Chromium: a headless browser, driven over its own debugging socket."""

import asyncio
import base64
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
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
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


def program() -> str | None:
    """Return where a browser is, None if there is none."""
    named = os.environ.get("GRAPHWIZ_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


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
        return self

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

    async def text(self, selector: str) -> str:
        """Return what the first match of *selector* says."""
        return str(await self.run(f"document.querySelector({json.dumps(selector)})?.textContent"))

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, as a person without a mouse would."""
        codes = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), " ": (32, " ")}
        for key in keys:
            code, text = codes.get(key, (ord(key[0]), key))
            about = {"key": key, "windowsVirtualKeyCode": code, "text": text}
            await self.call("Input.dispatchKeyEvent", type="keyDown", **about)
            await self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    async def write(self, text: str) -> None:
        """Type *text* where the focus is."""
        await self.call("Input.insertText", text=text)

    async def look(self, width: int, height: int, *, scheme: str = "dark") -> None:
        """Be a screen of that size whose user likes that color scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.call("Emulation.setEmulatedMedia", features=features)

    async def picture(self, path: Path) -> None:
        """Keep what the page looks like now."""
        found = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(found["data"]))

    def _hear(self, said: dict[str, Any]) -> None:
        about = said.get("params", {})
        if said.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(about["exceptionDetails"])[:500])
        elif said.get("method") == "Log.entryAdded" and about["entry"]["level"] == "error":
            self.complaints.append(about["entry"]["text"])


@asynccontextmanager
async def tab(profile: Path) -> AsyncIterator[Tab]:
    """Yield a tab of a browser of its own, which keeps what it must in *profile*."""
    found = program()
    assert found is not None
    browser = await asyncio.create_subprocess_exec(
        found,
        *_FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as listed:
                [page] = [one for one in await listed.json() if one["type"] == "page"]
            address = page["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=0) as socket:
                yield Tab(socket)
    finally:
        with suppress(ProcessLookupError):
            browser.terminate()
        await browser.wait()


async def _port(file: Path) -> int:
    """Return the port of the debugging socket, once the browser has written it down."""
    async with asyncio.timeout(PATIENCE_S):
        while "\n" not in _said(file):  # noqa: ASYNC110 # another process
            await asyncio.sleep(0.05)
    return int(_said(file).splitlines()[0])


def _said(file: Path) -> str:
    return file.read_text() if file.is_file() else ""
