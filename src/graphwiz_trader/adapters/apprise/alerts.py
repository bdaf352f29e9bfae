"""Alerts: whatever apprise knows: Telegram, Slack, mail and a hundred more."""

import asyncio
import logging

import apprise

from graphwiz_trader.domain.alert_text import headline
from graphwiz_trader.domain.alerting import Alert
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.errors import AccessDenied, Disconnected

_KINDS = {
    Severity.INFO: apprise.NotifyType.INFO,
    Severity.WARNING: apprise.NotifyType.WARNING,
    Severity.CRITICAL: apprise.NotifyType.FAILURE,
}


class AppriseAlerts:
    """Sends to the service that *url* describes, such as `tgram://token/chat`; it is a secret."""

    def __init__(self, url: str) -> None:
        # It logs addresses, which hold tokens.
        logging.getLogger("apprise").disabled = True
        self._service = apprise.Apprise()
        self._is_known = bool(self._service.add(url))

    async def send(self, alert: Alert) -> None:
        """Send *alert*, with its code as the title."""
        if not self._is_known:
            raise AccessDenied("apprise does not know a service of such an address")
        title = f"{alert.severity.value} {alert.code}"
        sent = await asyncio.to_thread(
            self._service.notify,
            body=headline(alert),
            title=title,
            notify_type=_KINDS[alert.severity],
        )
        if not sent:
            raise Disconnected("apprise could not deliver it")
