"""Door: how a socket is served, whatever is said on it."""

import asyncio
from collections.abc import Callable

from aiohttp import WSMsgType, web

from graphwiz_trader.adapters.loopback.connection import Connection, Style
from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.premises import Premises

LONGEST_MESSAGE = 1 << 16


async def serve(
    premises: Premises,
    request: web.Request,
    style: Style,
    opened: Callable[[Connection], None],
    take: Callable[[Connection, str], None],
    what: str,
) -> web.WebSocketResponse:
    """Serve the socket *what* until it closes: texts go to *take*, pings are answered."""
    socket = web.WebSocketResponse(autoping=False, max_msg_size=LONGEST_MESSAGE)
    await socket.prepare(request)
    connection = Connection(socket, request, premises.faults, premises.pacing.clock, style)
    opened(connection)
    try:
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(connection.write())
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    take(connection, message.data)
                elif message.type is WSMsgType.PING and _is_heard(premises, what):
                    await socket.pong(message.data)
            writer.cancel()
    finally:
        premises.hub.drop(connection)
    return socket


def _is_heard(premises: Premises, what: str) -> bool:
    return premises.faults.strike(Stage.PING, what, premises.now()) is None
