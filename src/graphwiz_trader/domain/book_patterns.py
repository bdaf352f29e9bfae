"""
Book patterns: what one book shows, wide spreads, one-sidedness, pressure, holes and storms.

Source: strategies reference §9; order flow imbalance after Cont, Kukanov & Stoikov 2014, §2.
"""

import math
from collections import deque
from itertools import islice

from graphwiz_trader.domain.baseline import Baseline
from graphwiz_trader.domain.sighting import PatternKind, Sighting
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos

BLOWN, BLOWN_FOR = 5.0, 200 * MILLISECOND
LEANING, LEANING_UPDATES, LEANING_FOR = 0.7, 10, 500 * MILLISECOND
SURGE = 4.0
HOLE = 0.2
STORM, STORM_OVER, CALM, CALM_OVER = 2.0, 1.5, 0.5, 0.75
MINUTE, HOUR, ENOUGH_SECONDS = 60, 3600, 600


class SpreadBlowout:
    """A spread of at least five times its usual one, for 200 ms."""

    def __init__(self) -> None:
        self._usual = Baseline()
        self._since: Nanos | None = None
        self.is_over = True

    def sample(self, spread: float) -> None:
        """Learn the *spread* of one second."""
        self._usual.add(spread)

    def see(self, ts: Nanos, spread: float) -> Sighting | None:
        """Take in the *spread* after an update."""
        usual = self._usual.median
        self.is_over = usual is None or spread < BLOWN * usual
        if usual is None or self.is_over:
            self._since = None
            return None
        self._since = ts if self._since is None else self._since
        if ts - self._since < BLOWN_FOR:
            return None
        found = {"spread_ticks": spread, "usual_ticks": usual}
        return Sighting(PatternKind.SPREAD_BLOWOUT, 0, self._since, found)


class ImbalanceRun:
    """At least 70 % to one side, for ten updates and half a second."""

    def __init__(self) -> None:
        self._since = Nanos(0)
        self._side = self._updates = 0

    def see(self, ts: Nanos, imbalance: float) -> Sighting | None:
        """Take in the *imbalance* of five levels after an update, in [−1, 1]."""
        side = int(math.copysign(1, imbalance)) if abs(imbalance) >= LEANING else 0
        if side != self._side:
            self._since, self._side, self._updates = ts, side, 0
        self._updates += 1
        is_run = self._updates >= LEANING_UPDATES and ts - self._since >= LEANING_FOR
        if not side or not is_run:
            return None
        found = {"imbalance": imbalance, "updates": float(self._updates)}
        return Sighting(PatternKind.IMBALANCE_RUN, side, self._since, found)


class OfiSurge:
    """An order flow imbalance of one second, at least four robust deviations from none."""

    def __init__(self) -> None:
        self._usual = Baseline()
        self._recent: deque[tuple[Nanos, float]] = deque()
        self._sum = 0.0
        self._last: tuple[int, int, int, int] | None = None
        self._sigma: float | None = None

    def restart(self) -> None:
        """Begin a new book; nothing flowed from the old one into it."""
        self._last = None

    def sample(self) -> None:
        """Learn the flow of the second that ended."""
        self._usual.add(self._sum)
        self._sigma = self._usual.sigma

    def see(self, ts: Nanos, touch: tuple[int, int, int, int]) -> Sighting | None:
        """Take in the *touch*, bid and its lots, ask and its lots, after an update."""
        while self._recent and self._recent[0][0] <= ts - SECOND:
            self._sum -= self._recent.popleft()[1]
        if self._last is not None:
            flow = order_flow(self._last, touch)
            self._sum += flow
            self._recent.append((ts, flow))
        self._last = touch
        sigma = self._sigma
        if not sigma or abs(self._sum) < SURGE * sigma:
            return None
        since = self._recent[0][0] if self._recent else ts
        found = {"ofi_lots": self._sum, "sigma_lots": sigma}
        return Sighting(PatternKind.OFI_SURGE, int(math.copysign(1, self._sum)), since, found)


def order_flow(before: tuple[int, int, int, int], after: tuple[int, int, int, int]) -> float:
    """
    Return the lots by which demand grew over supply at the touch.

    Both are bid, its lots, ask, its lots.

    >>> order_flow((101, 2, 102, 6), (101, 2, 102, 3))
    3.0
    """
    bid, bid_lots, ask, ask_lots = before
    new_bid, new_bid_lots, new_ask, new_ask_lots = after
    flow = 0
    if new_bid >= bid:
        flow += new_bid_lots
    if new_bid <= bid:
        flow -= bid_lots
    if new_ask <= ask:
        flow -= new_ask_lots
    if new_ask >= ask:
        flow += ask_lots
    return float(flow)


class LiquidityHole:
    """Less than a fifth of the usual depth within ten basis points."""

    def __init__(self) -> None:
        self._usual = Baseline()
        self.is_over = True

    def sample(self, lots: float) -> None:
        """Learn the depth of one second."""
        self._usual.add(lots)

    def see(self, ts: Nanos, lots: float) -> Sighting | None:
        """Take in the *lots* of both sides within ten basis points of the touch."""
        usual = self._usual.median
        self.is_over = usual is None or lots >= HOLE * usual
        if usual is None or self.is_over:
            return None
        found = {"depth_lots": lots, "usual_lots": usual}
        return Sighting(PatternKind.LIQUIDITY_HOLE, 0, ts, found)


class VolRegime:
    """A minute twice, or half, as volatile as its hour; over only some way back."""

    def __init__(self) -> None:
        self._squares: deque[float] = deque()
        self._minute = self._hour = 0.0
        self._last: float | None = None
        self._state = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing is unusual."""
        return not self._state

    def see(self, ts: Nanos, mid: float) -> Sighting | None:
        """Take in the *mid* of one second, > 0."""
        if self._last is not None:
            self._add(math.log(mid / self._last) ** 2)
        self._last = mid
        if len(self._squares) < ENOUGH_SECONDS or self._hour <= 0.0:
            return None
        ratio = math.sqrt(max(self._minute, 0.0) / MINUTE / (self._hour / len(self._squares)))
        before = self._state
        if (before > 0 and ratio <= STORM_OVER) or (before < 0 and ratio >= CALM_OVER):
            self._state = 0
        if not self._state:
            self._state = 1 if ratio > STORM else -1 if ratio < CALM else 0
        if not self._state or self._state == before:
            return None
        return Sighting(PatternKind.VOL_REGIME, 0, ts, {"ratio": ratio})

    def _add(self, square: float) -> None:
        self._squares.append(square)
        if len(self._squares) > HOUR:
            self._squares.popleft()
        # Summed anew each second: a running sum of such small numbers would drift.
        self._hour = math.fsum(self._squares)
        self._minute = math.fsum(islice(self._squares, max(0, len(self._squares) - MINUTE), None))
