"""Sampler: which points of a space are tried."""

from typing import Protocol

from graphwiz_trader.domain.space import Params
from graphwiz_trader.domain.trial import Trial


class Sampler(Protocol):
    """
    Proposes points, and may learn from what became of them.

    What it proposes is a function of its seed and of what it was told, in that order.
    """

    @property
    def batch(self) -> int | None:
        """How many points it proposes before it wants to be told of them; None for all."""

    def ask(self, count: int) -> tuple[Params, ...]:
        """Return the next *count* points, fewer when it has no more."""

    def tell(self, trial: Trial, score: float) -> None:
        """Take in what came of the point that was asked for as `trial.number`, from 0."""
