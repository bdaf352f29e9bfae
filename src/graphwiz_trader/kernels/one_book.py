"""One book: the loop of a compiled backtest of one instrument, where one book is exact."""

import numpy as np

from graphwiz_trader.kernels import hearing
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Float64s, Int8s, Int16s, Int64s
from graphwiz_trader.kernels.driver import (
    BOOK,
    SIGNATURE,
    answer_at,
    ask,
    fire,
    fires,
    has_room,
    is_complete,
    know,
)
from graphwiz_trader.kernels.happening import happen
from graphwiz_trader.kernels.jit import inline, kernel
from graphwiz_trader.kernels.run import Decide, Reals, Rows, Run, Table
from graphwiz_trader.kernels.venues import arrive, fits, last_of, next_arrival


@inline
def _messages(run: Run, rows: Rows, until: int, arrival: int) -> bool:
    """
    Let messages happen at the venue and be received; False when the run stops.

    Those received up to *until* and there before *arrival*, and none after the first of which
    our orders tell; one only when the strategy may be asked at it.
    """
    w = run.w
    i = w[c.INSTRUMENTS] - 1
    b = run.lb[i]
    message, told = w[c.LOCAL], w[c.TOLD_TAIL]
    end = rows.ts.shape[0]
    if w[c.LISTENS] == 1:
        end = min(message + 1, end)
    while message < end:
        here = np.uint64(message)
        if rows.ts[here] > until or rows.at[here] > arrival:
            break
        last = last_of(rows, message)
        if not fits(run, b, last - rows.first[here]):
            break
        happen(run, rows, b, i, message, last)
        w[c.NOW] = rows.ts[here]
        if rows.flags[here] != c.TRADE:
            know(run, rows, i, message)
        message += 1
        if w[c.TOLD_TAIL] != told or w[c.STOP] != c.GOES_ON:
            break
    w[c.LOCAL] = message
    return bool(w[c.STOP] == c.GOES_ON)


@kernel(SIGNATURE)
def one_book(
    decide: Decide,
    w: Int64s,
    f: Float64s,
    i: Table,
    x: Reals,
    o: Table,
    p: Reals,
    g: Table,
    vb: Table,
    lb: Table,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    first: Int64s,
    ts: Int64s,
    at: Int64s,
    instrument: Int16s,
    flags: Int8s,
    own: Int64s,
    view: Table,
    purse: Float64s,
    params: Float64s,
    memory: Float64s,
    numbers: Int64s,
    legs: Table,
) -> int:
    """
    Run with one book of one instrument, moved by what we receive.

    Args:
        decide: The strategy.
        w, f, i, x, o, p, g, vb, lb: A `Run`.
        side, ticks, lots, first, ts, at, instrument, flags, own: `Rows`.
        view, purse, legs: Where the strategy is shown the market, and where it answers.
        params, memory, numbers: The strategy's own.

    Returns:
        What stopped it, 0 at the end.
    """
    run = Run(w, f, i, x, o, p, g, vb, lb)
    rows = Rows(side, ticks, lots, first, ts, at, instrument, flags, own)
    w[c.STOP] = c.GOES_ON
    count = rows.ts.shape[0]
    while has_room(run):
        message = w[c.LOCAL]
        data, moved = c.NEVER, w[c.LAST] + 1
        if message < count:
            data, moved = rows.ts[message], rows.at[message]
        while next_arrival(run) < moved and w[c.STOP] == c.GOES_ON:
            arrive(run)
        answer, timer = answer_at(run), fires(run)
        if min(answer, timer, data) > w[c.LAST] or w[c.STOP] != c.GOES_ON:
            return int(w[c.STOP])
        if answer <= data and answer <= timer:
            hearing.hear(run)
            continue
        cause = BOOK
        if timer < data:
            cause = fire(run)
        else:
            if not _messages(run, rows, min(answer - 1, timer), next_arrival(run)):
                return int(w[c.STOP])
            if w[c.LISTENS] == 0 or not is_complete(run, rows, message):
                continue
        ask(decide, run, cause, view, purse, params, memory, numbers, legs)
    return int(w[c.STOP])
