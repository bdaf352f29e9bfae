"""TapeWindow: a stretch of time cut from a tape, with the books as they stood at its beginning."""

import numpy as np

from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.standing_orders import StandingOrders
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
        (place, standing)
        for place in range(len(tape.instruments))
        if len(standing := _standing(tape, place, begin))
    ]
    counts = [len(rows) for _, rows in opening]
    bounds = np.append(tape.first_row, len(tape.rows.side))
    kept = slice(int(bounds[begin]), int(bounds[end]))
    head = len(opening)
    rows, orders = _joined(tape, [rows for _, rows in opening], kept)
    shift = sum(counts) - kept.start
    which = [place for place, _ in opening]
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
            rows=len(rows.side),
            first_ts=Nanos(int(ts[0])) if len(ts) else None,
            last_ts=Nanos(int(ts[-1])) if len(ts) else None,
            notes=(*tape.header.notes, "a window of a longer tape: counts are the whole's"),
        ),
        orders,
    )


def _joined(tape: Tape, opening: list[Int64s], kept: slice) -> tuple[LevelRows, OrderRows | None]:
    """Return the rows of *opening* and those *kept* of *tape*."""
    columns = [tape.rows.ticks, tape.rows.lots]
    if tape.orders is not None:
        columns += [tape.orders.order, tape.orders.left]
    side = [*(rows[:, 0].astype(np.int8) for rows in opening), tape.rows.side[kept]]
    ticks, lots, *of = (
        np.concatenate([*(rows[:, i] for rows in opening), column[kept]])
        for i, column in enumerate(columns, 1)
    )
    return LevelRows(np.concatenate(side), ticks, lots), OrderRows(*of) if of else None


def _standing(tape: Tape, place: int, end: int) -> Int64s:
    """Return, in rows, the book of instrument number *place* before message *end*."""
    mine = np.flatnonzero((tape.instrument[:end] == place) & (tape.flags[:end] != TRADE))
    snapshots = np.flatnonzero(tape.flags[mine] == SNAPSHOT)
    if len(snapshots):
        mine = mine[snapshots[-1] :]
    bounds = np.append(tape.first_row, len(tape.rows.side))
    starts, stops = bounds[mine], bounds[mine + 1]
    sizes = stops - starts
    rows = np.repeat(starts - np.append(0, np.cumsum(sizes)[:-1]), sizes) + np.arange(sizes.sum())
    side, ticks = tape.rows.side[rows], tape.rows.ticks[rows]
    if tape.orders is not None:
        standing = StandingOrders()
        columns = (side, ticks, tape.orders.order[rows], tape.orders.left[rows])
        for row in zip(*(column.tolist() for column in columns), strict=True):
            standing.take(*row)
        return standing.rows()
    # The last word on each level counts: of the reversed rows, the first.
    _, latest = np.unique((ticks * 2 + (side > 0))[::-1], return_index=True)
    last = np.sort(rows[::-1][latest])
    last = last[tape.rows.lots[last] > 0]
    return np.stack((tape.rows.side[last], tape.rows.ticks[last], tape.rows.lots[last]), axis=1)
