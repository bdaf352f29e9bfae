"""Backoff: how long to wait before trying again, and how often to try."""

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


@value
class Backoff:
    """
    Waits that double from `first` up to `most`, for at most `budget` failures in a row.

    What held for `steady` ends a row: the next failure is its first again.

    >>> [Backoff(Nanos(1), Nanos(5), 9, Nanos(60)).wait(n) for n in (1, 2, 3, 4)]
    [1, 2, 4, 5]
    """

    first: Nanos
    most: Nanos
    budget: int
    steady: Nanos

    def wait(self, failures: int) -> Nanos:
        """Return how long to wait after the last of *failures* in a row."""
        return Nanos(min(self.first << min(failures - 1, 40), self.most))

    def failures(self, before: int, held: Nanos) -> int:
        """Return how many in a row there are now, after *before* and one that *held* so long."""
        return 1 if held >= self.steady else before + 1

    def is_spent(self, failures: int) -> bool:
        """Whether that many failures are more than the budget."""
        return failures > self.budget
