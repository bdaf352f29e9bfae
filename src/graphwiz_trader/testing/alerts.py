"""Alerts: a person who remembers, and who may be out of reach."""

from graphwiz_trader.domain.alerting import Alert
from graphwiz_trader.domain.errors import Disconnected


class RememberedAlerts:
    """Keeps what it was sent in `told`; the next *away* deliveries fail."""

    def __init__(self, away: int = 0) -> None:
        self.told: list[Alert] = []
        self.away = away

    async def send(self, alert: Alert) -> None:
        """Remember *alert*, unless nobody is there."""
        if self.away:
            self.away -= 1
            raise Disconnected("nobody is there")
        self.told.append(alert)
