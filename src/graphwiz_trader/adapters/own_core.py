"""Own core: one processor that a thread stays on."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def own_core(core: int, say: Callable[[str], None]) -> Iterator[None]:
    """
    Keep this thread on processor *core* inside the context; *say* is told if that cannot be.

    Threads that it starts stay there, too; those there are already do not. Nothing keeps others
    from that processor but their own good will.
    """
    if sys.platform != "linux":
        say(f"nothing stays on processor {core}: only Linux lets a process choose")
        yield
        return
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {core})
    except OSError as error:
        say(f"nothing stays on processor {core}: {error.strerror}; there are {_words(before)}")
        yield
        return
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _words(cores: set[int]) -> str:
    return ", ".join(str(core) for core in sorted(cores))
