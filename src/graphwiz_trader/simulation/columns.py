"""Columns: tapes as a compiled run reads them: all messages by receipt, and each venue's own."""

from collections.abc import Sequence

import attrs
import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.tape import SNAPSHOT, TRADE, Tape
from graphwiz_trader.domain.units import Int64s, Nanos
from graphwiz_trader.kernels.run import Rows
from graphwiz_trader.simulation.recording import NO_LATENCY, venue_times

_EMPTY = np.empty(0, np.int64)


@attrs.define(frozen=True, eq=False)
class Columns:
    """
    What happened, in columns that a kernel takes.

    Of a single tape nothing is copied but the times at the venue.

    Attributes:
        instruments: What the messages are about.
        rows: The columns.
        number: Of each message the tape it is on and its number there, None with one tape.
    """

    instruments: tuple[Instrument, ...]
    rows: Rows
    number: Int64s | None
    _stretches: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, tapes: Sequence[Tape], least_latency: Nanos = NO_LATENCY) -> "Columns":
        """
        Return *tapes* merged by receipt, an earlier tape first where equal.

        Raises:
            DomainError: an instrument is in several tapes.
        """
        instruments = tuple(each for tape in tapes for each in tape.instruments)
        if len({each.id for each in instruments}) < len(instruments):
            raise DomainError("an instrument is in several tapes")
        rows, number = _single(tapes[0], least_latency), None
        if len(tapes) > 1:
            rows, number = _merged(tapes, least_latency)
        stretches: tuple[tuple[int, int], ...] = ((0, len(rows.ts)),)
        if len(instruments) > 1:
            own = np.argsort(rows.instrument, kind="stable")
            ends = np.cumsum(np.bincount(rows.instrument, minlength=len(instruments))).tolist()
            stretches = tuple(zip([0, *ends[:-1]], ends, strict=True))
            rows = rows._replace(own=own)
        return cls(instruments, rows, number, stretches)

    def stretch(self, instrument: int) -> tuple[int, int]:
        """Return where in `rows.own` the messages of *instrument* begin and end."""
        return self._stretches[instrument]

    def is_one_book_exact(self, response: Nanos) -> bool:
        """
        Return whether one book, moved by what is received, fills as two do.

        So it is for one instrument whose book begins with a snapshot, if every answer is heard
        after the last message that the venue had sent when it matched: then what a match at the
        venue did is known before anything can be decided on it, and the book of an arrival is
        that of the message before it. See docs/reference/simulation.md.
        """
        rows = self.rows
        if len(self.instruments) != 1:
            return False
        told = np.flatnonzero(rows.flags != TRADE)
        if not len(told) or rows.flags[told[0]] != SNAPSHOT:
            return False
        latest = np.searchsorted(rows.at, rows.at, side="right") - 1
        in_order = bool((rows.at <= rows.ts).all())
        return in_order and bool((rows.at + response > rows.ts[latest]).all())


def _single(tape: Tape, least_latency: Nanos) -> Rows:
    at = venue_times(tape.ts, tape.ts_venue, least_latency)
    rows = tape.rows
    return Rows(
        rows.side, rows.ticks, rows.lots, tape.first_row, tape.ts, at, tape.instrument,
        tape.flags, _EMPTY,
    )  # fmt: skip


def _merged(tapes: Sequence[Tape], least_latency: Nanos) -> tuple[Rows, Int64s]:
    """Return all tapes in one set of columns, the rows of messages moved together."""
    parts = [_single(tape, least_latency) for tape in tapes]
    ts = np.concatenate([part.ts for part in parts])
    order = np.argsort(ts, kind="stable")
    starts = np.cumsum([0, *(len(part.side) for part in parts)])
    first = np.concatenate([part.first + at for part, at in zip(parts, starts, strict=False)])
    counts = np.diff(np.append(first, starts[-1]))[order]
    names = np.cumsum([0, *(len(tape.instruments) for tape in tapes)])
    instrument = np.concatenate(
        [part.instrument + np.int16(at) for part, at in zip(parts, names, strict=False)]
    )
    ends = np.cumsum(counts)
    # The rows of message m begin at first[order[m]] and go to where those before it end.
    moved = np.repeat(first[order] - (ends - counts), counts) + np.arange(ends[-1])
    tape = np.repeat(np.arange(len(tapes)), [len(each) for each in tapes])
    within = np.concatenate([np.arange(len(each)) for each in tapes])
    rows = Rows(
        np.concatenate([part.side for part in parts])[moved],
        np.concatenate([part.ticks for part in parts])[moved],
        np.concatenate([part.lots for part in parts])[moved],
        ends - counts,
        ts[order],
        np.concatenate([part.at for part in parts])[order],
        instrument[order].astype(np.int16),
        np.concatenate([part.flags for part in parts])[order],
        _EMPTY,
    )
    return rows, np.stack([tape[order], within[order]])
