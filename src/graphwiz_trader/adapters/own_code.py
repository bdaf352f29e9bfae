"""
Own code: the machine code of a process, in memory that it shares with no other.

Processes that have loaded the same libraries run the same bytes of memory. Where one of them wakes
up ten times a second, the others' code is gone from their own caches again and again, although
they are on other cores: an engine's steps took 12 % longer at the median beside observers, and 3 %
where these had copies. Likely, what two cores share is kept in the cache of all cores only, where
whoever else is on the machine drives it out.
"""

import ctypes
import mmap
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from graphwiz_trader.adapters.memory_map import MAPS, mapped

MOST = 16 << 20
"""Bytes of what is moved at once: more has only what engines hardly run, linear algebra."""

_KINDS = {"r-xp": mmap.PROT_READ | mmap.PROT_EXEC, "r--p": mmap.PROT_READ}
_MAY_MOVE, _FIXED = 1, 2
"""`MREMAP_MAYMOVE` and `MREMAP_FIXED` of mremap(2)."""

_FAILED = ctypes.c_void_p(-1).value

Place: TypeAlias = tuple[int, int, int]
"""Where something is, its bytes, and what may be done with it."""


def own_code() -> int:
    """
    Copy what is loaded of the interpreter and its libraries; return how many bytes.

    What is loaded later stays shared. Nothing happens but on Linux on x86-64, or where a process
    is forbidden to make code of what it has written.
    """
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return 0
    libc, copied = _libc(), 0
    for place in tuple(places(MAPS.read_text().splitlines())):
        if not _copy(libc, place):
            break
        copied += place[1]
    return copied


def places(lines: list[str]) -> Iterator[Place]:
    """Yield where *lines*, as of /proc/PID/maps, say that code and constants of files are."""
    program = os.path.realpath(sys.executable)
    for part in mapped(lines):
        if part.access not in _KINDS or part.size > MOST:
            continue
        if part.name == program or ".so" in Path(part.name).name:
            yield part.begin, part.size, _KINDS[part.access]


def _copy(libc: ctypes.CDLL, place: Place) -> bool:
    """Put a copy where the original is, at once: the process may be running it."""
    begin, size, allowed = place
    anonymous = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    new = libc.mmap(None, size, mmap.PROT_READ | mmap.PROT_WRITE, anonymous, -1, 0)
    if new == _FAILED:
        return False
    ctypes.memmove(new, begin, size)
    if libc.mprotect(new, size, allowed) == 0:
        moved: int = libc.mremap(new, size, size, _MAY_MOVE | _FIXED, begin)
        if moved == begin:
            return True
    libc.munmap(new, size)
    return False


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None)
    address, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    libc.mmap.argtypes = (address, size, number, number, number, ctypes.c_long)
    libc.mprotect.argtypes = (address, size, number)
    libc.mremap.argtypes = (address, size, size, number, address)
    libc.munmap.argtypes = (address, size)
    libc.mmap.restype = libc.mremap.restype = address
    return libc
