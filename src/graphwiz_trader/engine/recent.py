"""Recent: what left within the last second, in all and of each kind."""

from collections import deque
from collections.abc import Hashable
from typing import Final

from graphwiz_trader.domain.units import SECOND, Nanos

KEPT: Final = 65_536


class Recent:
    """
    Counts what was noted in the second up to now; remembers at most *kept* of them.

    Kinds are counted from when one is first asked for: mostly there are too few of all to ask.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._noted: deque[tuple[Nanos, Hashable]] = deque()
        self._kinds: dict[Hashable, int] | None = None

    def count(self, now: Nanos) -> int:
        """Return how many."""
        noted, since = self._noted, now - SECOND
        while noted and noted[0][0] <= since:
            self._drop()
        return len(noted)

    def is_below(self, most: int, now: Nanos) -> bool:
        """Whether there are fewer than *most*."""
        return len(self._noted) < most or self.count(now) < most

    def like(self, now: Nanos, key: Hashable) -> int:
        """Return how many of kind *key*."""
        self.count(now)
        if self._kinds is None:
            self._kinds = {}
            for _, kind in self._noted:
                _count(self._kinds, kind)
        return self._kinds.get(key, 0)

    def note(self, now: Nanos, key: Hashable = None) -> None:
        """One more of kind *key*."""
        noted = self._noted
        noted.append((now, key))
        if self._kinds is not None:
            _count(self._kinds, key)
        if noted[0][0] <= now - SECOND or len(noted) > self._kept:
            self._drop()

    def undo(self) -> None:
        """Forget the last one noted."""
        _, key = self._noted.pop()
        if self._kinds is not None:
            _forget(self._kinds, key)

    def _drop(self) -> None:
        _, key = self._noted.popleft()
        if self._kinds is not None:
            _forget(self._kinds, key)


def _count(kinds: dict[Hashable, int], key: Hashable) -> None:
    kinds[key] = kinds.get(key, 0) + 1


def _forget(kinds: dict[Hashable, int], key: Hashable) -> None:
    left = kinds[key] - 1
    if left:
        kinds[key] = left
    else:
        del kinds[key]
