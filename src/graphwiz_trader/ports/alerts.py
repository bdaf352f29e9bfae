"""Alerts: the ways to a person."""

from typing import Protocol

from graphwiz_trader.domain.alerting import Alert


class AlertSink(Protocol):
    """Tells a person."""

    async def send(self, alert: Alert) -> None:
        """Deliver *alert*; raise `Transient` if it should be tried again, else `PortError`."""
