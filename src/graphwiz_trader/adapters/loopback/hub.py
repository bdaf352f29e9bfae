"""Hub: who has subscribed to what."""

import json
from collections.abc import Callable

from graphwiz_trader.adapters.loopback.connection import Connection
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import Nanos


class Hub:
    """Carries messages to the connections that have subscribed to their topic."""

    def __init__(self) -> None:
        self._topics: dict[str, dict[Connection, None]] = {}

    def join(self, topic: str, connection: Connection) -> None:
        """Subscribe; a second time changes nothing."""
        self._topics.setdefault(topic, {})[connection] = None
        connection.topics[topic] = None

    def leave(self, topic: str, connection: Connection) -> None:
        """Unsubscribe; a second time changes nothing."""
        self._topics.get(topic, {}).pop(connection, None)
        connection.topics.pop(topic, None)

    def drop(self, connection: Connection) -> None:
        """Forget a connection that has ended."""
        for topic in tuple(connection.topics):
            self.leave(topic, connection)

    def is_heard(self, topic: str) -> bool:
        """Whether anybody has subscribed to *topic*."""
        return bool(self._topics.get(topic))

    def publish(self, topic: str, message: Callable[[], Plain], now: Nanos) -> None:
        """Send *message*, made only if anybody has subscribed to *topic*."""
        connections = self._topics.get(topic)
        if connections:
            text = compact(message())
            for connection in tuple(connections):
                connection.publish(topic, text, now)


def compact(message: Plain) -> str:
    """Return *message* as JSON without blanks."""
    return json.dumps(message, separators=(",", ":"))
