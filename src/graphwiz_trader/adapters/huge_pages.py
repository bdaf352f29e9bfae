"""Huge pages: a heap that the processor's address caches can hold."""

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

from graphwiz_trader.adapters.memory_map import MAPS, mapped

SIZE = 2 << 20
_COLLAPSE = 25


def settle_in_huge_pages(maps: Path = MAPS) -> int:
    """
    Move this process's heap, as it is now, into pages of 2 MiB; return how many were made.

    What lies in thousands of pages of 4 KiB is looked up anew after each pause, in a virtual
    machine by two dozen reads. Where the kernel has no such pages to give, or does not know how
    (Linux before 6.1, other systems), everything stays as it is.

    Source: Linux man-pages, madvise(2), "MADV_COLLAPSE".
    """
    if sys.platform != "linux":
        return 0
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(madvise(at, SIZE, _COLLAPSE) == 0 for at in _candidates(maps.read_text()))


def _candidates(maps: str) -> Iterator[int]:
    """Yield where whole huge pages would lie in the private memory that *maps* lists."""
    for part in mapped(maps.splitlines()):
        if part.access == "rw-p" and part.name in ("", "[heap]"):
            end = part.begin + part.size
            yield from range(-(-part.begin // SIZE) * SIZE, end - SIZE + 1, SIZE)
