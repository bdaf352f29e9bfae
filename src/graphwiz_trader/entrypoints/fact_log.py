"""Fact log: every fact of live runs in files of the home, where the settings ask for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphwiz_trader.application.run_tail import Hear, ignored
from graphwiz_trader.domain.monitoring import MonitoringSettings

PLACE = "logs/facts.log"
"""The file that is written to, in a home."""


@contextmanager
def fact_log(settings: MonitoringSettings, home: Path) -> Iterator[Hear]:
    """Yield what writes the facts of an entry, or nothing where no log is wanted."""
    if settings.facts_mb is None:
        yield ignored
        return
    from graphwiz_trader.adapters.loguru.logging import FactLog

    log = FactLog(home / PLACE, settings.facts_mb, settings.facts_files)
    try:
        yield log.hear
    finally:
        log.close()
