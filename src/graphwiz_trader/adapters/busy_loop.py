"""Busy loop: an event loop that never sleeps, for whoever gives it a core of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def busy_loop() -> Iterator[None]:
    """
    Let the running loop look for news without ever waiting for it, inside the context.

    What is always due leaves no time to sleep: the loop polls its sockets with a timeout of zero,
    turn after turn. It takes the whole of one core, and what a wake-up takes off every latency.
    """
    loop = asyncio.get_running_loop()
    is_over = False

    def turn() -> None:
        if not is_over:
            loop.call_soon(turn)

    turn()
    try:
        yield
    finally:
        is_over = True
