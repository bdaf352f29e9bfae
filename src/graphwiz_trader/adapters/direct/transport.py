"""Transport: a WebSocket, as little of it as a feed needs."""

from typing import Protocol


class Listener(Protocol):
    """Hears what a connection brings, in the socket's own callback."""

    def on_text(self, payload: bytes) -> None:
        """Take one whole message."""

    def on_alive(self) -> None:
        """Note that the peer pinged, or answered a ping."""

    def on_closed(self, error: Exception) -> None:
        """Note that the connection is gone, or that a callback raised *error*; may come twice."""


class Link(Protocol):
    """An open connection; sending on one that is gone does nothing."""

    def send(self, text: bytes) -> None:
        """Send one message of text."""

    def ping(self) -> None:
        """Send a ping."""

    async def close(self) -> None:
        """Close, and return when nothing of it is left."""


class Transport(Protocol):
    """Opens connections."""

    async def connect(self, url: str, listener: Listener) -> Link:
        """Return an open connection, or raise `Transient`; the caller limits how long it takes."""
