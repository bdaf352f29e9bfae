"""Loop: an event loop for one command, on uvloop where there is one."""

import asyncio
import faulthandler
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

HANG_S = 120.0
"""How long the loop may stand still; what it does meanwhile is one call, such as a strategy's."""


def run(work: Coroutine[object, object, T]) -> T:
    """Run *work* to its end; an interrupt cancels it and is raised when it has ended."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # there is none for Windows
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


@contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """Yield an event that an interrupt or a termination sets, in place of ending the process."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextmanager
def hangup(reload: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """
    Let a hangup *reload*, as of a service, or *stop* what has a terminal: it has gone.

    By default a hangup ends a process at once, and leaves its orders to the next.
    """
    loop = asyncio.get_running_loop()
    has_terminal = sys.__stdin__ is not None and sys.__stdin__.isatty()
    loop.add_signal_handler(signal.SIGHUP, stop if has_terminal else reload)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


@contextmanager
def hang_watch(
    limit_s: float = HANG_S, beat: Callable[[], None] = lambda: None
) -> Iterator[Callable[[], None]]:
    """
    Yield a function after whose call a loop that stands still for *limit_s* ends the process.

    A call that never returns cannot be ended from within its thread. A thread that needs no
    interpreter writes where everything stands to stderr and exits with status 1; what was
    journaled until then is kept, and the next start goes on from there. While it does not stand
    still, *beat* is called ten times in that time.
    """
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def rearm() -> None:
        faulthandler.dump_traceback_later(limit_s, exit=True, file=sys.__stderr__ or 2)
        beat()
        timers[:] = [loop.call_later(limit_s / 10, rearm)]

    try:
        yield rearm
    finally:
        for timer in timers:
            timer.cancel()
        faulthandler.cancel_dump_traceback_later()
