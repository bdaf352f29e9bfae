"""Logging: every fact of every live run, one structured line each, by loguru."""

import json
from pathlib import Path

from loguru import logger

from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.units import RunId

FACT = "fact"
"""What marks a line of this log among others of this process."""


class FactLog:
    """
    Writes to *path*; at *megabytes* it is put aside, and of those *files* are kept.

    A line is a JSON object: `ts`, `run`, `seq`, the name of the fact, then its fields, prices and
    quantities in ticks and lots as the journal has them. Reading a journal again may repeat lines:
    `run` and `seq` tell.
    """

    def __init__(self, path: Path, megabytes: int, files: int) -> None:
        self._logger = logger.bind(**{FACT: True})
        self._handler = logger.add(
            path,
            format="{message}",
            filter=lambda record: FACT in record["extra"],
            rotation=f"{megabytes} MB",
            retention=files,
        )

    def hear(self, run: RunId, entry: Entry) -> None:
        """Write the facts of *entry*; one of a tape, which is told by reference, has none."""
        ts = getattr(entry.event, "ts", None)
        if ts is None:
            return
        for fact in entry.outcome.facts:
            head = {"ts": ts, "run": run, "seq": entry.outcome.seq, "fact": type(fact).__name__}
            fields = plain(fact)
            told = {**head, **fields} if isinstance(fields, dict) else head
            self._logger.info(json.dumps(told, ensure_ascii=False))

    def close(self) -> None:
        """Let go of the file."""
        logger.remove(self._handler)
