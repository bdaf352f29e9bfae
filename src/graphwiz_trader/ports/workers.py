"""Workers: where the trials of a search are run."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


class Workers(Protocol):
    """Runs independent jobs side by side."""

    @property
    def count(self) -> int:
        """How many jobs run at a time."""

    def each(self, work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """
        Yield *work* of every one of *jobs*, in the order in which they are done.

        *work* and what it takes and gives can be pickled. Closing the iterator leaves no worker
        behind; what *work* raises is raised here.
        """
