"""Syncing: files made to survive power loss every few milliseconds, by a thread of their own."""

import os
import select
from collections.abc import Callable, Sequence
from threading import Thread

import numpy as np

from graphwiz_trader.domain.units import Int64s
from graphwiz_trader.kernels.jit import kernel, libc

_POLLED = np.dtype([("fd", np.int32), ("events", np.int16), ("found", np.int16)])
_END = os.SEEK_END

_poll = libc("poll", "int32", "int64", "uint64", "int32")
_lseek = libc("lseek", "int64", "int32", "int64", "int32")
_fdatasync = libc("fdatasync", "int32", "int32")


@kernel("int64(int64, int64, int64[::1], int64[::1])", is_blocking=True)
def _kept_synced(wake: int, wait_ms: int, files: Int64s, ends: Int64s) -> int:
    """
    Sync what has grown of *files*, every *wait_ms*, and say in *ends* up to where.

    Returns −1 once the file polled at address *wake* can be read, or which file failed.
    """
    while _poll(wake, 1, wait_ms) <= 0:
        for place in range(files.size):
            end = _lseek(files[place], 0, _END)
            if end != ends[place]:
                if _fdatasync(files[place]) != 0:
                    return place
                ends[place] = end
    return -1


class Syncing:
    """
    Syncs open *files* every *interval_s*; tells *failed* which one could not be, and ends.

    The thread stays outside of Python: one that came back to the interpreter hundreds of times a
    second would take it from whoever trades, for as long as a wake-up each time.
    """

    def __init__(
        self, files: Sequence[int], interval_s: float, failed: Callable[[int], None]
    ) -> None:
        self._files = np.array(files, np.int64)
        self._ends = np.full(len(files), -1, np.int64)
        self._failed = failed
        self._heard, self._wake = os.pipe()
        self._polled = np.array([(self._heard, select.POLLIN, 0)], _POLLED)
        self._wait_ms = max(1, round(interval_s * 1_000))
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def synced(self) -> int:
        """How many bytes of the files are known to survive, those from before included."""
        return int(self._ends.sum())

    def stop(self) -> None:
        """End, once a sync that goes on is over."""
        os.write(self._wake, b"\0")
        self._thread.join()
        os.close(self._wake)
        os.close(self._heard)

    def _run(self) -> None:
        failed = _kept_synced(self._polled.ctypes.data, self._wait_ms, self._files, self._ends)
        if failed >= 0:
            self._failed(failed)
