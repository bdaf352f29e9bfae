"""
Run: everything a compiled backtest knows, in arrays.

An instrument, an order and a row of the log are a row of an array each; the columns are named
here. Quantities are whole lots and prices whole ticks; sums of money are kept in ticks times lots
of their instrument (`FITS` guards against overflow) and become floats only to be compared.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.kernels.arrays import Float64s, Int8s, Int16s, Int64s

Table: TypeAlias = NDArray[np.int64]
Reals: TypeAlias = NDArray[np.float64]

Decide: TypeAlias = Callable[
    [int, int, Table, Table, Float64s, Float64s, Float64s, Int64s, Table], int
]
"""
A strategy's kernel: now, cause, books, view, purse, params, memory, numbers, legs → how many legs.

`cause` is the instrument whose timer fired, −1 at an instant of the books. `books` are the states
of `kernels.levels`, a row an instrument; `view` and `purse` say what else may be known of it, in
the columns of `asking`. `params` never change; `memory` and `numbers` are the kernel's to keep.
Legs of one instrument are the quotes wanted there in place of all before, or each by itself is
something to take or to leave; 0 legs: no change.
"""

NEVER = 1 << 62
FITS = 4e18
"""A product of ticks and lots above this does not fit into int64."""


class Run(NamedTuple):
    """
    The state of a run.

    Attributes:
        w: Counters and rings; the columns `NOW` to `HEADER`, then the rings.
        f: Limits and sums of money, `COLLAR` to `FLOATS`.
        i, x: A row for every instrument, whole numbers and floats.
        o, p: A row for every order of ours, and its place in the queue.
        g: The log: a row for everything that was decided or heard.
        vb, lb: The books at the venues and here; one and the same with one book.
    """

    w: Int64s
    f: Float64s
    i: Table
    x: Reals
    o: Table
    p: Reals
    g: Table
    vb: Table
    lb: Table


class Rows(NamedTuple):
    """
    The columns of a tape; see `domain.tape`.

    `at` is when each message happened at its venue; `own` the numbers of each instrument's
    messages one instrument after the other, empty if there is only one.
    """

    side: Int8s
    ticks: Int64s
    lots: Int64s
    first: Int64s
    ts: Int64s
    at: Int64s
    instrument: Int16s
    flags: Int8s
    own: Int64s


DIFF, SNAPSHOT, TRADE = 0, 1, 2

# Run.w: counters.
NOW, LOCAL, LAST, STOP, INSTRUMENTS, VENUES = 0, 1, 2, 3, 4, 5
LIVE, ORDERS, LOGGED, SUBMITTED, FILLS = 6, 7, 8, 9, 10
ASKED_HEAD, ASKED_TAIL, TOLD_HEAD, TOLD_TAIL = 11, 12, 13, 14
SENT_HEAD, SENT_TAIL, CANCELED_HEAD, CANCELED_TAIL = 15, 16, 17, 18
ENTRY, RESPONSE, LISTENS, TTL, DEPLETES = 19, 20, 21, 22, 23
MAX_SENT, MAX_CANCELED, MAX_ALIKE, MAX_OPEN, MAX_PER_FILL, MAX_AGE = 24, 25, 26, 27, 28, 29
QUEUE, CREDIT, DAY, TIMED, RANKED, TOUCHED, NEEDED_AT, TAKEN_AT = range(30, 38)
DENIED = 64
"""Run.w from here: how many were refused for each reason, by the numbers of `gates`."""
HEADER = 96

# Rings of Run.w behind the header.
RING = 1024
ASKED, ASKED_SIZE = HEADER, 4
TOLD, TOLD_SIZE = ASKED + RING * ASKED_SIZE, 8
SENT_RING = 4096
SENT, SENT_SIZE = TOLD + RING * TOLD_SIZE, 5
CANCELED = SENT + SENT_RING * SENT_SIZE
WORKS = CANCELED + SENT_RING
"""Numbers of our live orders, oldest first."""
MOST_LIVE = 256
RESTS = WORKS + MOST_LIVE
"""Numbers of our resting orders: a stretch of `MOST_RESTING` for every instrument and side."""
MOST_RESTING = 64
MOST_TAKEN, TAKEN_SIZE = 128, 4

# Run.w: a request under way, and an answer under way.
ARRIVES, WHAT, SUBJECT, INSTEAD_OF = 0, 1, 2, 3
HEARD, MATCHED, WHERE, SAID, OF, PX, QTY, MADE = 0, 1, 2, 3, 4, 5, 6, 7
SUBMIT, CANCEL, REPLACE = 1, 2, 3
ACCEPTED, REPLACED_IT, TRADED, WITHDRAWN, LAPSED, REFUSED, KEPT = 1, 2, 3, 4, 5, 6, 7
"""What an answer says; KEPT: a cancel or replacement was refused, the order goes on."""
NOTHING_SAID, SELF_TRADE, POST_ONLY, NO_FUNDS, NO_BOOK, BAD_QTY, BAD_PRICE, ENDED = range(8)
"""Why, in the answer's column `MADE` where nothing traded."""

