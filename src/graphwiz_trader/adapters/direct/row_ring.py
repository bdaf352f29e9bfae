"""RowRing: the columns that parsers write level changes into, used again and again."""

from itertools import cycle

import numpy as np

from graphwiz_trader.domain.events import LevelRows

SLOTS = 64
"""After how many messages a slot is written again; what is kept longer is copied."""

SLOT_ROWS = 1024


class RowRing:
    """
    *slots* sets of columns, offered in turn.

    `turn` gives the next; who found nothing to publish in a message uses its slot for the next
    one. A message of more than `SLOT_ROWS` gets columns of its own.
    """

    def __init__(self, slots: int = SLOTS) -> None:
        self.turn = cycle([columns(SLOT_ROWS) for _ in range(slots)])


def columns(rows: int) -> LevelRows:
    """Return columns for *rows* level changes."""
    return LevelRows(np.zeros(rows, np.int8), np.zeros(rows, np.int64), np.zeros(rows, np.int64))
