"""Shallow idle: processors that wait for work without falling asleep."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

DEVICE = Path("/dev/cpu_dma_latency")
"""What Linux is told by, as a rule by root alone, how slowly processors may wake."""

AT_ONCE = (0).to_bytes(4, sys.byteorder)


@contextmanager
def shallow_idle(say: Callable[[str], None], device: Path = DEVICE) -> Iterator[None]:
    """
    Let no processor of this machine sleep inside the context; *say* is told if that cannot be.

    A processor that sleeps takes tens of microseconds to wake, and its caches are cold. The
    kernel keeps all of them from it for as long as *device* is open with a 0 in it, whatever
    becomes of us: it costs power, and no processor time.

    Source: Linux kernel documentation, "PM Quality Of Service Interface".
    """
    try:
        held = _told(device)
    except OSError as error:
        say(f"processors may fall asleep between messages: {device}: {error.strerror}")
        yield
        return
    try:
        yield
    finally:
        os.close(held)


def _told(device: Path) -> int:
    """Return *device*, open, with the wish in it."""
    held = os.open(device, os.O_WRONLY)
    try:
        os.write(held, AT_ONCE)
    except OSError:
        os.close(held)
        raise
    return held
