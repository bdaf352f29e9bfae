"""
Lease: a locked file for each thing only one process may have.

The lock is the kernel's (flock) and ends with the process; the file's content only tells who.
It holds for processes of one user on one machine: a venue may be asked for more.
"""

import fcntl
import os
import re
from contextlib import suppress
from pathlib import Path

from graphwiz_trader.domain.errors import DataError, LeaseTaken

SUFFIX = ".lease"
_SAFE = re.compile(r"[A-Za-z0-9._-]+")


class FileLeases:
    """Leases in *folder*, which is made for this user alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def take(self, name: str, holder: str) -> None:
        """Lock the file of *name*, and write down who we are."""
        if not _SAFE.fullmatch(name):
            raise DataError(f"lease {name!r}: found characters beyond {_SAFE.pattern}")
        path = self._folder / f"{name}{SUFFIX}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise DataError(f"{path} cannot be used: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            told = os.pread(descriptor, 4_096, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise LeaseTaken(f"{name} is held by {told or 'another process'}") from error
        # The lock is what counts: a full disk must not keep us from having it.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"pid {os.getpid()}, {holder}\n".encode(), 0)
        self._held[name] = descriptor

    def release(self, name: str) -> None:
        """Unlock it; the file stays, so that nobody locks one that is about to go."""
        descriptor = self._held.pop(name, None)
        if descriptor is not None:
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
            os.close(descriptor)
