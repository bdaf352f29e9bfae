"""The heap is moved into huge pages where the kernel has them, and stays what it is."""

import ctypes
import mmap
from pathlib import Path

from graphwiz_trader.adapters.huge_pages import SIZE, settle_in_huge_pages

PAGES = 3
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS


def line(begin: int, end: int, access: str = "rw-p", inode: int = 0, name: str = "") -> str:
    """Return how the kernel lists a part of a process's memory."""
    return f"{begin:x}-{end:x} {access} 00000000 00:00 {inode} {name}\n"


def test_only_whole_huge_pages_of_private_memory_are_moved(tmp_path: Path) -> None:
    memory = mmap.mmap(-1, (PAGES + 1) * SIZE, flags=PRIVATE)
    memory[:] = b"x" * len(memory)
    begin = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    ours, end = (tmp_path / "maps"), begin + len(memory)
    ours.write_text(
        line(begin, begin + SIZE - 4096)  # no whole page fits
        + line(begin, end, access="r-xp", inode=7, name="/usr/bin/python")
        + line(begin, end, access="rw-s", inode=7, name="/dev/shm/ours")
        + line(begin, end, name="[stack]")
    )
    assert settle_in_huge_pages(ours) == 0
    ours.write_text(line(begin, end))

    made = settle_in_huge_pages(ours)

    # As many as fit between, or none where the kernel has none to give.
    fitting = end // SIZE - -(-begin // SIZE)
    assert made in range(fitting + 1)
    assert memory[:] == b"x" * len(memory)


def test_memory_that_is_not_there_is_passed_over(tmp_path: Path) -> None:
    gone = tmp_path / "maps"
    gone.write_text(line(SIZE, 4 * SIZE, name="[heap]"))

    assert settle_in_huge_pages(gone) == 0


def test_the_kernels_own_list_is_understood() -> None:
    assert settle_in_huge_pages() >= 0
