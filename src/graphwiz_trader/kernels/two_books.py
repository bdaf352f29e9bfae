"""Two books: the loop of a compiled backtest with a book at each venue and one here."""

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
    next_data,
    receive,
)
from graphwiz_trader.kernels.jit import kernel
from graphwiz_trader.kernels.run import Decide, Reals, Rows, Run, Table
from graphwiz_trader.kernels.venues import run_venues


@kernel(SIGNATURE)
def two_books(
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
    Run with a book at the venue and one here.

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
    while has_room(run):
        data, timer = next_data(run, rows), fires(run)
        asked = min(timer, data if w[c.LISTENS] == 1 else w[c.LAST])
        if not run_venues(run, rows, min(asked + w[c.ENTRY], w[c.LAST])):
            return int(w[c.STOP])
        answer = answer_at(run)
        # Until the strategy is asked there is nothing new under way.
        while answer <= w[c.LAST] and answer <= data and answer <= timer and has_room(run):
            hearing.hear(run)
            answer = answer_at(run)
        message, cause = w[c.LOCAL], BOOK
        if w[c.STOP] != c.GOES_ON or not receive(run, rows, min(answer - 1, timer)):
            return int(w[c.STOP])
        if w[c.LISTENS] == 1 and w[c.LOCAL] > message:
            if not is_complete(run, rows, message):
                continue
        else:
            data = min(next_data(run, rows), timer)
            if answer <= min(data, w[c.LAST]):
                continue
            if data > w[c.LAST]:
                return int(w[c.STOP])
            cause = fire(run)
        ask(decide, run, cause, view, purse, params, memory, numbers, legs)
    return int(w[c.STOP])
