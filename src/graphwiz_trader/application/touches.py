"""Touches: the best quotes of every instrument of a tape, message by message."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.joint import Touch
from graphwiz_trader.domain.tape import SNAPSHOT, TRADE, Tape
from graphwiz_trader.domain.units import InstrumentId, Int8s, Int64s
from graphwiz_trader.kernels.book import enlarged, new_book
from graphwiz_trader.kernels.levels import NO_ASK, NO_BID
from graphwiz_trader.kernels.tops import tops

_NARROW, _WIDE, _FEW_ROWS = 1 << 10, 1 << 16, 8
"""
Ticks reached at once: few for streams of quotes, of few rows a message, which empty a side at every
change and make the book look for what is left in all its window; many for deep books.
"""


def touches_of(tape: Tape) -> tuple[Touch, ...]:
    """
    Return the best quotes of each instrument of *tape*, in their order.

    Messages before an instrument's first snapshot are left out; one that has none has no rows.

    Raises:
        DataError: a message of the tape names rows that do not exist.
    """
    return tuple(_touch(tape, place) for place in range(len(tape.instruments)))


def joined(tapes: Sequence[Tape]) -> tuple[Touch, ...]:
    """
    Return the best quotes of each instrument of all *tapes*, a day after another in one.

    Raises:
        DataError: as `touches_of`.
    """
    found: dict[InstrumentId, list[Touch]] = {}
    for tape in tapes:
        for touch in touches_of(tape):
            found.setdefault(touch.instrument.id, []).append(touch)
    return tuple(_joined(parts) for parts in found.values())


def _joined(parts: Sequence[Touch]) -> Touch:
    if len(parts) == 1:
        return parts[0]
    ts = np.concatenate([part.ts for part in parts])
    order = np.argsort(ts, kind="stable")
    return Touch(
        parts[0].instrument,
        ts[order],
        np.concatenate([part.bid for part in parts])[order],
        np.concatenate([part.ask for part in parts])[order],
    )


def _touch(tape: Tape, place: int) -> Touch:
    instrument = tape.instruments[place]
    chosen = np.flatnonzero((tape.instrument == place) & (tape.flags != TRADE))
    snapshot = (tape.flags[chosen] == SNAPSHOT).astype(np.int8)
    begun = int(snapshot.argmax()) if snapshot.any() else chosen.size
    chosen, snapshot = chosen[begun:], snapshot[begun:]
    bid, ask = _tops(tape, chosen, snapshot)
    return Touch(
        instrument,
        np.ascontiguousarray(tape.ts[chosen]),
        np.where(bid == NO_BID, np.nan, bid * instrument.tick),
        np.where(ask == NO_ASK, np.nan, ask * instrument.tick),
    )


def _tops(tape: Tape, chosen: NDArray[np.intp], snapshot: Int8s) -> tuple[Int64s, Int64s]:
    rows = tape.rows
    first = np.ascontiguousarray(tape.first_row[chosen])
    ends = np.append(tape.first_row[1:], len(rows.side))
    last = np.ascontiguousarray(ends[chosen])
    bid, ask = np.empty_like(first), np.empty_like(first)
    at = np.array([0, -1], dtype=np.int64)
    book = new_book(_NARROW if last.size * _FEW_ROWS > int((last - first).sum()) else _WIDE)
    while True:
        done = tops(book, rows.side, rows.ticks, rows.lots, first, last, snapshot, at, bid, ask)
        if done > 0:
            return bid, ask
        if done < 0:
            raise DataError(f"{tape.name}: message {chosen[at[0]]} names rows that do not exist")
        book = enlarged(book)
