"""SkimmedMarket: tapes merged by time, of which whole stretches may be left out."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from graphwiz_trader.application.market import NEVER, Message
from graphwiz_trader.domain.events import MarketEvent
from graphwiz_trader.domain.tape import Int16s, Tape
from graphwiz_trader.domain.units import InstrumentId, Int8s, Int64s, Nanos
from graphwiz_trader.simulation.columns import Columns

Read: TypeAlias = tuple[Int8s, Int64s, Int64s, Int64s, Int64s, Int16s, Int8s]


class SkimmedMarket:
    """
    The stream of a `TapeMarket`, message for message, with its columns for who reads ahead.

    Attributes:
        ts: The instant of the next message, `NEVER` after the last.
        at: The number of the next message.
        names: Instruments, as the columns number them.

    Raises:
        DomainError: an instrument is in several tapes.
    """

    def __init__(self, tapes: Sequence[Tape]) -> None:
        columns = Columns.of(tapes)
        self._tapes = tuple(tapes)
        self._number = columns.number
        self._rows = rows = columns.rows
        self._count = len(rows.ts)
        self.names: tuple[InstrumentId, ...] = tuple(each.id for each in columns.instruments)
        self.columns: Read = (
            rows.side, rows.ticks, rows.lots, rows.first, rows.ts, rows.instrument, rows.flags,
        )  # fmt: skip
        self.at = 0
        self.ts = NEVER
        self.go_to(0)

    @property
    def first(self) -> Nanos:
        """When the first message is received."""
        return Nanos(self._rows.ts.item(0))

    @property
    def last(self) -> Nanos:
        """When the last message is received."""
        return Nanos(self._rows.ts.item(self._count - 1))

    @property
    def begins_an_instant(self) -> bool:
        """Whether the next message is of a later instant than the one before."""
        return self.at == 0 or not self._goes_on(self.at - 1)

    def go_to(self, message: int) -> None:
        """Leave out what comes before *message*."""
        self.at = message
        self.ts = Nanos(self._rows.ts.item(message)) if message < self._count else NEVER

    def pop(self) -> Message:
        """Return the next message."""
        tape, number = self._place(self.at)
        found = self._tapes[tape].event(number, self._goes_on(self.at)), tape, number
        self.go_to(self.at + 1)
        return found

    def waiting(self, message: int) -> Sequence[MarketEvent]:
        """Return the events of the instant of *message* that come before it."""
        found: list[MarketEvent] = []
        while message > 0 and message < self._count and self._goes_on(message - 1):
            message -= 1
            tape, number = self._place(message)
            found.append(self._tapes[tape].event(number, more=True))
        return found[::-1]

    def numbers(self, start: int, stop: int) -> tuple[Int64s, Int64s, Int64s]:
        """Return of messages *start* to *stop* the tapes, their numbers there, and if more come."""
        ts = self._rows.ts[start : stop + 1]
        more = np.zeros(stop - start, np.int64)
        following = ts[1:] == ts[:-1]
        more[: len(following)] = following
        if self._number is None:
            return np.zeros(stop - start, np.int64), np.arange(start, stop), more
        tape, number = self._number[:, start:stop]
        return tape, number, more

    def _goes_on(self, message: int) -> bool:
        """Whether the message after *message* is of the same instant."""
        ts = self._rows.ts
        return bool(message + 1 < self._count and ts[message + 1] == ts[message])

    def _place(self, message: int) -> tuple[int, int]:
        if self._number is None:
            return 0, message
        return int(self._number[0, message]), int(self._number[1, message])
