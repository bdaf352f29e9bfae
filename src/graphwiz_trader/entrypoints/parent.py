"""Parent: a process that ends, in good order, when the one that started it is killed."""

import os
import signal
import sys
from collections.abc import Mapping

_VARIABLE = "GRAPHWIZ_PARENT"
_SET_PARENT_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of prctl(2)."""


def beside_me() -> Mapping[str, str]:
    """Return the environment of a child that is to end with this process."""
    return {_VARIABLE: str(os.getpid())}


def heed_parent() -> None:
    """
    Let the kernel terminate this process when its parent dies, if that one asked for it.

    Only Linux can; elsewhere a child outlives a parent that was killed, up to its own end.
    """
    parent = os.environ.pop(_VARIABLE, "")  # ours alone, not our children's
    if not parent or sys.platform != "linux":
        return
    import ctypes  # only a child's start needs it

    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before it could be heeded
        os.kill(os.getpid(), signal.SIGTERM)
