"""FileTrials: a folder for each sweep, one line of JSON for each trial."""

import json
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import IO

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.trial import Trial

_PLAN, _TRIALS, _SUMMARY = "plan.json", "trials.jsonl", "summary.json"


class FileTrialLog:
    """One sweep's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / _TRIALS

    @property
    def path(self) -> str:
        """The folder."""
        return str(self._folder)

    def kept(self) -> tuple[Trial, ...]:
        """Return the trials, without a last line that is torn."""
        return tuple(map(_trial, _lines(self._file)))

    def keep(self, trial: Trial) -> None:
        """Append a line, and cut a torn one off first."""
        line = json.dumps({name: plain(getattr(trial, name)) for name in _FIELDS}) + "\n"
        try:
            with self._file.open("ab+") as file:
                if _is_torn(file):
                    file.truncate(_whole(self._file))
                file.write(line.encode())
        except OSError as error:
            raise DataError(f"{self._file}: found {error.strerror}, expected to write") from error

    def finish(self, summary: Mapping[str, object]) -> None:
        """Write `summary.json`."""
        text = json.dumps({name: plain(item) for name, item in summary.items()}, indent=1)
        (self._folder / _SUMMARY).write_text(text + "\n")


class FileTrials:
    """The sweeps in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, plan: Mapping[str, str]) -> FileTrialLog:
        """Make the next `sweep-N`."""
        folder = self._next()
        (folder / _PLAN).write_text(json.dumps(dict(plan), indent=1) + "\n")
        return FileTrialLog(folder)

    def _next(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = sum(1 for _ in self._folder.glob("sweep-*"))
        while True:
            number += 1
            folder = self._folder / f"sweep-{number:04d}"
            try:
                folder.mkdir()
            except FileExistsError:  # another process took it
                continue
            return folder

    def reopen(self, name: str, plan: Mapping[str, str]) -> FileTrialLog:
        """Open `sweep-N` again, if it is the same sweep."""
        folder = self._folder / name
        known = _plan(folder)
        if known is None:
            sweeps = ", ".join(sorted(path.name for path in self._folder.glob("sweep-*"))) or "none"
            raise DataError(f"found no sweep {name}, expected one of: {sweeps}")
        for key in plan:
            if known.get(key) != plan[key]:
                raise DataError(
                    f"{folder}: found another {key} than it began with, expected the same; "
                    f"it was {known.get(key, 'not there')[:200]!r}"
                )
        return FileTrialLog(folder)

    def ever(self, data: str) -> int:
        """Count the lines of every sweep over the same data."""
        same = (f for f in self._folder.glob("sweep-*") if (_plan(f) or {}).get("data") == data)
        return sum(len(_lines(folder / _TRIALS)) for folder in same)


_FIELDS = ("number", "params", "net", "orders", "fills", "returns", "error")


def _plan(folder: Path) -> dict[str, str] | None:
    try:
        found: dict[str, str] = json.loads((folder / _PLAN).read_text())
    except (OSError, ValueError):
        return None
    return found


def _is_torn(file: IO[bytes]) -> bool:
    """Whether *file*, open at its end, stops within a line."""
    if not file.tell():
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _whole(file: Path) -> int:
    """Return how many bytes of *file* are whole lines."""
    return file.read_bytes().rfind(b"\n") + 1 if file.is_file() else 0


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes()[: _whole(file)].splitlines() if file.is_file() else []


def _trial(line: bytes) -> Trial:
    held = json.loads(line)
    return Trial(
        int(held["number"]),
        held["params"],
        Decimal(held["net"]),
        int(held["orders"]),
        int(held["fills"]),
        tuple(map(float, held["returns"])),
        held["error"],
    )
