"""Wire: what a session asks the world for."""

from typing import Protocol

from graphwiz_trader.domain.instrument import Instrument


class Wire(Protocol):
    """One connection, and questions beside it."""

    def send(self, text: bytes) -> None:
        """Send one message."""

    def ping(self) -> None:
        """Send a ping."""

    def fetch(self, instrument: Instrument) -> None:
        """Get a snapshot, and give it to `on_snapshot`, or say so to `on_no_snapshot`."""
