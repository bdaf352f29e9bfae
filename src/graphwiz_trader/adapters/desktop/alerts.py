"""Alerts: a line on a terminal, with its bell when it is urgent."""

from typing import TextIO

from graphwiz_trader.domain.alert_text import headline
from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.commands import Severity

BELL = "\a"


class TerminalAlerts:
    """Writes to *out*; the bell rings for what is CRITICAL and has not cleared."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    async def send(self, alert: Alert) -> None:
        """Show *alert*."""
        is_urgent = alert.severity is Severity.CRITICAL and alert.news is not News.CLEARED
        self._out.write(f"{BELL if is_urgent else ''}{headline(alert)}\n")
        self._out.flush()
