"""Market: what drives a simulation: tapes merged by time, or nothing but the venues themselves."""

from collections.abc import Sequence

import numpy as np

from graphwiz_trader.domain.events import MarketEvent, TapeMessage
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Nanos

NEVER = Nanos(1 << 62)
PAGE = 1 << 14


class TapeMarket:
    """
    Several tapes as one stream: by receipt time, ties by the order of the tapes.

    `ts` is the instant of the next message, `NEVER` after the last.
    """

    def __init__(self, tapes: Sequence[Tape]) -> None:
        self._tapes = tuple(tapes)
        ts = np.concatenate([np.asarray(tape.ts) for tape in tapes])
        self._order = np.argsort(ts, kind="stable")
        self._ts = ts[self._order]
        sizes = [len(tape) for tape in tapes]
        self._starts = np.concatenate([[0], np.cumsum(sizes)])
        self._next = 0
        self._page_start = 0
        self._page: list[tuple[int, int, int]] = []
        self.ts = NEVER
        self._advance()

    def __len__(self) -> int:
        """Return the number of messages in all tapes."""
        return len(self._ts)

    @property
    def first(self) -> Nanos:
        """When the first message is received."""
        return Nanos(int(self._ts[0]))

    @property
    def last(self) -> Nanos:
        """When the last message is received."""
        return Nanos(int(self._ts[-1]))

    def pop(self) -> tuple[MarketEvent, TapeMessage]:
        """Return the next message, as the event and as the reference a journal keeps of it."""
        ts, tape, message = self._page[self._next - self._page_start]
        self._next += 1
        self._advance()
        more = self.ts == ts
        return self._tapes[tape].event(message, more), TapeMessage(tape, message, more)

    def _advance(self) -> None:
        at = self._next - self._page_start
        if at >= len(self._page):
            self._turn()
            at = 0
        self.ts = Nanos(self._page[at][0]) if self._page else NEVER

    def _turn(self) -> None:
        """Make the next stretch plain Python numbers, which are quicker to read one by one."""
        start, stop = self._next, min(self._next + PAGE, len(self._ts))
        order = self._order[start:stop]
        tape = np.searchsorted(self._starts, order, side="right") - 1
        message = order - self._starts[tape]
        self._page_start = start
        self._page = list(
            zip(self._ts[start:stop].tolist(), tape.tolist(), message.tolist(), strict=True)
        )


class NoTapes:
    """No recorded market: the venues make their own."""

    ts = NEVER

    def pop(self) -> tuple[MarketEvent, TapeMessage]:
        """Raise `IndexError`: there is nothing."""
        raise IndexError("a market without tapes has no messages")
