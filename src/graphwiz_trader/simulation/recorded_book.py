"""
RecordedBook: one instrument's book as its recording shows it, less what we took of it.

What we take of a level is gone until the venue updates that level: until a diff has a row for
it, or a snapshot shows another quantity there. A snapshot that repeats the quantity is no update.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from graphwiz_trader.domain.depth import Depth
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import SNAPSHOT
from graphwiz_trader.domain.units import Int64s, Lots, Nanos, Ticks
from graphwiz_trader.kernels import book as kernel
from graphwiz_trader.kernels.jit import entry
from graphwiz_trader.simulation import scan
from graphwiz_trader.simulation.recording import Recording

AT_ONCE: Final = 256
"""Messages looked at in one go for the next that matters; orders may change before they are."""

# Their arrays are a book's own and a tape's, which are checked where they are made.
_run, _meet, _next = entry(scan.run), entry(scan.meet), entry(scan.next_that_matters)
_NOTHING: Final = np.empty(0, np.int64)


class RecordedBook(Depth):
    """
    The levels of a `Recording` at the message it has come to.

    Args:
        recording: What happened.
        depletes: Whether what we take is gone; off only to compare with simulators in which
            it is not.

    Attributes:
        message: The next message to apply.
    """

    def __init__(self, recording: Recording, *, depletes: bool = True) -> None:
        super().__init__(recording.instrument)
        self._depletes = depletes
        rows = recording.rows
        self._rows = (rows.side, rows.ticks, rows.lots)
        self._messages = (recording.first, recording.last, recording.flags, recording.ts)
        self._columns = (*self._rows, *self._messages)
        self._ts = recording.ts
        self._count = len(recording)
        self._cursor = np.array([0, -1], np.int64)
        self.message = 0
        self._watched = _NOTHING
        self._taken: dict[tuple[int, int], int] = {}
        snapshots = np.flatnonzero(recording.flags == SNAPSHOT)
        self._first_snapshot = int(snapshots[0]) if len(snapshots) else self._count

    @property
    def has_begun(self) -> bool:
        """Whether a snapshot has told the whole book."""
        return self.message > self._first_snapshot

    def ts(self, message: int) -> Nanos | None:
        """Return when *message* happened, None past the end."""
        return Nanos(self._ts.item(message)) if message < self._count else None

    def catch_up(self, until: Nanos) -> None:
        """Apply every message that happened by *until*."""
        self._run(self._count, until)

    def meet(self, message: int, own: Int64s, bid: int, ask: int) -> list[int]:
        """
        Apply every message up to and including *message*; return what that one meant for us.

        Args:
            message: Not yet applied.
            own, bid, ask: As of `scan.next_that_matters`.

        Returns:
            The `met` of `scan.meet`.
        """
        met = np.empty(scan.HEAD + 3 * (len(own) // 2), np.int64)
        columns, cursor, watched = self._columns, self._cursor, self._watched
        while not _meet(
            self._state, *columns, cursor, message, watched, own, bid, ask, AT_ONCE, met
        ):
            self._hold(kernel.enlarged(self._state))
        self.message = message + 1
        if len(self._watched):
            self._forget_updated()
        return met.tolist()

    def next_that_matters(self, own: Int64s, bid: int, ask: int) -> int:
        """Return the first message that matters to our levels, or how far it was looked for."""
        begin = self.message
        stop = min(begin + AT_ONCE, self._count)
        side, ticks, lots = self._rows
        first, last, flags, _ = self._messages
        return _next(side, ticks, lots, first, last, flags, begin, stop, own, bid, ask)

    def available(self, side: Side, tick: Ticks) -> Lots:
        """Return what is left for us of the bids (BUY) or asks (SELL) at *tick*."""
        return Lots(max(self.level(side, tick) - self._taken.get((side, tick), 0), 0))

    def is_within(self, side: Side, limit: int) -> bool:
        """Return whether any bid (BUY) or ask (SELL) is shown at *limit* or better."""
        best = self.bid if side is Side.BUY else self.ask
        return best is not None and side * (best - limit) >= 0

    def offers(self, side: Side) -> Iterator[tuple[Ticks, Lots]]:
        """Yield what is left for us of each bid (BUY) or ask (SELL), best first."""
        n, seen = 4, 0
        while True:
            ticks, lots = self.levels(side, n)
            for tick, at in zip(ticks[seen:].tolist(), lots[seen:].tolist(), strict=True):
                left = at - self._taken.get((side, tick), 0)
                if left > 0:
                    yield Ticks(tick), Lots(left)
            if len(ticks) < n:
                return
            seen, n = n, 4 * n

    def take(self, side: Side, tick: Ticks, lots: Lots) -> None:
        """Remember that we took *lots* of the bids (BUY) or asks (SELL) at *tick*."""
        if not self._depletes:
            return
        key = (int(side), int(tick))
        if key not in self._taken:
            watched = [*self._watched.tolist(), *key, self.level(side, tick), 0]
            self._watched = np.array(watched, np.int64)
        self._taken[key] = self._taken.get(key, 0) + lots

    def _run(self, stop: int, until: int) -> None:
        rest = (self._cursor, stop, until, self._watched)
        while not _run(self._state, *self._columns, *rest):
            self._hold(kernel.enlarged(self._state))
        self.message = self._cursor.item(scan.MESSAGE)
        if len(self._watched):
            self._forget_updated()

    def _forget_updated(self) -> None:
        watched: list[int] = self._watched.tolist()
        kept: list[int] = []
        for at in range(0, len(watched), scan.WATCHED):
            side, tick, shown, is_updated = watched[at : at + scan.WATCHED]
            if is_updated:
                del self._taken[(side, tick)]
            else:
                kept += (side, tick, shown, 0)
        if len(kept) != len(watched):
            self._watched = np.array(kept, np.int64)
