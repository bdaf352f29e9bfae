"""Venues: recorded markets and our requests in order of time, compiled."""

import numpy as np

from graphwiz_trader.kernels import arrivals
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.happening import happen
from graphwiz_trader.kernels.jit import inline, outline
from graphwiz_trader.kernels.levels import CAPACITY, FAR, NEAR
from graphwiz_trader.kernels.run import Rows, Run


@inline
def last_of(rows: Rows, message: int) -> int:
    """Return where the rows of *message* end."""
    if message + 1 < rows.first.shape[0]:
        return int(rows.first[np.uint64(message + 1)])
    return int(rows.side.shape[0])


@inline
def fits(run: Run, b: Int64s, n: int) -> bool:
    """Whether *n* rows fit into a book; else the run stops to be given room."""
    most = max(b[FAR] + b[NEAR], b[FAR + 1] + b[NEAR + 1]) + n
    if most <= b[CAPACITY]:
        return True
    run.w[c.STOP] = c.NO_ROOM_BOOK
    run.w[c.NEEDED_AT] = most
    return False


@inline
def next_arrival(run: Run) -> int:
    """Return when the next request reaches a venue."""
    w = run.w
    if w[c.ASKED_HEAD] == w[c.ASKED_TAIL]:
        return c.NEVER
    return int(w[c.ASKED + (w[c.ASKED_HEAD] & (c.RING - 1)) * c.ASKED_SIZE])


@inline
def _message(run: Run, rows: Rows, i: int) -> int:
    """Return the next message at instrument *i*'s venue, −1 after the last."""
    at = run.i[i, c.CURSOR]
    if at >= run.i[i, c.UNTIL]:
        return -1
    return int(rows.own[at]) if run.w[c.INSTRUMENTS] > 1 else int(at)


@outline
def _catch_up(run: Run, rows: Rows, i: int, until: int) -> bool:
    """Let the messages of instrument *i* up to *until* happen at its venue."""
    b, w = run.vb[i], run.w
    at, end = run.i[i, c.CURSOR], run.i[i, c.UNTIL]
    while at < end and w[c.STOP] == c.GOES_ON:
        message = rows.own[at] if w[c.INSTRUMENTS] > 1 else at
        here = np.uint64(message)
        if rows.at[here] > until:
            break
        last = last_of(rows, message)
        if not fits(run, b, last - rows.first[here]):
            break
        happen(run, rows, b, i, message, last)
        at += 1
    run.i[i, c.CURSOR] = at
    return bool(w[c.STOP] == c.GOES_ON)


@outline
def _rest_until(run: Run, rows: Rows, until: int) -> bool:
    """Let what may matter to resting orders happen up to *until*, in order of time."""
    if run.w[c.INSTRUMENTS] == 1:
        only = run.w[c.INSTRUMENTS] - 1
        return run.i[only, c.BIDS] + run.i[only, c.ASKS] == 0 or _catch_up(run, rows, only, until)
    while True:
        first, found = until, until - until - 1
        for i in range(run.w[c.INSTRUMENTS]):
            if run.i[i, c.BIDS] + run.i[i, c.ASKS] > 0:
                message = _message(run, rows, i)
                if message >= 0 and (
                    rows.at[message] < first or (found < 0 and rows.at[message] == until)
                ):
                    first, found = rows.at[message], i
        if found < 0:
            return True
        message = _message(run, rows, found)
        last = last_of(rows, message)
        b = run.vb[found]
        if not fits(run, b, last - rows.first[message]):
            return False
        happen(run, rows, b, found, message, last)
        run.i[found, c.CURSOR] += 1
        if run.w[c.STOP] != c.GOES_ON:
            return False


@inline
def arrive(run: Run) -> None:
    """Let the next request reach its venue, whose book is as of now."""
    w = run.w
    head = w[c.ASKED_HEAD]
    # Of requests that arrive together, those of an earlier venue come first.
    best = head
    at = c.ASKED + (head & (c.RING - 1)) * c.ASKED_SIZE
    now = w[at + c.ARRIVES]
    for other in range(head + 1, w[c.ASKED_TAIL]):
        there = c.ASKED + (other & (c.RING - 1)) * c.ASKED_SIZE
        if w[there + c.ARRIVES] != now:
            break
        if _venue_of(run, there) < _venue_of(run, c.ASKED + (best & (c.RING - 1)) * c.ASKED_SIZE):
            best = other
    at = c.ASKED + (best & (c.RING - 1)) * c.ASKED_SIZE
    what, k, old = w[at + c.WHAT], w[at + c.SUBJECT], w[at + c.INSTEAD_OF]
    for moved in range(best, head, -1):
        to = c.ASKED + (moved & (c.RING - 1)) * c.ASKED_SIZE
        source = c.ASKED + ((moved - 1) & (c.RING - 1)) * c.ASKED_SIZE
        for column in range(c.ASKED_SIZE):
            w[to + column] = w[source + column]
    w[c.ASKED_HEAD] = head + 1
    b = run.vb[run.o[k, c.INSTRUMENT]]
    if what == c.SUBMIT:
        arrivals.submit(run, b, k, now)
    elif what == c.CANCEL:
        arrivals.cancel(run, k, now)
    else:
        arrivals.replace(run, b, k, old, now)


@inline
def _venue_of(run: Run, at: int) -> int:
    return int(run.i[run.o[run.w[at + c.SUBJECT], c.INSTRUMENT], c.VENUE])


@inline
def run_venues(run: Run, rows: Rows, until: int) -> bool:
    """Let everything happen at the venues up to *until*; False when the run stops."""
    while True:
        arrival = next_arrival(run)
        if not _rest_until(run, rows, min(arrival, until)):
            return False
        if arrival > until:
            return True
        at = c.ASKED + (run.w[c.ASKED_HEAD] & (c.RING - 1)) * c.ASKED_SIZE
        for i in range(run.w[c.INSTRUMENTS]):
            mine = run.o[run.w[at + c.SUBJECT], c.INSTRUMENT]
            if (i == mine or run.w[c.VENUES] > 1) and not _catch_up(run, rows, i, arrival):
                return False
        arrive(run)
        if run.w[c.STOP] != c.GOES_ON:
            return False
