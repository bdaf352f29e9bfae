"""
Stalls: time that stands still while the loop does.

On a machine that others use, too, a process may stop for seconds at any point. A feed that gives
up after 0.3 s of silence then gives up though nobody was silent: client and venue share the loop,
and both stood still. Under `unstalled` no time has passed for either.
"""

import asyncio
import selectors
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

TURN_S = 0.01
MOST_NS = 30_000_000
"""What may pass in one turn of the loop, which waits a third of it at most."""

_Found = list[tuple[selectors.SelectorKey, int]]


class _Time:
    """Nanoseconds that loops lived through; outside of loops all of them count."""

    def __init__(self) -> None:
        self._real = time.monotonic_ns
        self._loops = 0
        self._at = (self._real(), 0)
        """When the last turn began, and what had been lost until then."""

    def now(self) -> int:
        """Return how late it is; never less than before."""
        turned, lost = self._at
        passed = self._real() - turned
        return turned + (min(passed, MOST_NS) if self._loops else passed) - lost

    def turn(self) -> None:
        """Let a turn of a loop begin."""
        turned, lost = self._at
        now = self._real()
        surplus = max(0, now - turned - MOST_NS) if self._loops else 0
        self._at = (now, lost + surplus)

    @contextmanager
    def looping(self) -> Iterator[None]:
        """Count as a loop."""
        self.turn()
        self._loops += 1
        try:
            yield
        finally:
            self.turn()
            self._loops -= 1


class _Selector(selectors.DefaultSelector):
    """Waits in short turns."""

    def __init__(self, of: _Time) -> None:
        super().__init__()
        self._time = of

    def select(self, timeout: float | None = None) -> _Found:
        left = float("inf") if timeout is None else timeout
        self._time.turn()
        while True:
            found = super().select(max(0.0, min(left, TURN_S)))
            self._time.turn()
            left -= TURN_S
            if found or left <= 0:
                return found


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, of: _Time) -> None:
        super().__init__(_Selector(of))
        self._lived = of

    def run_forever(self) -> None:
        with self._lived.looping():
            super().run_forever()


@contextmanager
def unstalled() -> Iterator[None]:
    """Give loops, and the clocks of `time`, a time that stands still while loops do."""
    lived = _Time()
    since = time.time_ns() - lived.now()
    clocks = {
        "time_ns": lambda: since + lived.now(),
        "time": lambda: (since + lived.now()) / 1e9,
        "monotonic_ns": lived.now,
        "monotonic": lambda: lived.now() / 1e9,
        "perf_counter_ns": lived.now,
        "perf_counter": lambda: lived.now() / 1e9,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, clock in clocks.items():
            patch.setattr(time, name, clock)
        patch.setattr(asyncio.events, "new_event_loop", lambda: _Loop(lived))
        yield
