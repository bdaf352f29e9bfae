"""Row: one measured figure, its target, and what a peer reaches."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

from graphwiz_trader.domain.value import value


@value
class Row:
    """
    One line of `graphwiz bench`.

    `better` is "lower" or "higher"; `target` is what the product promises on a quiet machine,
    None for what is shown to explain another row; `peer` is what another tool reaches, in words.
    """

    name: str
    value: float
    unit: str
    target: float | None
    better: str
    peer: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the target is met; without one, it is."""
        if self.target is None:
            return True
        return self.value <= self.target if self.better == "lower" else self.value >= self.target


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Return the median time *work* takes over *repeats* runs, after one that does not count."""
    work()
    times = []
    for _ in range(repeats):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return median(times)
