"""Market: what drives a simulation: tapes merged by time, or nothing but the venues themselves."""

from collections.abc import Sequence
from itertools import repeat
from typing import Final, TypeAlias

import numpy as np

from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Nanos

NEVER: Final = Nanos(1 << 62)
PAGE: Final = 1 << 8
"""Messages made at once: so few that they are gone before anybody looks for garbage."""

Message: TypeAlias = tuple[Event, int, int]
"""An event, the number of the tape it is on, and its number there; on a tape are a market's."""


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
        self._starts = np.concatenate([[0], np.cumsum([len(tape) for tape in tapes])])
        self._page: list[Message] = []
        self._instants: list[Nanos] = []
        self._at = self._turned = 0
        self.ts = NEVER
        self._turn()

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

    def pop(self) -> Message:
        """Return the next message."""
        at = self._at
        message = self._page[at]
        self._at = at = at + 1
        if at == len(self._page):
            self._turn()
        else:
            self.ts = self._instants[at]
        return message

    def _turn(self) -> None:
        """Make the next stretch of messages, all at once, which is quicker than one by one."""
        start, stop = self._turned, min(self._turned + PAGE, len(self._ts))
        # Two stretches at once are enough for somebody to look for garbage.
        self._turned, self._at, self._page = stop, 0, []
        more = np.zeros(stop - start, np.bool_)
        following = self._ts[start + 1 : stop + 1]
        more[: len(following)] = following == self._ts[start : start + len(following)]
        order = self._order[start:stop]
        source = np.searchsorted(self._starts, order, side="right") - 1
        found: list[Message] = []
        for index, tape in enumerate(self._tapes):
            places = np.flatnonzero(source == index)
            if len(places):
                numbers = order[places] - self._starts[index]
                events = tape.events(numbers, more[places])
                found += zip(events, repeat(index), numbers.tolist(), strict=False)
        if len(self._tapes) > 1:
            found = [found[at] for at in np.argsort(np.argsort(source, kind="stable")).tolist()]
        self._page = found
        self._instants = self._ts[start:stop].tolist()
        self.ts = self._instants[0] if self._instants else NEVER
