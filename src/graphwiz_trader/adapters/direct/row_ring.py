"""RowRing: the columns that parsers write level changes into, used again and again."""

import numpy as np

from graphwiz_trader.domain.events import LevelRows

SLOTS = 64
"""After how many messages a slot is written again; what is kept longer is copied."""

LEAST_ROWS = 256


class RowRing:
    """*slots* sets of columns in turn; one that is too short for a message is made longer."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._slots = [_columns(LEAST_ROWS) for _ in range(slots)]
        self._sizes = [LEAST_ROWS] * slots
        self._next = 0

    def slot(self, rows: int) -> LevelRows:
        """Return the next columns, of at least *rows*; what they held is as good as gone."""
        place = self._next
        self._next = place + 1 if place + 1 < len(self._sizes) else 0
        if rows > self._sizes[place]:
            self._sizes[place] = 2 * rows
            self._slots[place] = _columns(2 * rows)
        return self._slots[place]

    def back(self) -> None:
        """Offer the slot given last once more: nothing came of its message."""
        self._next = (self._next or len(self._sizes)) - 1


def _columns(rows: int) -> LevelRows:
    return LevelRows(np.zeros(rows, np.int8), np.zeros(rows, np.int64), np.zeros(rows, np.int64))
