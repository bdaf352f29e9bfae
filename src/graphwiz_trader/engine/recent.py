"""Recent: what left within the last second, in all and of each kind."""

from collections import deque
from collections.abc import Hashable

from graphwiz_trader.domain.units import SECOND, Nanos

KEPT = 65_536


class Recent:
    """Counts what was noted in the second up to now; remembers at most *kept* of them."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._noted: deque[tuple[Nanos, Hashable]] = deque()
        self._counts: dict[Hashable, int] = {}

    def count(self, now: Nanos) -> int:
        """Return how many."""
        noted, since = self._noted, now - SECOND
        while noted and noted[0][0] <= since:
            self._drop(noted.popleft()[1])
        return len(noted)

    def like(self, now: Nanos, key: Hashable) -> int:
        """Return how many of kind *key*."""
        self.count(now)
        return self._counts.get(key, 0)

    def note(self, now: Nanos, key: Hashable = None) -> None:
        """One more of kind *key*."""
        self._noted.append((now, key))
        self._counts[key] = self._counts.get(key, 0) + 1
        if len(self._noted) > self._kept:
            self._drop(self._noted.popleft()[1])

    def undo(self) -> None:
        """Forget the last one noted."""
        self._drop(self._noted.pop()[1])

    def _drop(self, key: Hashable) -> None:
        left = self._counts[key] - 1
        if left:
            self._counts[key] = left
        else:
            del self._counts[key]
