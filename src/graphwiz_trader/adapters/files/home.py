"""
Home: the folder of an installation: who it is, how often it was started, what it ran.

`installation` holds two characters, drawn at the first start; `incarnation` a counter, raised and
made durable before anything else at every start; `runs/<run>/journal/` a run's journal.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphwiz_trader.adapters.files.folder import sync_folder
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.ids import BACKTEST, DIGITS, INSTALLATION
from graphwiz_trader.domain.units import RunId

JOURNAL = "journal"


class Home:
    """One folder for everything an installation keeps; shared safely by processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        folder.mkdir(parents=True, exist_ok=True)

    def installation(self) -> str:
        """Return this installation's two characters, drawn at the first call; durable."""
        with self._locked():
            found = self._read("installation", re.compile(f"[a-z0-9]{{{INSTALLATION}}}"))
            if found is None:
                found = _drawn()
                self._write("installation", found)
            return found

    def next_incarnation(self) -> int:
        """Return a number never returned before, from 1; it is durable before this returns."""
        with self._locked():
            number = int(self._read("incarnation", re.compile("[0-9]+")) or "0") + 1
            self._write("incarnation", str(number))
            return number

    def new_run(self, kind: str) -> RunId:
        """Return a name for a run, `bt-0001`, `bt-0002`, …, and create its folder."""
        self.runs.mkdir(exist_ok=True)
        number = max((int(path.name[len(kind) + 1 :]) for path in self._numbered(kind)), default=0)
        while True:
            number += 1
            name = f"{kind}-{number:04d}"
            try:
                (self.runs / name).mkdir()
            except FileExistsError:  # another process took it
                continue
            return RunId(name)

    def run(self, run: RunId) -> Path:
        """Return the folder of *run*; raise `DataError` if there is none."""
        folder = self.runs / run
        if not folder.is_dir():
            raise DataError(f"no run {run} in {self.runs}")
        return folder

    def journal(self, run: RunId) -> Path:
        """Return the folder of *run*'s journal."""
        return self.run(run) / JOURNAL

    def _numbered(self, kind: str) -> list[Path]:
        shape = re.compile(f"{re.escape(kind)}-[0-9]+")
        return [path for path in self.runs.iterdir() if shape.fullmatch(path.name)]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self, name: str, shape: re.Pattern[str]) -> str | None:
        try:
            text = (self.folder / name).read_text().strip()
        except FileNotFoundError:
            return None
        if not shape.fullmatch(text):
            raise DataError(f"{self.folder / name}: found {text[:40]!r}, expected {shape.pattern}")
        return text

    def _write(self, name: str, text: str) -> None:
        """Replace a file's content, all or nothing, and make it survive power loss."""
        new = self.folder / f"{name}.new"
        with new.open("w") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / name)
        sync_folder(self.folder)


def _drawn() -> str:
    while True:
        drawn = "".join(secrets.choice(DIGITS) for _ in range(INSTALLATION))
        if drawn != BACKTEST:
            return drawn
