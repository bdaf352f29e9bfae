"""Line: one direction of one connection, on which nothing overtakes."""

from collections.abc import Callable
from typing import TypeAlias

from graphwiz_trader.domain.units import Nanos

Latency: TypeAlias = Nanos | Callable[[Nanos], Nanos]
"""How long a message takes, ≥ 0: always the same, or a function of when it was sent."""


class Line:
    """Says when what is sent arrives; later sent never arrives earlier."""

    __slots__ = ("_last", "_latency")

    def __init__(self, latency: Latency) -> None:
        self._latency = latency
        self._last = Nanos(0)

    def arrival(self, sent: Nanos) -> Nanos:
        """Return when a message sent at *sent* arrives; calls are in the order of sending."""
        latency = self._latency
        taken = latency(sent) if callable(latency) else latency
        self._last = Nanos(max(self._last, sent + taken))
        return self._last
