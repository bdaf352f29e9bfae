"""Alerts: what the observer told of, kept in home, where a page finds it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from graphwiz_trader.domain.alert_text import fields
from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.units import Nanos

ALERTS = "alerts.jsonl"
MOST_BYTES = 1_000_000
"""When the file is longer, its older half goes."""

TAIL_BYTES = 64 * 1024
"""How much of it is read for the latest."""


class FileAlerts:
    """Alerts of *home*, one a line; one process writes, any may read."""

    def __init__(self, home: Path) -> None:
        self._path = home / ALERTS

    async def send(self, alert: Alert) -> None:
        """Append *alert*."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(fields(alert)) + "\n")
            is_long = file.tell() > MOST_BYTES
        if is_long:
            self._shorten()

    def latest(self, most: int) -> tuple[Alert, ...]:
        """Return at most *most* alerts, oldest first; lines that are none are passed over."""
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - TAIL_BYTES))
            return tuple(_read(file.read()))[-most:]
        return ()

    def _shorten(self) -> None:
        lines = self._path.read_bytes().splitlines(keepends=True)
        new = self._path.with_suffix(".new")
        new.write_bytes(b"".join(lines[len(lines) // 2 :]))
        new.replace(self._path)


def _read(text: bytes) -> Iterator[Alert]:
    for line in text.splitlines():
        # The first line may be cut, and the last one half written.
        with suppress(ValueError, KeyError, TypeError):
            held = json.loads(line)
            yield Alert(
                Nanos(int(held["ts"])),
                News(held["news"]),
                Severity(held["severity"]),
                str(held["code"]),
                str(held["subject"]),
                str(held["text"]),
            )
