"""Transport over aiohttp, for machines that picows has no wheel for."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp

from graphwiz_trader.adapters.direct.transport import Link, Listener
from graphwiz_trader.domain.errors import Transient

LARGEST_FRAME = 1 << 25
MOST_WAITING = 1024


class AiohttpTransport:
    """Opens connections with aiohttp; each is read and written by tasks in a group of its own."""

    async def connect(self, url: str, listener: Listener) -> Link:
        """Return an open connection, or raise `Transient`."""
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(aiohttp.ClientSession())
            try:
                opening = http.ws_connect(url, autoping=False, max_msg_size=LARGEST_FRAME)
                socket = await stack.enter_async_context(opening)
            except (aiohttp.ClientError, OSError) as error:
                raise Transient(f"{url}: {type(error).__name__} {error}") from error
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            link = _AiohttpLink(socket, listener, tasks)
            link.held = stack.pop_all()
            return link


class _AiohttpLink:
    held: AsyncExitStack

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        listener: Listener,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._socket, self._listener = socket, listener
        self._texts: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._tasks = [tasks.create_task(self._reading()), tasks.create_task(self._writing())]

    def send(self, text: bytes) -> None:
        self._put(text)

    def ping(self) -> None:
        self._put(None)

    def _put(self, text: bytes | None) -> None:
        """Queue a message, or a ping."""
        try:
            self._texts.put_nowait(text)
        except asyncio.QueueFull:
            self._listener.on_closed(Transient(f"{MOST_WAITING} messages wait to be sent"))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.held.aclose()

    async def _reading(self) -> None:
        try:
            async for message in self._socket:
                await self._hear(message)
        except Exception as error:  # noqa: BLE001 # the listener raises it where it belongs
            self._listener.on_closed(error)
            return
        self._listener.on_closed(Transient("the connection was closed"))

    async def _hear(self, message: aiohttp.WSMessage) -> None:
        if message.type is aiohttp.WSMsgType.TEXT:
            self._listener.on_text(message.data.encode())
        elif message.type is aiohttp.WSMsgType.BINARY:
            self._listener.on_text(message.data)
        else:
            self._listener.on_alive()
            if message.type is aiohttp.WSMsgType.PING:
                await self._socket.pong(message.data)

    async def _writing(self) -> None:
        try:
            while not self._socket.closed:
                text = await self._texts.get()
                if text is None:
                    await self._socket.ping()
                else:
                    await self._socket.send_str(text.decode())
        except (aiohttp.ClientError, OSError) as error:
            self._listener.on_closed(Transient(f"{type(error).__name__} {error}"))
