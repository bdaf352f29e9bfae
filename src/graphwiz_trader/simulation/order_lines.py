"""
OrderLines: who stands before and behind us at a price, order by order, where a recording tells.

First come is first served: an order that was there before ours is before us as long as it stays,
with less as well; one that joined, that wants more or that came from another price is behind us.
Orders of the same line are told apart by the numbers they drew when they joined its end.
"""

from collections.abc import Sequence

import numpy as np

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.order_rows import L3_FIFO, OrderRows
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import SNAPSHOT, TRADE, Tape
from graphwiz_trader.domain.units import Ticks
from graphwiz_trader.simulation.recording import Recording

NOWHERE = 0
"""Whoever does not stand in a line is before all who do: he never trades behind anybody."""

_Row = tuple[int, int, int, bool]
"""(message, order, what it has left, whether the message is a snapshot)."""


def demand_orders(tapes: Sequence[Tape], queue: str) -> None:
    """
    See to it that *tapes* tell what the queue model *queue* reads.

    Raises:
        DataError: it reads orders, and one of them tells levels only.
    """
    for tape in tapes:
        if queue == L3_FIFO and tape.orders is None:
            raise _levels_only(tape.name)


def _levels_only(name: str) -> DataError:
    found = f"{name}: found levels without order ids, expected orders for queue model {L3_FIFO}"
    return DataError(f"{found}; choose another backtest.queue: risk_averse, log or pow2")


class OrderLine:
    """
    The orders at one price, as far as messages were taken in.

    Args:
        rows: What the recording says of them.
        snapshots: The messages that tell the whole book.
    """

    def __init__(self, rows: list[_Row], snapshots: list[int]) -> None:
        self._rows = rows
        self._snapshots = snapshots
        self._at = 0
        self._snapped = 0
        self._drawn = NOWHERE
        self._orders: dict[int, tuple[int, int]] = {}
        self._before: dict[int, tuple[int, int]] = {}

    def draw(self) -> int:
        """Return the number of one who joins the end now."""
        self._drawn += 1
        return self._drawn

    def number(self, order: int) -> int:
        """Return the number that *order* drew, `NOWHERE` if it does not stand here."""
        return self._orders.get(order, (NOWHERE, 0))[0]

    def catch_up(self, message: int) -> None:
        """Take in what the messages before *message* say."""
        while self._at < len(self._rows) and self._rows[self._at][0] < message:
            told, order, left, is_snapshot = self._rows[self._at]
            self._at += 1
            self._snap(told)
            self._take(order, left, self._before if is_snapshot else {})

    def _snap(self, until: int) -> None:
        """Empty the line at the snapshots up to *until*, remembering who stood in it."""
        while self._snapped < len(self._snapshots) and self._snapshots[self._snapped] <= until:
            self._snapped += 1
            self._before, self._orders = self._orders, {}

    def _take(self, order: int, left: int, before: dict[int, tuple[int, int]]) -> None:
        number, had = self._orders.get(order) or before.get(order) or (NOWHERE, 0)
        if not left:
            self._orders.pop(order, None)
        else:
            self._orders[order] = (self.draw() if left > had else number), left


class OrderLines:
    """
    The lines of one instrument in which an order of ours has stood.

    Args:
        recording: What happened.

    Raises:
        DataError: it does not tell orders.
    """

    def __init__(self, recording: Recording) -> None:
        if recording.orders is None:
            raise _levels_only(recording.instrument.id)
        self._orders: OrderRows = recording.orders
        self._first = recording.first
        self._lines: dict[tuple[Side, Ticks], OrderLine] = {}
        self._snapshots = np.flatnonzero(recording.flags == SNAPSHOT)
        told = np.flatnonzero(recording.flags != TRADE)
        counts = (recording.last - recording.first)[told]
        ends = np.cumsum(counts)
        rows = np.repeat(recording.first[told] - (ends - counts), counts)
        rows += np.arange(len(rows))
        keys = recording.rows.ticks[rows] * 2 + (recording.rows.side[rows] > 0)
        # A stable sort keeps the rows of a level in the order in which they were told.
        by_level = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[by_level], rows[by_level]
        self._messages = np.repeat(told, counts)[by_level]

    def join(self, side: Side, price: Ticks, message: int) -> int:
        """Return the number of an order of ours that joins before *message* happens."""
        line = self._lines.get((side, price))
        if line is None:
            line = self._lines[side, price] = self._line(side, price)
        line.catch_up(message)
        return line.draw()

    def traded(self, side: Side, price: Ticks, message: int) -> int:
        """Return the number of the resting order that the trade *message* met at our price."""
        line = self._lines.get((side, price))
        if line is None:
            return NOWHERE
        line.catch_up(message)
        return line.number(self._orders.order.item(self._first.item(message)))

    def _line(self, side: Side, price: Ticks) -> OrderLine:
        key = price * 2 + (side is Side.BUY)
        first, last = np.searchsorted(self._keys, key), np.searchsorted(self._keys, key, "right")
        rows, messages = self._rows[first:last], self._messages[first:last]
        columns = (
            messages.tolist(),
            self._orders.order[rows].tolist(),
            self._orders.left[rows].tolist(),
            np.isin(messages, self._snapshots).tolist(),
        )
        return OrderLine(list(zip(*columns, strict=True)), self._snapshots.tolist())
