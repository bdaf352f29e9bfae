"""OrderTotals: what orders have left, as the levels they add up to."""

from collections.abc import Sequence

import numpy as np

from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTrade
from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.order_rows import OrderRows

_Level = tuple[int, int, int]
"""Instrument, side, ticks."""


class OrderTotals:
    """Adds the orders of every instrument up, from batch to batch."""

    def __init__(self) -> None:
        self._left: dict[tuple[_Level, int], int] = {}
        self._totals: dict[_Level, int] = {}

    def as_levels(
        self, raws: Sequence[Raw], owners: Sequence[int], rows: LevelRows
    ) -> tuple[LevelRows, OrderRows]:
        """
        Return *rows*, which say what orders have left, as rows of levels, and the orders' own.

        Args:
            raws: The messages, all of a source that tells orders.
            owners: The instrument of each.
            rows: Of all of them; `lots` is what the order has left, of a trade what traded.
        """
        side, ticks, left = (column.tolist() for column in (rows.side, rows.ticks, rows.lots))
        lots, names, row = list(left), [0] * len(left), 0
        for raw, owner in zip(raws, owners, strict=True):
            if isinstance(raw, RawTrade):
                names[row], left[row] = _signed(raw.order or 0), 0
                row += 1
            elif isinstance(raw, RawBook):
                if raw.snapshot:
                    self._forget(owner)
                for order in raw.orders or ():
                    names[row] = _signed(order)
                    lots[row] = self._total((owner, side[row], ticks[row]), order, left[row])
                    row += 1
        return (
            LevelRows(rows.side, rows.ticks, np.array(lots, np.int64)),
            OrderRows(np.array(names, np.int64), np.array(left, np.int64)),
        )

    def _total(self, level: _Level, order: int, left: int) -> int:
        key = level, order
        total = self._totals.get(level, 0) + left - self._left.pop(key, 0)
        if left:
            self._left[key] = left
        if total:
            self._totals[level] = total
        else:
            self._totals.pop(level, None)
        return total

    def _forget(self, owner: int) -> None:
        self._left = {key: left for key, left in self._left.items() if key[0][0] != owner}
        self._totals = {level: lots for level, lots in self._totals.items() if level[0] != owner}


def _signed(order: int) -> int:
    """Return an id of 64 bits as int64 holds it."""
    return order - (1 << 64) if order >= 1 << 63 else order
