"""Survival: how long edges lasted, hence what one is worth that has to last until we arrive."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

import attrs

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.kernels.lives import ALIVE, IDLE, SPOILED

BUCKETS_BPS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Lives are counted apart by the edge they began with: below 1 bps, below 2, and so on."""

KEPT, LEAST = 512, 20
"""Lives remembered of each route and bucket, and how many must have ended before they count."""


def kaplan_meier(lives: Sequence[tuple[float, bool]], lag: float) -> float:
    """
    Return the chance that a life lasts longer than *lag*.

    Args:
        lives: How long each lasted, and whether it ended; of the others only that it had lasted
            so long is known.
        lag: In the unit of the lives.

    Source: Kaplan and Meier 1958 (J. American Statistical Association 53:457).

    >>> round(kaplan_meier([(1, True), (1, True), (2, True), (3, False), (4, True)], 2), 9)
    0.4
    """
    alive, chance = len(lives), 1.0
    counts: dict[float, list[int]] = {}
    for length, ended in lives:
        counts.setdefault(length, [0, 0])[ended] += 1
    for length in sorted(counts):
        if length > lag:
            break
        cut, ended_here = counts[length]
        # One that was cut off at this length was alive until then.
        chance *= 1 - ended_here / alive
        alive -= cut + ended_here
    return chance


def expected_bps(edge_bps: float, survival: float, unwind_bps: float) -> float:
    """
    Return what an edge is worth that survives with chance *survival*, else costs *unwind_bps*.

    >>> round(expected_bps(20.0, 0.6, 8.0), 9)
    8.8
    """
    return survival * edge_bps - (1 - survival) * unwind_bps


@attrs.define
class Lives:
    """How long the edges of one route lasted, by the edge they began with."""

    _ended: dict[int, deque[tuple[float, bool]]] = attrs.field(factory=dict)
    _since: int | None = None
    _bucket: int = 0
    _is_spoiled: bool = False

    @property
    def phase(self) -> int:
        """`SPOILED` while what is left of an edge is no new life; `ALIVE`, `IDLE`."""
        if self._is_spoiled:
            return SPOILED
        return IDLE if self._since is None else ALIVE

    def follow(self, edge_bps: float, now: Nanos) -> None:
        """Take in the edge of *now*: a life lasts while it is not negative."""
        if edge_bps < 0:
            self._end(now, by_itself=True)
            self._is_spoiled = False
        elif self._since is None and not self._is_spoiled:
            self._since, self._bucket = now, bisect_right(BUCKETS_BPS, edge_bps)

    def cut(self, now: Nanos) -> None:
        """Stop watching: by a gap, or since we took it; what is left of it is no new life."""
        self._end(now, by_itself=False)
        self._is_spoiled = True

    def survival(self, edge_bps: float, lag: Nanos, now: Nanos) -> float:
        """Return the chance that an edge as large outlasts *lag*; 1 while too few have ended."""
        bucket = bisect_right(BUCKETS_BPS, edge_bps)
        lives = list(self._ended.get(bucket, ()))
        if sum(ended for _, ended in lives) < LEAST:
            return 1.0
        if self._since is not None and self._bucket == bucket:
            lives.append((now - self._since, False))
        return kaplan_meier(lives, lag)

    def _end(self, now: Nanos, *, by_itself: bool) -> None:
        if self._since is not None:
            kept = self._ended.setdefault(self._bucket, deque(maxlen=KEPT))
            kept.append((now - self._since, by_itself))
            self._since = None
