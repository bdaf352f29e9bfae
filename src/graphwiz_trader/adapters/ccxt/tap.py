"""
Tap: every message ccxt takes in, seen where it arrives.

ccxt wakes whoever awaits a book and queues nothing: what arrives while nobody awaits is lost on
the reader. So the reader is called from the connection's own `resolve` and `reject`, which ccxt
calls for each message whether or not anybody awaits.
A frame that ccxt cannot read ends its receive loop and leaves the socket open and mute (measured
with 4.5.90); here the connection is replaced at once.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Protocol, TypeAlias

from aiohttp import WSMessage
from ccxt.base.errors import BadResponse

from graphwiz_trader.adapters.ccxt.exchange import Client, Exchange


class Reader(Protocol):
    """Who is called; nothing it does may raise."""

    def opened(self, client: Client) -> None:
        """Hear that the line in `ASKING` uses *client*."""

    def heard(self, client: Client, message: object) -> None:
        """Hear that a frame of any kind came, as aiohttp made it."""

    def resolved(self, client: Client, result: object, name: str) -> None:
        """Take a book, trades or a ticker, which ccxt will change later."""

    def rejected(self, client: Client, error: BaseException, name: str | None) -> None:
        """Hear that what *name* waits for failed; without a name, that everything failed."""


ASKING: ContextVar[object] = ContextVar("asking", default=None)
"""Who is asking ccxt for something, in the task that asks."""


Clean: TypeAlias = Callable[[str], str]
"""Takes out of a frame what nobody may read."""


def tap(exchange: Exchange, reader: Reader, clean: Clean | None = None) -> None:
    """
    Let *reader* see whatever passes through the connections that *exchange* opens.

    ccxt puts frames into the texts of its errors, so that *clean* comes before it.
    """
    original = exchange.client

    def client_of(url: str) -> Client:
        is_new = url not in exchange.clients
        client = original(url)
        if is_new:
            _install(client, reader, clean)
        reader.opened(client)
        return client

    exchange.client = client_of


def _install(client: Client, reader: Reader, clean: Clean | None) -> None:
    resolve, reject, handle = client.resolve, client.reject, client.handle_message
    client.resolve = _resolving(client, reader, resolve)
    client.reject = _rejecting(client, reader, reject)
    client.handle_message = _handling(client, reader, _cleaning(handle, clean))


def _resolving(
    client: Client, reader: Reader, resolve: Callable[[object, str | None], object]
) -> Callable[[object, str | None], object]:
    def resolved(result: object, name: str | None) -> object:
        if name is not None:
            reader.resolved(client, result, name)
        return resolve(result, name)

    return resolved


def _rejecting(
    client: Client, reader: Reader, reject: Callable[..., object]
) -> Callable[..., object]:
    def rejected(error: BaseException, name: str | None = None) -> object:
        # Told before ccxt passes it on to each name, as if it were a verdict on each.
        reader.rejected(client, error, name)
        answer = reject(error, name)
        if name is not None:
            # ccxt keeps it for whoever asks next, who would fail for an old reason.
            client.rejections.pop(name, None)
        return answer

    return rejected


def _cleaning(handle: Callable[[object], None], clean: Clean | None) -> Callable[[object], None]:
    if clean is None:
        return handle

    def cleaned(message: object) -> None:
        if isinstance(message, WSMessage) and isinstance(message.data, str):
            message = message._replace(data=clean(message.data))
        handle(message)

    return cleaned


def _handling(
    client: Client, reader: Reader, handle: Callable[[object], None]
) -> Callable[[object], None]:
    def handled(message: object) -> None:
        reader.heard(client, message)
        try:
            handle(message)
        except Exception as error:  # noqa: BLE001 # whatever it is would end ccxt's receive loop
            reader.rejected(client, BadResponse(f"{type(error).__name__}: {error}"), None)

    return handled
