"""Trials: what every search ever run has tried."""

from collections.abc import Mapping
from typing import Protocol

from graphwiz_trader.domain.trial import Trial


class TrialLog(Protocol):
    """The trials of one sweep, kept as they are done."""

    @property
    def path(self) -> str:
        """Where a person finds them."""

    def kept(self) -> tuple[Trial, ...]:
        """Return the trials kept so far; one that was cut short while it was written is not."""

    def keep(self, trial: Trial) -> None:
        """Keep *trial*; it is there after a kill."""

    def finish(self, summary: Mapping[str, object]) -> None:
        """Write what came of it all."""


class Trials(Protocol):
    """The sweeps of one home."""

    def create(self, plan: Mapping[str, str]) -> TrialLog:
        """Begin a sweep of a name none has had; *plan* is what makes its trials what they are."""

    def reopen(self, name: str, plan: Mapping[str, str]) -> TrialLog:
        """
        Go on with a sweep.

        Raises:
            DataError: there is none of that name, or its plan was another; says which key.
        """

    def ever(self, data: str) -> int:
        """Return how many trials were ever kept in sweeps whose plan's `data` is *data*."""
