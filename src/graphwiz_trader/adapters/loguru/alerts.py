"""Alerts: one structured line each, by loguru."""

from typing import TextIO

from loguru import logger

from graphwiz_trader.domain.alert_text import fields, headline
from graphwiz_trader.domain.alerting import Alert

_LEVELS = {"INFO": "INFO", "WARNING": "WARNING", "CRITICAL": "CRITICAL"}


class LogAlerts:
    """Writes to *out*: the headline, then every field as loguru's `extra`."""

    def __init__(self, out: TextIO) -> None:
        self._logger = logger
        logger.remove()
        logger.add(out, format="{time:YYYY-MM-DDTHH:mm:ss.SSSZ} {message} {extra}", level="INFO")

    async def send(self, alert: Alert) -> None:
        """Write *alert* down."""
        extra = {name: item for name, item in fields(alert).items() if name != "text"}
        level = _LEVELS[alert.severity.value]
        self._logger.bind(**extra).log(level, "{}", headline(alert))
