"""One book: the loop of a compiled backtest of one instrument, where one book is exact."""

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
def _one_message(run: Run, rows: Rows, message: int) -> bool:
    """Let *message* happen at the venue and be received; False when the run stops."""
    i = run.w[c.INSTRUMENTS] - 1
    b = run.lb[i]
    last = last_of(rows, message)
    if not fits(run, b, last - rows.first[message]):
        return False
    happen(run, rows, b, i, message, last)
    run.w[c.NOW] = rows.ts[message]
    if rows.flags[message] != c.TRADE:
        know(run, rows, i, message)
    run.w[c.LOCAL] = message + 1
    return bool(run.w[c.STOP] == c.GOES_ON)


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
            if not _one_message(run, rows, message):
                return int(w[c.STOP])
            if w[c.LISTENS] == 0 or not is_complete(run, rows, message):
                continue
        ask(decide, run, cause, view, purse, params, memory, numbers, legs)
    return int(w[c.STOP])
