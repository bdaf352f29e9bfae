"""SkimmedMarket: tapes merged by time, of which whole stretches may be left out."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from graphwiz_trader.application.market import NEVER, Message
from graphwiz_trader.domain.events import MarketEvent
from graphwiz_trader.domain.tape import TRADE, Int16s, Tape
from graphwiz_trader.domain.units import InstrumentId, Int8s, Int64s, Nanos
from graphwiz_trader.simulation.columns import Columns

Read: TypeAlias = tuple[Int8s, Int64s, Int64s, Int64s, Int64s, Int16s, Int8s]


class SkimmedMarket:
    """
    The stream of a `TapeMarket`, message for message, with its columns for who reads ahead.

    Attributes:
        ts: The instant of the next message, `NEVER` after the last.
        at: The number of the next message.
        begins_an_instant: Whether that is of a later instant than the one before.
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
        self.begins_an_instant = True
        self.go_to(0)

    @property
    def first(self) -> Nanos:
        """When the first message is received."""
        return Nanos(self._rows.ts.item(0))

    @property
    def last(self) -> Nanos:
        """When the last message is received."""
        return Nanos(self._rows.ts.item(self._count - 1))

    def go_to(self, message: int) -> None:
        """Leave out what comes before *message*."""
        self.at = message
        self.ts = Nanos(self._rows.ts.item(message)) if message < self._count else NEVER
        self.begins_an_instant = message == 0 or self._rows.ts.item(message - 1) != self.ts

    def pop(self) -> Message:
        """Return the next message."""
        tape, number = self._place(self.at)
        before = self.ts
        self.go_to(self.at + 1)
        return self._tapes[tape].event(number, self.ts == before), tape, number

    def book_of(self, message: int, until: Nanos) -> int:
        """Return the number of the book that *message*, before *until*, changes; else −1."""
        rows = self._rows
        if message == self._count or rows.ts.item(message) >= until:
            return -1
        return -1 if rows.flags.item(message) == TRADE else rows.instrument.item(message)

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
        return self._number.item(0, message), self._number.item(1, message)
