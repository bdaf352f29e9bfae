"""GridSampler: every point of a space, one after the other."""

from collections.abc import Sequence
from itertools import islice

from graphwiz_trader.domain.space import Axis, Params, grid
from graphwiz_trader.domain.trial import Trial


class GridSampler:
    """Proposes every point of *space* once and learns nothing; an axis needs steps."""

    batch: int | None = None

    def __init__(self, space: Sequence[Axis]) -> None:
        self._points = grid(space)

    def ask(self, count: int) -> tuple[Params, ...]:
        """Return the next *count* points, fewer at the end."""
        return tuple(islice(self._points, count))

    def tell(self, trial: Trial, score: float) -> None:
        """Do nothing with *trial* and its *score*: the next point is already known."""
