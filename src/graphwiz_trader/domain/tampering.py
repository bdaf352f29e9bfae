"""Tampering: tapes whose future is another, to see whether anybody knew it."""

import numpy as np

from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Float64s, Nanos
from graphwiz_trader.domain.value import evolve


def truncated(tape: Tape, at: Nanos) -> Tape:
    """Return *tape* as if nothing had been received after *at*."""
    end = int(np.searchsorted(tape.ts, at, side="right"))
    rows = int(tape.first_row[end]) if end < len(tape) else len(tape.rows.side)
    return Tape(
        tape.name,
        tape.instruments,
        LevelRows(tape.rows.side[:rows], tape.rows.ticks[:rows], tape.rows.lots[:rows]),
        tape.ts[:end],
        tape.ts_venue[:end],
        tape.first_row[:end],
        tape.instrument[:end],
        tape.flags[:end],
        evolve(tape.header, messages=end, rows=rows),
        None if tape.orders is None else tape.orders.part(slice(rows)),
    )


def garbled(tape: Tape, at: Nanos, draws: Float64s) -> Tape:
    """
    Return *tape* with other prices and quantities in all that was received after *at*.

    Args:
        tape: The recording.
        at: The last instant that stays as it was.
        draws: Even numbers in [0, 1), shape (rows of the tape,): a price is multiplied by 0.8 to
            1.2, a quantity by 0 to 2, or removed.
    """
    end = int(np.searchsorted(tape.ts, at, side="right"))
    first = int(tape.first_row[end]) if end < len(tape) else len(tape.rows.side)
    ticks, lots = tape.rows.ticks.copy(), tape.rows.lots.copy()
    later = draws[first:]
    ticks[first:] = np.maximum(1, (ticks[first:] * (0.8 + 0.4 * later)).astype(np.int64))
    lots[first:] = np.where(
        later < 0.2, 0, np.maximum(1, (lots[first:] * 2.0 * later).astype(np.int64))
    )
    return Tape(
        tape.name,
        tape.instruments,
        LevelRows(tape.rows.side, ticks, lots),
        tape.ts,
        tape.ts_venue,
        tape.first_row,
        tape.instrument,
        tape.flags,
        tape.header,
        tape.orders,
    )