# Run.f.
COLLAR, MAX_EXPOSURE, MAX_NOTIONAL, SIZE_CAP, DAY_FLOOR, MAX_DRAWDOWN = 0, 1, 2, 3, 4, 5
MAKER, TAKER, LOCK_RATE, WITH_FEE, PNL, PEAK, DAY_BASE, ENDOWED, POWER = (
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
)
CASH = 32
"""Run.f from here: the quote asset each venue gave us."""
MOST_VENUES = 32
FLOATS = CASH + MOST_VENUES

# Run.i.
VENUE, IS_SPOT, BOOK_TS, SYNCED, BEGUN, HELD, SPENT, BUYS, SELLS = 0, 1, 2, 3, 4, 5, 6, 7, 8
MIN_QTY, MAX_QTY, ORDER_LOTS, LIMIT, LIMIT_UNITS, UNITS, ASSET = 9, 10, 11, 12, 13, 14, 15
BASE, BASE_HELD, RESERVED, ACTIVE = 16, 17, 18, 19
V_SPENT, V_HELD, V_LOCKED, V_BASE_LOCKED = 20, 21, 22, 23
BIDS, ASKS, LOW_BID, HIGH_BID, LOW_ASK, HIGH_ASK = 24, 25, 26, 27, 28, 29
"""Resting orders of each side, and the least and greatest signed key among them."""
TAKEN, CURSOR, UNTIL, WAKE, WAKE_SEQ, TRADED_SIDE = 30, 31, 32, 33, 34, 35
ELSEWHERE, LISTENED, MARKED_AT = 36, 37, 38
"""`MARKED_AT`: at what price what we hold is valued, `NEVER` if at none."""
ICOLUMNS = 40

# Run.x.
TICK, CONTRACT, UNIT, MIN_WORTH, FEES, V_FEES, PART, WORTH = 0, 1, 2, 3, 4, 5, 6, 7
XCOLUMNS = 8

# Run.o.
INSTRUMENT, SIDE, PRICE, LOTS, POST, TIF, DECIDED, STATUS = 0, 1, 2, 3, 4, 5, 6, 7
CUM, SEEN, REPLACES, V_STATUS, V_CUM, RANK, SHOWN, FILLING = 8, 9, 10, 11, 12, 13, 14, 15
CREDIT_UNTIL, HALF_MID, MISPLACED, INTENT = 16, 17, 18, 19
OCOLUMNS = 20
QUOTE, TAKE, EXIT = 0, 1, 2
"""What an order is for, as `domain.signal.SignalKind` says; an EXIT only reduces what is held."""
GTC, IOC, FOK = 0, 1, 2
PENDING_NEW, NEW, PARTIAL, PENDING_CANCEL, PENDING_REPLACE = 0, 1, 2, 3, 4
FILLED, CANCELED_NOW, REPLACED, REJECTED, EXPIRED = 5, 6, 7, 8, 9
"""Status of an order here; live below `FILLED`."""
UNBORN, WORKING, OVER = 0, 1, 2
"""Status of an order at its venue."""

# Run.p.
FRONT, SEEN_TRADED, HAS_CREDIT, UNEXPLAINED = 0, 1, 2, 3
PCOLUMNS = 4

# Run.g.
KIND, TS, ORDER, MATCH, AT, FOR, DETAIL, STATE = 0, 1, 2, 3, 4, 5, 6, 7
GCOLUMNS = 8
DECIDED_SUBMIT, DECIDED_CANCEL, DECIDED_REPLACE, HEARD_OF = 1, 2, 3, 10
"""Kinds of the log; `HEARD_OF` and what an answer says added to it."""

# Why a run stops before its end: to be given room, or to be done by the reference engine.
GOES_ON, NO_ROOM_ORDERS, NO_ROOM_LOG, NO_ROOM_BOOK = 0, 1, 2, 3
TOO_MANY, CLOSE_CALL, BREAKER, ONE_SIDED, BAD_LEG, OVERFLOW = 11, 12, 13, 14, 15, 16


def taken_of(instruments: int) -> int:
    """Return where in `Run.w` the levels begin of which something was taken."""
    return RESTS + 2 * instruments * MOST_RESTING


def size_of(instruments: int) -> int:
    """Return the length of `Run.w`."""
    return taken_of(instruments) + instruments * MOST_TAKEN * TAKEN_SIZE
