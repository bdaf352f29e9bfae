"""Supervisor: what systemd is told of a service: that it is ready, and that it lives."""

import socket
from collections.abc import Mapping
from contextlib import suppress

READY, ALIVE = "READY=1", "WATCHDOG=1"
"""The words of sd_notify(3)."""


def tell_supervisor(word: str, environment: Mapping[str, str]) -> None:
    """
    Tell *word* to whom `NOTIFY_SOCKET` of *environment* names; to nobody where it is not set.

    Nothing waits for it, and nothing fails with it: a supervisor that hears nothing acts itself.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # a name in no file system
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
        telling.setblocking(False)
        telling.sendto(word.encode(), address)
