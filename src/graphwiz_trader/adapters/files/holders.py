"""Holders: who says in a folder of leases that it has a run; nobody is disturbed by reading it."""

import re
from collections.abc import Iterator
from pathlib import Path

from graphwiz_trader.adapters.files.lease import SUFFIX
from graphwiz_trader.domain.health import Holder
from graphwiz_trader.domain.units import Nanos, RunId

_PID = re.compile(r"pid ([0-9]+),")


def holders(folder: Path) -> tuple[Holder, ...]:
    """
    Return who has what, and those who died with it.

    A lease that was let go of is an empty file, so that one of a process that is gone names a
    death.
    """
    return tuple(_holders(folder))


def _holders(folder: Path) -> Iterator[Holder]:
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            told, since = path.read_text(encoding="utf-8"), path.stat().st_mtime_ns
        except OSError:
            continue
        found = _PID.match(told)
        if found is not None:
            yield Holder(RunId(path.name.removesuffix(SUFFIX)), int(found[1]), Nanos(since))
