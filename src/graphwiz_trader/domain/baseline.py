"""Baseline: what is usual, the median of the last minutes, one observation a second."""

from bisect import bisect_left, insort
from collections import deque

SPAN = 600
"""Observations remembered: ten minutes."""

ENOUGH = 60
"""Observations before anything is called usual."""


class Baseline:
    """The median of what was `add`ed last, and the spread about it."""

    def __init__(self, span: int = SPAN, enough: int = ENOUGH) -> None:
        self.median: float | None = None
        """The median, None while too little was seen."""
        self._recent: deque[float] = deque()
        self._sorted: list[float] = []
        self._span = span
        self._enough = enough

    def add(self, observed: float) -> None:
        """Remember *observed*, a number; forget the oldest beyond the span."""
        self._recent.append(observed)
        insort(self._sorted, observed)
        if len(self._recent) > self._span:
            del self._sorted[bisect_left(self._sorted, self._recent.popleft())]
        if len(self._sorted) >= self._enough:
            self.median = _median(self._sorted)

    @property
    def sigma(self) -> float | None:
        """1.4826 times the median deviation from the median, None while too little was seen."""
        middle = self.median
        if middle is None:
            return None
        return 1.4826 * _median(sorted(abs(each - middle) for each in self._sorted))


def _median(ordered: list[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
