"""
Venue patterns: what venues show of each other, one gone silent, and one route open ever again.

Source: strategies reference §9.
"""

from collections import deque

from graphwiz_trader.domain.sighting import PatternKind, Sighting
from graphwiz_trader.domain.units import SECOND, Nanos

SILENT, MOVED_BPS = 3.0, 5.0
GAPS, ENOUGH_GAPS, LEARNED_EVERY = 1_000, 100, 50
EPISODES, WITHIN, APART = 5, 60 * SECOND, 20 * SECOND


class Silence:
    """How long an instrument's venue is usually silent, and what the others did meanwhile."""

    def __init__(self) -> None:
        self._gaps: deque[Nanos] = deque(maxlen=GAPS)
        self._heard: Nanos | None = None
        self._count = 0
        self._longest: int | None = None
        self._latest: dict[str, float] = {}
        self._then: dict[str, float] = {}

    def hear(self, ts: Nanos) -> None:
        """Take in a message of the instrument."""
        if self._heard is not None:
            self._gaps.append(Nanos(ts - self._heard))
            self._count += 1
            if len(self._gaps) >= ENOUGH_GAPS and self._count % LEARNED_EVERY == 0:
                ordered = sorted(self._gaps)
                self._longest = ordered[-(-99 * len(ordered) // 100) - 1]
        self._heard = ts
        self._then = self._latest.copy()

    def see(self, ts: Nanos, other: str, mid: float) -> Sighting | None:
        """Take in the *mid*, > 0, of the same symbol at venue *other*."""
        first = self._then.setdefault(other, mid)
        self._latest[other] = mid
        if self._longest is None or self._heard is None:
            return None
        silent = ts - self._heard
        moved = (mid / first - 1.0) * 1e4
        if silent < SILENT * self._longest or abs(moved) < MOVED_BPS:
            return None
        found = {
            "silent_s": silent / SECOND,
            "p99_gap_s": self._longest / SECOND,
            "moved_bps": moved,
        }
        return Sighting(PatternKind.STALE_LEADER, 1 if moved > 0 else -1, self._heard, found)


class ArbCluster:
    """Five episodes of one route within a minute, none 20 s after the one before."""

    def __init__(self) -> None:
        self._opened: deque[Nanos] = deque()

    @property
    def ends(self) -> Nanos:
        """When it is over unless another episode is opened; zero before the first."""
        return Nanos(self._opened[-1] + APART) if self._opened else Nanos(0)

    def is_over(self, ts: Nanos) -> bool:
        """Whether no episode followed in time."""
        return ts >= self.ends

    def see(self, ts: Nanos) -> Sighting | None:
        """Take in an episode that was opened."""
        if self.is_over(ts):
            self._opened.clear()
        while self._opened and ts - self._opened[0] > WITHIN:
            self._opened.popleft()
        self._opened.append(ts)
        if len(self._opened) < EPISODES:
            return None
        since = self._opened[0]
        return Sighting(PatternKind.ARB_CLUSTER, 0, since, {"episodes": float(len(self._opened))})
