"""Niceness: who reads what engines write leaves the processor to them."""

import os

NICE = 10


def step_back() -> None:
    """Let this process have what processor time engines leave: what it does can be late."""
    now = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(now, NICE))
