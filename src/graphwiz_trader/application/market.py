"""Market: what drives a simulation: tapes merged by time, or nothing but the venues themselves."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.stretch import Stretch
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Int64s, Nanos

NEVER: Final = Nanos(1 << 62)
PAGE: Final = 1 << 10
"""Messages whose numbers are read at once: they stay in a processor's cache."""

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
        self._stretches: list[Stretch] = []
        self._sources: list[int] = []
        self._numbers: list[int] = []
        self._mores: list[bool] = []
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
        source, number = self._sources[at], self._numbers[at]
        event = self._stretches[source].event(number, self._mores[at])
        self._at = at = at + 1
        if at == len(self._sources):
            self._turn()
        else:
            self.ts = self._instants[at]
        return event, source, number

    def _turn(self) -> None:
        """Read the numbers of the next messages, all at once, which is quicker than one by one."""
        start, stop = self._turned, min(self._turned + PAGE, len(self._ts))
        self._turned, self._at = stop, 0
        ts, following = self._ts[start:stop], self._ts[start + 1 : stop + 1]
        more = np.zeros(stop - start, np.bool_)
        more[: len(following)] = following == ts[: len(following)]
        order = self._order[start:stop]
        source = np.searchsorted(self._starts, order, side="right") - 1
        number = order - self._starts[source]
        self._stretches = [
            _stretch(tape, number[source == index]) for index, tape in enumerate(self._tapes)
        ]
        self._sources, self._numbers = source.tolist(), number.tolist()
        self._mores, self._instants = more.tolist(), ts.tolist()
        self.ts = self._instants[0] if self._instants else NEVER


def _stretch(tape: Tape, numbers: Int64s) -> Stretch:
    """Return the messages *numbers* of *tape*, which follow each other."""
    if not len(numbers):
        return tape.stretch(0, 0)
    return tape.stretch(numbers.item(0), numbers.item(-1) + 1)
