"""
Driver: a whole tape, a strategy and the venues in one compiled loop.

At one instant: a venue's data, our arrivals, its responses, the data we receive, timers, as in
`application.driver`. Answers never make a strategy act, so that a venue may run ahead to the
instant at which the next request could reach it.
"""

import numpy as np

from graphwiz_trader.kernels import acting, asking, hearing
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.book import change, clear, mark_horizon
from graphwiz_trader.kernels.jit import IN8, IN64, inline
from graphwiz_trader.kernels.run import Decide, Rows, Run, Table
from graphwiz_trader.kernels.venues import fits, last_of

MOST_LOGGED = 1024
"""Rows of the log that one event writes at most."""

BOOK = -1
"""Cause of a question: an instant of the books; else the number of the instrument whose timer
fired."""

_TABLE = "int64[:, ::1]"
_REALS = "float64[:, ::1]"
DECIDE = (
    f"int64(int64, int64, {_TABLE}, {_TABLE}, float64[::1], float64[::1], float64[::1],"
    f" int64[::1], {_TABLE})"
)
"""The signature of a strategy's kernel; see `asking.Decide`."""

_RUN = f"int64[::1], float64[::1], {_TABLE}, {_REALS}, {_TABLE}, {_REALS}" + 3 * f", {_TABLE}"
_ROWS = f'{IN8}, {IN64}, {IN64}, {IN64}, {IN64}, {IN64}, Array(int16, 1, "C", True), {IN8}, {IN64}'

SIGNATURE = (
    f"int64(FunctionType({DECIDE}), {_RUN}, {_ROWS}, {_TABLE}, float64[::1], float64[::1],"
    f" float64[::1], int64[::1], {_TABLE})"
)
"""Of the loops."""


@inline
def has_room(run: Run) -> bool:
    """Whether orders and log have room for one event more; else the run stops."""
    w = run.w
    if w[c.ORDERS] + asking.MOST_LEGS > run.o.shape[0]:
        w[c.STOP] = c.NO_ROOM_ORDERS
    elif w[c.LOGGED] + MOST_LOGGED > run.g.shape[0]:
        w[c.STOP] = c.NO_ROOM_LOG
    return bool(w[c.STOP] == c.GOES_ON)


@inline
def answer_at(run: Run) -> int:
    """Return when the next answer reaches us."""
    w = run.w
    if w[c.TOLD_HEAD] == w[c.TOLD_TAIL]:
        return c.NEVER
    return int(w[c.TOLD + (w[c.TOLD_HEAD] & (c.RING - 1)) * c.TOLD_SIZE])


@inline
def _timer(run: Run) -> int:
    """Return the instrument whose timer fires next, −1 for none; the one set first of equals."""
    found = -1
    for i in range(run.w[c.INSTRUMENTS]):
        at = run.i[i, c.WAKE]
        if at == 0:
            continue
        if found >= 0:
            best = run.i[found, c.WAKE]
            earlier = at < best or (at == best and run.i[i, c.WAKE_SEQ] < run.i[found, c.WAKE_SEQ])
            if not earlier:
                continue
        found = i
    return found


@inline
def know(run: Run, rows: Rows, i: int, message: int) -> None:
    """Note that the book of instrument *i* is as of *message*, and value what we hold there."""
    numbers = run.i
    at = np.uint64(message)
    if rows.flags[at] == c.SNAPSHOT:
        numbers[i, c.SYNCED] = 1
    if numbers[i, c.SYNCED] == 1:
        numbers[i, c.BOOK_TS] = rows.ts[at]
    held = numbers[i, c.HELD]
    if held != 0 and hearing.touch(run, i, held) != numbers[i, c.MARKED_AT]:
        hearing.mark(run, i)
        hearing.guard(run)


@inline
def receive(run: Run, rows: Rows, until: int) -> bool:
    """
    Take in here what is received up to *until*; False when the run stops.

    One message only when the strategy may be asked at it.
    """
    message = run.w[c.LOCAL]
    end = rows.ts.shape[0]
    if run.w[c.LISTENS] == 1:
        end = min(message + 1, end)
    while message < end and rows.ts[np.uint64(message)] <= until:
        at = np.uint64(message)
        flag = rows.flags[at]
        run.w[c.NOW] = rows.ts[at]
        if flag != c.TRADE:
            i = int(np.int64(rows.instrument[at]))
            b = run.lb[i]
            first, last = rows.first[at], last_of(rows, message)
            if not fits(run, b, last - first):
                break
            if flag == c.SNAPSHOT:
                clear(b)
            if flag == c.SNAPSHOT or run.i[i, c.SYNCED] == 1:
                change(b, rows.side, rows.ticks, rows.lots, first, last)
            if flag == c.SNAPSHOT:
                mark_horizon(b)
            know(run, rows, i, message)
            if run.w[c.STOP] != c.GOES_ON:
                break
        message += 1
    run.w[c.LOCAL] = message
    return bool(run.w[c.STOP] == c.GOES_ON)


@inline
def ask(
    decide: Decide,
    run: Run,
    cause: int,
    view: Table,
    purse: Float64s,
    params: Float64s,
    memory: Float64s,
    numbers: Int64s,
    legs: Table,
) -> None:
    """Ask the strategy, and carry out what it answers."""
    asking.show(run, view, purse)
    n = decide(run.w[c.NOW], cause, run.lb, view, purse, params, memory, numbers, legs)
    for i in range(run.w[c.INSTRUMENTS]):
        if view[i, asking.WAKE] != 0:
            run.i[i, c.WAKE] = max(view[i, asking.WAKE], run.w[c.NOW])
            run.w[c.TIMED] += 1
            run.i[i, c.WAKE_SEQ] = run.w[c.TIMED]
        if view[i, asking.TOO_CLOSE] != 0:
            run.w[c.STOP] = c.CLOSE_CALL
    if n > 0:
        if not asking.is_sound(run, legs, n):
            run.w[c.STOP] = c.BAD_LEG
        elif legs[0, asking.LEG_KIND] == c.QUOTE:
            asking.plan(run, legs, n)
        else:
            acting.act(run, legs, n)


@inline
def fires(run: Run) -> int:
    """Return when the next timer fires."""
    i = _timer(run)
    return int(run.i[i, c.WAKE]) if i >= 0 else c.NEVER


@inline
def next_data(run: Run, rows: Rows) -> int:
    """Return when the next message is received."""
    message = run.w[c.LOCAL]
    return int(rows.ts[message]) if message < rows.ts.shape[0] else c.NEVER


@inline
def is_complete(run: Run, rows: Rows, message: int) -> bool:
    """
    Whether *message* is the last of an instant that the strategy wants to be asked at.

    `TOUCHED` notes that an earlier message of the instant was of one of its instruments.
    """
    w = run.w
    if run.i[rows.instrument[message], c.LISTENED] == 1:
        w[c.TOUCHED] = 1
    if message + 1 < rows.ts.shape[0] and rows.ts[message + 1] == rows.ts[message]:
        return False
    touched = w[c.TOUCHED]
    w[c.TOUCHED] = 0
    return bool(touched == 1)


@inline
def fire(run: Run) -> int:
    """Let the next timer fire; return its instrument."""
    i = _timer(run)
    run.w[c.NOW] = run.i[i, c.WAKE]
    run.i[i, c.WAKE] = 0
    return i
