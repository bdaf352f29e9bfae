"""FirstProcess: process 1, as a container's only one is, which the kernel ends by no default."""

import os
import signal
from typing import NoReturn

_FIRST = 1


def heed_termination() -> None:
    """
    Let a termination end process 1 while it starts, too, before it has handlers of its own.

    The kernel drops a signal to process 1 that has no handler: `podman stop` would wait in vain
    for an engine that begins to trade meanwhile, and kill it with orders in flight.
    """
    if os.getpid() == _FIRST:
        signal.signal(signal.SIGTERM, _end)


def _end(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)  # as a shell tells of a process that a signal ended
