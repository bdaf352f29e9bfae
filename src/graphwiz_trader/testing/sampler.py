"""Sampler: one that proposes what a test wrote down, and remembers what it was told."""

from collections.abc import Sequence

from graphwiz_trader.domain.space import Params
from graphwiz_trader.domain.trial import Trial


class ScriptedSampler:
    """Proposes *points* in their order, `batch` at a time."""

    def __init__(self, points: Sequence[Params], batch: int | None = None) -> None:
        self.batch = batch
        self.told: list[tuple[Trial, float]] = []
        self._points = list(points)

    def ask(self, count: int) -> tuple[Params, ...]:
        """Return the next *count* points."""
        asked, self._points = self._points[:count], self._points[count:]
        return tuple(asked)

    def tell(self, trial: Trial, score: float) -> None:
        """Remember *trial*."""
        self.told.append((trial, score))
