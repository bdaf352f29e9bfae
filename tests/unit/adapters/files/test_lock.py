"""A lock between processes."""

import os
import signal
from pathlib import Path

from graphwiz_trader.adapters.files.lock import FileLock


def test_only_one_has_it_and_who_frees_it_lets_another_in(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")

    assert [first.take(), second.take(), first.take()] == [True, False, True]
    first.free()
    assert [second.take(), first.take()] == [True, False]


def test_the_death_of_its_holder_frees_it(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "home" / "lock")
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, b"y" if FileLock(tmp_path / "home" / "lock").take() else b"n")
        signal.pause()
    taken = os.read(reading, 1)

    before = lock.take()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    assert (taken, before, lock.take()) == (b"y", False, True)
