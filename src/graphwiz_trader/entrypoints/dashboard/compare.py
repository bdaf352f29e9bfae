"""Compare: a run beside its backtest, in a process that takes no time from the pages."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.entrypoints.niceness import NICE

LONGEST_S = 600.0


class Comparing:
    """Runs `graphwiz parity` on runs of *home*."""

    def __init__(self, home: Path) -> None:
        self._home = home

    async def of(self, run: RunId) -> Mapping[str, object]:
        """
        Return what the comparison of *run* says.

        Raises:
            DataError: it cannot be compared, or took longer than ten minutes.
        """
        words = ("parity", run, "--json", "-q", "--home", str(self._home))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "graphwiz_trader", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        try:
            async with asyncio.timeout(LONGEST_S):
                told, _ = await process.communicate()
        except TimeoutError as error:
            raise DataError(
                f"the comparison of {run} took longer than {LONGEST_S:.0f} s"
            ) from error
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        return _read(run, told)


def _read(run: RunId, told: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(told)
    except ValueError as error:
        raise DataError(f"the comparison of {run} ended without a word") from error
    if not isinstance(found, dict):
        raise DataError(f"the comparison of {run} said {type(found).__name__}")
    refused = found.get("error")
    if isinstance(refused, dict):
        raise DataError(str(refused.get("message", refused)))
    return found
