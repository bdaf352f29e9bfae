"""TapeWindow: a stretch of time cut from a tape, with the books as they stood at its beginning."""

import numpy as np

from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.tape import SNAPSHOT, TRADE, Tape
from graphwiz_trader.domain.units import Int64s, Nanos
from graphwiz_trader.domain.value import evolve


def window(tape: Tape, first: Nanos, last: Nanos) -> Tape:
    """
    Return the messages of *tape* received in [*first*, *last*).

    Before them stands a snapshot, received at *first*, of every book that *tape* knew by then.
    """
    begin, end = (int(np.searchsorted(tape.ts, at)) for at in (first, last))
    opening = [
        standing
        for instrument in range(len(tape.instruments))
        if len(standing := _standing(tape, instrument, begin))
    ]
    counts = [len(rows) for rows in opening]
    bounds = np.append(tape.first_row, len(tape.rows.side))
    kept = slice(int(bounds[begin]), int(bounds[end]))
    taken = np.concatenate([*opening, np.arange(kept.start, kept.stop)]).astype(np.int64)
    head = len(opening)
    rows = LevelRows(tape.rows.side[taken], tape.rows.ticks[taken], tape.rows.lots[taken])
    shift = sum(counts) - kept.start
    which = [int(tape.instrument[_message_of(tape, rows_of)]) for rows_of in opening]
    ts = np.concatenate([np.full(head, first), tape.ts[begin:end]])
    return Tape(
        tape.name,
        tape.instruments,
        rows,
        ts,
        np.concatenate([np.full(head, first), tape.ts_venue[begin:end]]),
        np.concatenate([np.cumsum([0, *counts])[:head], tape.first_row[begin:end] + shift]),
        np.concatenate([np.array(which, tape.instrument.dtype), tape.instrument[begin:end]]),
        np.concatenate([np.full(head, SNAPSHOT, tape.flags.dtype), tape.flags[begin:end]]),
        evolve(
            tape.header,
            messages=len(ts),
            rows=len(taken),
            first_ts=Nanos(int(ts[0])) if len(ts) else None,
            last_ts=Nanos(int(ts[-1])) if len(ts) else None,
            notes=(*tape.header.notes, "a window of a longer tape: counts are the whole's"),
        ),
    )


def _standing(tape: Tape, instrument: int, end: int) -> Int64s:
    """Return the rows, before message *end*, that still hold a level of the book."""
    mine = np.flatnonzero((tape.instrument[:end] == instrument) & (tape.flags[:end] != TRADE))
    snapshots = np.flatnonzero(tape.flags[mine] == SNAPSHOT)
    if len(snapshots):
        mine = mine[snapshots[-1] :]
    bounds = np.append(tape.first_row, len(tape.rows.side))
    starts, stops = bounds[mine], bounds[mine + 1]
    sizes = stops - starts
    rows = np.repeat(starts - np.append(0, np.cumsum(sizes)[:-1]), sizes) + np.arange(sizes.sum())
    keys = tape.rows.ticks[rows] * 2 + (tape.rows.side[rows] > 0)
    # The last word on each level counts: of the reversed rows, the first.
    _, latest = np.unique(keys[::-1], return_index=True)
    standing = rows[::-1][latest]
    return np.asarray(np.sort(standing[tape.rows.lots[standing] > 0]), np.int64)


def _message_of(tape: Tape, rows: Int64s) -> int:
    return int(np.searchsorted(tape.first_row, rows[0], side="right")) - 1
