"""Ports: such as nobody takes between the moment they are found and the moment they are used."""

import os
import socket
from contextlib import ExitStack
from itertools import count

FIRST, PLACES = 10_000, 20_000
"""Below those that the kernel gives to whoever asks for any, as every connection does."""


def unclaimed(wanted: int = 1) -> int:
    """Return a port of loopback that is free, as are the next ones of *wanted*."""
    # Processes begin to look at places of their own.
    for offset in count(os.getpid() * 101, wanted):
        port = FIRST + offset % PLACES
        with ExitStack() as stack:
            try:
                for each in range(port, port + wanted):
                    stack.enter_context(socket.create_server(("127.0.0.1", each)))
            except OSError:
                continue
            return port
    raise AssertionError
