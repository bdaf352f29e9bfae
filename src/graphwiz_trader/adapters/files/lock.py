"""Lock: at most one process does something in a folder; a death, however sudden, frees it."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """The lock of one file, which is made if it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def take(self) -> bool:
        """Take it unless another has it; whether we have it now."""
        if self._fd >= 0:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def free(self) -> None:
        """Let go of it, if we have it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
