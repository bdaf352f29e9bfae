"""Graph moves: which instruments move together, which first, and how fast they part and meet."""

from collections import deque
from itertools import combinations
from math import isfinite

import attrs
import numpy as np

from graphwiz_trader.application.graph_draft import GraphDraft
from graphwiz_trader.application.graph_patterns import GraphPatterns
from graphwiz_trader.application.graph_step import GraphStep, as_json, finite
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.co_movement import CoMovement, Observed, co_movement
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.graph import Relation
from graphwiz_trader.domain.sighting import PatternKind, Sighting
from graphwiz_trader.domain.units import SECOND, Float64s, InstrumentId, Nanos
from graphwiz_trader.kernels import stats

FIRST, LONGEST = 10 * SECOND, 3600 * SECOND
"""The first and the longest window; each is twice the one before, and then they follow on."""

LAG, LAGS = SECOND, 60
"""Lags compared: each second up to a minute, and to a quarter of the window."""

ENOUGH = 8
"""Prices of each within a window before the two are compared."""

MOST = 20
"""Instruments compared, those with most prices in a window: pairs grow as the square."""

RHO, LLR, WINDOWS = 0.1, 2.0, 3
"""What makes a leader: the correlation, the ratio, and in how many windows on end."""


@attrs.define
class _Path:
    """The last price of each second in which there was one, up to `second`."""

    second: int = -1
    ts: deque[int] = attrs.field(factory=deque)
    price: deque[float] = attrs.field(factory=deque)


class GraphMoves:
    """Compares every pair of instruments of a run, at the end of each window."""

    def __init__(
        self,
        draft: GraphDraft,
        prices: RebuiltPrices,
        started: Nanos,
        patterns: GraphPatterns | None,
    ) -> None:
        """*patterns* are told of leaders, unless None."""
        self._draft = draft
        self._prices = prices
        self._patterns = patterns
        self._paths: dict[InstrumentId, _Path] = {}
        self._leads: dict[tuple[InstrumentId, InstrumentId], int] = {}
        self._span = FIRST
        self._until = Nanos(started + FIRST)

    def feed(self, step: GraphStep) -> None:
        """Take in *step*, its event resolved and applied to the books."""
        while step.ts >= self._until:
            self._compare(step)
            self._span = Nanos(min(2 * self._span, LONGEST))
            skipped = max(0, (step.ts - self._until) // self._span - 1)
            self._until = Nanos(self._until + (1 + skipped) * self._span)
        if isinstance(step.event, BookUpdate):
            self._price(step.ts, step.event.instrument)

    def _price(self, ts: Nanos, name: InstrumentId) -> None:
        touch = self._prices.books[name].usable_touch()
        if touch is None:
            return
        path = self._paths.get(name)
        if path is None:
            path = self._paths[name] = _Path()
        mid = (touch[0] + touch[1]) / 2
        second = ts // SECOND
        if second == path.second:
            path.ts[-1], path.price[-1] = ts, mid
            return
        path.second = second
        path.ts.append(ts)
        path.price.append(mid)
        while path.ts[0] < ts - LONGEST:
            path.ts.popleft()
            path.price.popleft()

    def _compare(self, step: GraphStep) -> None:
        since = self._until - self._span
        paths = {name: _observed(self._paths[name], since) for name in sorted(self._paths)}
        busiest = sorted(paths, key=lambda name: -len(paths[name].ts))[:MOST]
        seen = {name: paths[name] for name in sorted(busiest)}
        steps = int(min(LAGS, self._span // (4 * LAG)))
        for one, other in combinations(seen, 2):
            x, y = seen[one], seen[other]
            if min(len(x.ts), len(y.ts)) >= ENOUGH:
                found = co_movement(x, y, LAG, steps)
                self._link(step, one, other, found, half_life(x, y))
                self._lead(step, one, other, found)

    def _link(
        self,
        step: GraphStep,
        one: InstrumentId,
        other: InstrumentId,
        found: CoMovement,
        half: float | None,
    ) -> None:
        detail = {
            "window": self._span // SECOND,
            "until": self._until,
            "rho": found.rho,
            "lag_s": found.lag / SECOND,
            "llr": finite(found.llr),
            "rho_now": found.rho_now,
            "half_life": half,
        }
        self._draft.link(one, Relation.MOVES_WITH, other, step.run, as_json(detail))

    def _lead(
        self, step: GraphStep, one: InstrumentId, other: InstrumentId, found: CoMovement
    ) -> None:
        """Tell of a leader that led in several windows on end."""
        ratio = found.llr if found.lag > 0 else 1 / found.llr if found.llr else float("inf")
        is_led = found.lag != 0 and abs(found.rho) >= RHO and ratio >= LLR
        way = (1 if found.lag > 0 else -1) if is_led else 0
        before = self._leads.get((one, other), 0)
        same = before if before * way > 0 else 0
        self._leads[one, other] = same + way
        if abs(self._leads[one, other]) < WINDOWS or self._patterns is None:
            return
        leader, follower = (one, other) if way > 0 else (other, one)
        moved = _moved(self._paths[leader], step.ts - abs(found.lag))
        side = int(np.sign(moved * found.rho))
        if side:
            numbers = {"rho": found.rho, "lag_s": abs(found.lag) / SECOND, "llr": ratio}
            since = Nanos(self._until - self._span)
            told = {name: n for name, n in numbers.items() if isfinite(n)}
            self._patterns.tell(step, follower, Sighting(PatternKind.LEAD_LAG, side, since, told))


def half_life(x: Observed, y: Observed) -> float | None:
    """
    Return in how many seconds the distance of two prices halves, None where it does not revert.

    The distance is of logarithms of prices, at each second at which both had one.
    """
    since, until = max(x.ts[0], y.ts[0]), min(x.ts[-1], y.ts[-1])
    grid = np.arange(since, until + 1, SECOND)
    if len(grid) < ENOUGH:
        return None
    spread: Float64s = _at(x, grid) - _at(y, grid)
    out = np.empty(4)
    stats.ar1(spread, out)
    return finite(float(out[stats.HALF_LIFE]))


def _at(path: Observed, grid: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Float64s:
    found: Float64s = path.log_price[np.searchsorted(path.ts, grid, "right") - 1]
    return found


def _observed(path: _Path, since: int) -> Observed:
    ts = np.array(path.ts, np.int64)
    first = int(np.searchsorted(ts, since))
    return Observed(ts[first:], np.log(np.array(path.price)[first:]))


def _moved(path: _Path, since: int) -> float:
    ts = np.array(path.ts, np.int64)
    first = max(0, int(np.searchsorted(ts, since, "right")) - 1)
    return path.price[-1] - path.price[first]
