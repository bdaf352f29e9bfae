"""A level change costs a few stores; what it costs is compared with one store, in one run."""

from collections.abc import Callable
from time import perf_counter_ns

import numpy as np

from graphwiz_trader.kernels import book
from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.jit import IN64, kernel

ROWS = 200_000
WINDOW = 1 << 16


@kernel(f"void(int64[::1], {IN64}, {IN64})")
def _store_all(cells: Int64s, ticks: Int64s, lots: Int64s) -> None:
    mask = cells.shape[0] - 1
    for j in range(ticks.shape[0]):
        cells[ticks[j] & mask] = lots[j]


def least_ns(*works: Callable[[], object]) -> list[int]:
    """Return the shortest of many rounds of each, in turn: others may slow any of them."""
    times = []
    for _ in range(25):
        for work in works:
            began = perf_counter_ns()
            work()
            times.append(perf_counter_ns() - began)
    return [min(times[n :: len(works)]) for n in range(len(works))]


def test_a_level_change_costs_as_much_as_a_few_stores() -> None:
    """
    The ratio is 6 to 7; a helper that counts references or allocates costs tens of nanoseconds.

    Changes fall behind a touch that stays, as most do.
    """
    rng = np.random.default_rng(4)
    side = rng.choice(np.array([1, -1], np.int8), ROWS)
    ticks = 600_000 - side * (1 + rng.exponential(60, ROWS).astype(np.int64))
    lots = rng.integers(0, 100, ROWS)
    b, cells = book.new_book(WINDOW), np.zeros(WINDOW, np.int64)
    touch = (np.array([1, -1], np.int8), np.array([600_000, 600_000]), np.array([1, 1]))
    book.apply(b, *touch, 0, 2)

    store, change = least_ns(
        lambda: _store_all(cells, ticks, lots), lambda: book.apply(b, side, ticks, lots, 0, ROWS)
    )

    assert change < 15 * store
