"""StandingOrders: every order of one book, first come first, as the rows of a tape leave them."""

import numpy as np

from graphwiz_trader.domain.units import Int64s


class StandingOrders:
    """The orders of a book, by side and price; each leaves, stays or joins as `OrderRows` says."""

    def __init__(self) -> None:
        self._levels: dict[tuple[int, int], dict[int, int]] = {}

    def clear(self) -> None:
        """Forget all: a snapshot follows."""
        self._levels.clear()

    def take(self, side: int, ticks: int, order: int, left: int) -> None:
        """Note that *order* has *left* lots at *ticks* of *side* (+1 bid, −1 ask) now."""
        level = self._levels.setdefault((side, ticks), {})
        if left > level.get(order, 0) or not left:
            level.pop(order, None)
        if left:
            level[order] = left

    def rows(self) -> Int64s:
        """
        Return the rows of a snapshot that says all this.

        Returns:
            side, ticks, lots of the level so far, order, left; shape (orders, 5).
        """
        found = []
        for (side, ticks), level in self._levels.items():
            total = 0
            for order, left in level.items():
                total += left
                found.append((side, ticks, total, order, left))
        return np.array(found, np.int64).reshape(-1, 5)
