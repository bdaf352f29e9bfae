"""Windows: the shown part of a book, told as what changed since it was last shown."""

from collections.abc import Sequence

import numpy as np

from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook
from graphwiz_trader.domain.events import LevelRows


class Windows:
    """
    The last window of each instrument.

    A level that is no longer shown is removed, one that is shown as before is not told again:
    what a simulated order took from it stays taken until the venue says something new.
    """

    def __init__(self) -> None:
        self._shown: dict[int, dict[tuple[int, int], int]] = {}

    def as_changes(
        self,
        raws: Sequence[Raw],
        owners: Sequence[int],
        row_counts: Sequence[int],
        rows: LevelRows,
    ) -> tuple[LevelRows, list[int], list[bool]]:
        """
        Return *rows* with those of windows replaced by changes.

        Args:
            raws: Messages that follow each other.
            owners: The index of the instrument of each.
            row_counts: How many rows each has.
            rows: Their rows, side by side.

        Returns:
            Rows; how many belong to each message; whether the message is a snapshot.
        """
        side, ticks, lots = rows.side.tolist(), rows.ticks.tolist(), rows.lots.tolist()
        told: list[tuple[int, int, int]] = []
        counts: list[int] = []
        snapshots: list[bool] = []
        last = 0
        for raw, owner, count in zip(raws, owners, row_counts, strict=True):
            first, last = last, last + count
            mine = list(zip(side[first:last], ticks[first:last], lots[first:last], strict=True))
            snapshot = isinstance(raw, RawBook) and raw.snapshot
            if isinstance(raw, RawBook) and raw.window:
                snapshot = owner not in self._shown
                mine = self._changes(owner, mine)
            told += mine
            counts.append(len(mine))
            snapshots.append(snapshot)
        columns = np.array(told, np.int64).reshape(-1, 3)
        return (
            LevelRows(
                columns[:, 0].astype(np.int8),
                np.ascontiguousarray(columns[:, 1]),
                np.ascontiguousarray(columns[:, 2]),
            ),
            counts,
            snapshots,
        )

    def _changes(
        self, owner: int, levels: Sequence[tuple[int, int, int]]
    ) -> list[tuple[int, int, int]]:
        before = self._shown.get(owner, {})
        now = {(side, ticks): lots for side, ticks, lots in levels if lots}
        self._shown[owner] = now
        gone = [(side, ticks, 0) for side, ticks in before if (side, ticks) not in now]
        return gone + [
            (side, ticks, lots)
            for (side, ticks), lots in now.items()
            if before.get((side, ticks)) != lots
        ]
