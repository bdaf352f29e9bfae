"""Publication: one instrument's book as the venue has told it, and what it tells next."""

from collections.abc import Mapping

import numpy as np

from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.simulation.matching import MatchingBook


class Publication:
    """
    Snapshots and diffs of one book.

    Every row of a diff has a sequence number of its own, `first_seq` to `last_seq`, the first
    one above the `last_seq` of the message before; a snapshot carries the number reached.
    A snapshot shows what was published, not what is about to be, so that diffs bridge it.
    """

    def __init__(self, instrument: InstrumentId, book: MatchingBook) -> None:
        self._instrument = instrument
        self._book = book
        self._shown: dict[int, int] = {}
        self._seq = 0

    def opening(self, ts: Nanos, ts_venue: Nanos) -> BookUpdate:
        """Return the first message: a snapshot of the book as it is."""
        book = self._book
        for side in (Side.BUY, Side.SELL):
            self._shown.update((side * ticks, lots) for ticks, lots in book.levels(side))
        book.touched.clear()
        self._seq += 1
        return self.snapshot(ts, ts_venue)

    def snapshot(self, ts: Nanos, ts_venue: Nanos) -> BookUpdate:
        """Return the whole published book."""
        rows = _rows(self._shown)
        return BookUpdate(
            ts,
            ts_venue,
            self._instrument,
            rows,
            0,
            len(self._shown),
            snapshot=True,
            first_seq=self._seq,
            last_seq=self._seq,
        )

    def changes(self, ts: Nanos, ts_venue: Nanos) -> BookUpdate | None:
        """Return what has changed since the last message, or None if nothing has."""
        shown, qty_at = self._shown, self._book.qty_at
        news: dict[int, int] = {}
        for key in self._book.touched:
            lots = qty_at(key)
            if lots != shown.get(key, 0):
                news[key] = lots
                if lots:
                    shown[key] = lots
                else:
                    del shown[key]
        self._book.touched.clear()
        if not news:
            return None
        before = self._seq
        self._seq += len(news)
        return BookUpdate(
            ts,
            ts_venue,
            self._instrument,
            _rows(news),
            0,
            len(news),
            first_seq=before + 1,
            last_seq=self._seq,
            prev_seq=before,
        )


def _rows(levels: Mapping[int, int]) -> LevelRows:
    return LevelRows(
        np.array([1 if key > 0 else -1 for key in levels], np.int8),
        np.array([abs(key) for key in levels], np.int64),
        np.array(list(levels.values()), np.int64),
    )
