"""Alerts: JSON by HTTP POST."""

from aiohttp import ClientError, ClientSession, ClientTimeout

from graphwiz_trader.domain.alert_text import fields, headline
from graphwiz_trader.domain.alerting import Alert
from graphwiz_trader.domain.errors import Disconnected, PortError, Rejected

PATIENCE_S = 5.0


class WebhookAlerts:
    """Posts to *url*, which is a secret and appears in no error."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def send(self, alert: Alert) -> None:
        """Post the fields of *alert*, and its headline as `message`."""
        body = {**fields(alert), "message": headline(alert)}
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=PATIENCE_S)) as session,
                session.post(self._url, json=body, allow_redirects=False) as answer,
            ):
                error = _error(answer.status)
        except (ClientError, TimeoutError, OSError, ValueError) as failed:
            # Its text would name the address.
            raise Disconnected(f"the webhook cannot be reached: {type(failed).__name__}") from None
        if error is not None:
            raise error


def _error(status: int) -> PortError | None:
    if 200 <= status < 300:
        return None
    if status == 429 or status >= 500:
        return Disconnected(f"the webhook answered {status}")
    return Rejected(f"the webhook answered {status}")
