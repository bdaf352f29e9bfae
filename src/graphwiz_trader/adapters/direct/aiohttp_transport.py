"""Transport over aiohttp, for machines that picows has no wheel for."""

import asyncio

import aiohttp

from graphwiz_trader.adapters.direct.transport import Link, Listener
from graphwiz_trader.domain.errors import Transient

LARGEST_FRAME = 1 << 25
MOST_WAITING = 1024


class AiohttpTransport:
    """Opens connections with aiohttp; each is read by a task of its own."""

    async def connect(self, url: str, listener: Listener) -> Link:
        """Return an open connection, or raise `Transient`."""
        http = aiohttp.ClientSession()
        try:
            socket = await http.ws_connect(url, autoping=False, max_msg_size=LARGEST_FRAME)
        except (aiohttp.ClientError, OSError) as error:
            await http.close()
            raise Transient(f"{url}: {type(error).__name__} {error}") from error
        except BaseException:
            await http.close()
            raise
        return _AiohttpLink(http, socket, listener)


class _AiohttpLink:
    def __init__(
        self,
        http: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        listener: Listener,
    ) -> None:
        self._http, self._socket, self._listener = http, socket, listener
        self._texts: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self._tasks = [asyncio.create_task(self._reading()), asyncio.create_task(self._writing())]

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
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()
        await self._http.close()

    async def _reading(self) -> None:
        try:
            async for message in self._socket:
                await self._hear(message)
        except Exception as error:
            self._listener.on_closed(error)
            raise
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
        while not self._socket.closed:
            text = await self._texts.get()
            if text is None:
                await self._socket.ping()
            else:
                await self._socket.send_str(text.decode())
