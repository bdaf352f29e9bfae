"""Transport over picows: frames are handed over inside the socket's callback."""

import asyncio
from functools import partial

from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect
from typing_extensions import override

from graphwiz_trader.adapters.direct.transport import Link, Listener
from graphwiz_trader.domain.errors import Transient

TEXT, BINARY, CONTINUATION = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
LARGEST_FRAME = 1 << 25
CLOSING_S = 1.0


class PicowsTransport:
    """Opens connections with picows."""

    async def connect(self, url: str, listener: Listener) -> Link:
        """Return an open connection, or raise `Transient`."""
        try:
            transport, _ = await ws_connect(
                lambda: _Ears(listener),
                url,
                max_frame_size=LARGEST_FRAME,
                max_redirects=0,  # what is sent first may be a key
            )
        except (OSError, WSError, TimeoutError) as error:
            raise Transient(f"{url}: {type(error).__name__} {error}") from error
        return _PicowsLink(transport)


class _PicowsLink:
    def __init__(self, transport: WSTransport) -> None:
        self._transport = transport
        # Where it is disconnected, it does nothing.
        self.send = partial(transport.send, TEXT)

    def ping(self) -> None:
        if not self._transport.is_disconnected:
            self._transport.send_ping()

    async def close(self) -> None:
        transport = self._transport
        if not transport.is_disconnected:
            transport.send_close()
            transport.disconnect()
        try:
            async with asyncio.timeout(CLOSING_S):
                await transport.wait_disconnected()
        except TimeoutError:
            transport.disconnect(graceful=False)


class _Ears(WSListener):
    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener = listener
        self._on_text = listener.on_text
        self._parts: list[bytes] = []

    @override
    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        try:
            # Identity first: comparing the library's enums costs as much as its callback.
            if frame.msg_type is TEXT and frame.fin:
                self._on_text(frame.get_payload_as_bytes())
            else:
                self._hear(transport, frame)
        except Exception as error:
            self._listener.on_closed(error)
            raise

    @override
    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._listener.on_closed(Transient("the connection was closed"))

    def _hear(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind in (TEXT, BINARY):
            if frame.fin:
                self._on_text(frame.get_payload_as_bytes())
            else:
                self._parts = [frame.get_payload_as_bytes()]
        elif kind == CONTINUATION:
            self._parts.append(frame.get_payload_as_bytes())
            if frame.fin:
                self._on_text(b"".join(self._parts))
        elif kind == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        else:
            self._listener.on_alive()
