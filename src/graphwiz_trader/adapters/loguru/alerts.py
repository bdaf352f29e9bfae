"""Alerts: one structured line each, by loguru."""

from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from loguru import logger

from graphwiz_trader.adapters.loguru.logging import FACT
from graphwiz_trader.domain.alert_text import fields, headline
from graphwiz_trader.domain.alerting import Alert

if TYPE_CHECKING:
    from loguru import Record

_handlers = [0]
"""What of loguru writes alerts; at first its own, which writes everything to stderr."""

_LEVELS = {"INFO": "INFO", "WARNING": "WARNING", "CRITICAL": "CRITICAL"}


def _is_alert(record: "Record") -> bool:
    return FACT not in record["extra"]


class LogAlerts:
    """Writes to *out*: the headline, then every field as loguru's `extra`."""

    def __init__(self, out: TextIO) -> None:
        self._logger = logger
        while _handlers:
            # Gone already where somebody else took loguru for his own.
            with suppress(ValueError):
                logger.remove(_handlers.pop())
        form = "{time:YYYY-MM-DDTHH:mm:ss.SSSZ} {message} {extra}"
        ours = logger.add(out, format=form, level="INFO", filter=_is_alert)
        _handlers.append(ours)

    async def send(self, alert: Alert) -> None:
        """Write *alert* down."""
        extra = {name: item for name, item in fields(alert).items() if name != "text"}
        level = _LEVELS[alert.severity.value]
        self._logger.bind(**extra).log(level, "{}", headline(alert))
