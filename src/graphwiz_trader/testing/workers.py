"""Workers: this very process, one job after the other, the last one first."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


class InlineWorkers:
    """Runs jobs here, in an order that nobody may rely on."""

    count = 1

    def each(self, work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """Yield *work* of every job, from the last to the first."""
        yield from map(work, reversed(jobs))
