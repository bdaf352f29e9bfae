"""Wire: an aiohttp session that a test is the other end of; ccxt itself runs unmodified."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMessage, WSMsgType

JSON = {"Content-Type": "application/json"}


class Answer:
    """What a REST request is answered with."""

    def __init__(self, body: object, status: int = 200) -> None:
        self.status, self.reason, self.headers = status, "", JSON
        self._text = body if isinstance(body, str) else json.dumps(body)

    async def text(self, errors: str = "") -> str:
        return self._text

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Socket:
    """One WebSocket: what ccxt sent, and what it is told."""

    _conn = None

    def __init__(self, url: str) -> None:
        self.url = url
        self.sent: list[dict[str, Any]] = []
        self.closed = False
        self.pings = 0
        self._told: asyncio.Queue[WSMessage] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        return self

    async def receive(self) -> WSMessage:
        return await self._told.get()

    async def send_str(self, text: str) -> None:
        self.sent.append(json.loads(text) if text.startswith("{") else {"text": text})

    async def ping(self) -> None:
        self.pings += 1

    async def close(self) -> None:
        self.closed = True

    def tell(self, message: object) -> None:
        """Let ccxt receive *message*."""
        text = message if isinstance(message, str) else json.dumps(message)
        self._told.put_nowait(WSMessage(WSMsgType.TEXT, text, None))

    def hang_up(self) -> None:
        """Close as a server does."""
        self._told.put_nowait(WSMessage(WSMsgType.CLOSE, 1000, None))


class Session:
    """An aiohttp session: answers by path, and sockets as ccxt opens them."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self.headers: dict[str, str] = {}
        self.answers = dict(answers)
        self.fails: list[Answer] = []
        self.asked: list[str] = []
        self.sockets: list[Socket] = []

    def get(self, url: object, **options: object) -> Answer:
        self.asked.append(str(url))
        if self.fails:
            return self.fails.pop()
        path = str(url).split("?")[0]
        found = next((a for tail, a in self.answers.items() if path.endswith(tail)), None)
        if isinstance(found, Answer):
            return found
        return Answer(found if found is not None else {}, 200 if found is not None else 404)

    def ws_connect(self, url: str, **options: object) -> Socket:
        self.sockets.append(Socket(url))
        return self.sockets[-1]

    def with_path(self, tail: str) -> Socket:
        """Return the newest socket that was asked for something holding *tail*."""
        return next(s for s in reversed(self.sockets) if tail in json.dumps(s.sent))
