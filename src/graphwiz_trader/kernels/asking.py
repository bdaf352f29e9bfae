"""
Asking: a strategy's kernel is shown the market and its quotes become requests, compiled.

A strategy's kernel is a `run.Decide`; its columns are named here.
"""

from graphwiz_trader.kernels import gates
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.book import summarize
from graphwiz_trader.kernels.hearing import log, reserve
from graphwiz_trader.kernels.jit import inline, outline
from graphwiz_trader.kernels.levels import ASK, BID
from graphwiz_trader.kernels.run import Run, Table

LEG_INSTRUMENT, LEG_SIDE, LEG_PRICE, LEG_LOTS, LEG_TIF, LEG_POST = 0, 1, 2, 3, 4, 5
LEG_KIND = 6
"""`run.QUOTE`, `run.TAKE` or `run.EXIT`; all legs of an answer are quotes, or none is."""
LEG_COLUMNS = 8
MOST_LEGS = 16

OWN, OPEN_BUYS, OPEN_SELLS, USABLE, BOOK_TS, MOST_BUY, MOST_SELL, WAKE = 0, 1, 2, 3, 4, 5, 6, 7
"""Columns of what a kernel sees of an instrument: its position, what its orders may still buy and
sell, whether the book may be acted on, when it was updated, the lots that limits and the free base
asset leave on either side (for money see `affordable`), and when to ask again, which it may set."""
TOO_CLOSE, IS_SPOT = 8, 9
"""Set by `affordable` where floats cannot tell, and the reference engine decides; and whether the
base asset is delivered."""
VIEW_COLUMNS = 12


@inline
def payable(cash: float, price: int, wanted: int) -> tuple[int, bool]:
    """
    Return the lots at *price* that *cash* pays for, at most *wanted*, and if floats cannot tell.

    *cash* is in ticks times lots.
    """
    if price <= 0:
        return 0, False
    most = cash / price
    if most >= wanted * (1.0 + 1e-9) + 1e-9:
        return wanted, False
    lots = int(max(most, 0.0))
    is_close = min(most - lots, lots + 1 - most) < 1e-10 * max(most, 1.0)
    return min(lots, wanted), bool(is_close)


@inline
def affordable(view: Table, purse: Float64s, i: int, price: int, wanted: int) -> int:
    """Return the lots at *price* that free cash of instrument *i* pays for, at most *wanted*."""
    lots, is_close = payable(purse[i], price, wanted)
    if is_close:
        view[i, TOO_CLOSE] = 1
    return lots


@inline
def show(run: Run, view: Table, purse: Float64s) -> None:
    """Fill *view* and *purse* with what the strategy may see."""
    numbers = run.i
    for i in range(run.w[c.INSTRUMENTS]):
        summarize(run.lb[i])
        view[i, OWN] = numbers[i, c.HELD]
        view[i, OPEN_BUYS] = numbers[i, c.BUYS]
        view[i, OPEN_SELLS] = numbers[i, c.SELLS]
        view[i, USABLE] = 1 if gates.is_usable(run, i) else 0
        view[i, BOOK_TS] = numbers[i, c.BOOK_TS]
        view[i, MOST_BUY] = room(run, i, 1)
        view[i, MOST_SELL] = room(run, i, -1)
        view[i, WAKE] = 0
        view[i, TOO_CLOSE] = 0
        view[i, IS_SPOT] = numbers[i, c.IS_SPOT]
        one = run.x[i, c.UNIT] * run.f[c.WITH_FEE]
        purse[i] = gates.free_cash(run, numbers[i, c.VENUE]) / one


@inline
def room(run: Run, i: int, side: int) -> int:
    """Return the lots that limits on positions and orders leave on *side*, and free base."""
    numbers = run.i
    on_side = numbers[i, c.BUYS] if side > 0 else numbers[i, c.SELLS]
    room = numbers[i, c.LIMIT] - (numbers[i, c.HELD] * side + on_side)
    units = numbers[i, c.LIMIT_UNITS] - gates.asset_worst(run, i, side)
    room = min(room, units // numbers[i, c.UNITS], numbers[i, c.ORDER_LOTS])
    if side < 0 and numbers[i, c.IS_SPOT] == 1:
        free = numbers[i, c.BASE] + numbers[i, c.HELD] - numbers[i, c.BASE_HELD]
        room = min(room, free)
    return int(max(room, 0))


@inline
def _request(run: Run, what: int, k: int, old: int) -> None:
    """Send a request; it arrives after the entry latency."""
    w = run.w
    tail = w[c.ASKED_TAIL]
    if tail - w[c.ASKED_HEAD] >= c.RING:
        w[c.STOP] = c.TOO_MANY
        return
    at = c.ASKED + (tail & (c.RING - 1)) * c.ASKED_SIZE
    w[at + c.ARRIVES] = w[c.NOW] + w[c.ENTRY]
    w[at + c.WHAT] = what
    w[at + c.SUBJECT] = k
    w[at + c.INSTEAD_OF] = old
    w[c.ASKED_TAIL] = tail + 1


@outline
def cancel(run: Run, k: int) -> None:
    """Ask for order *k* to be withdrawn."""
    w = run.w
    if run.o[k, c.STATUS] == c.PENDING_CANCEL:
        return
    run.o[k, c.STATUS] = c.PENDING_CANCEL
    tail = w[c.CANCELED_TAIL]
    if tail - w[c.CANCELED_HEAD] >= c.SENT_RING:
        gates.in_last_second(run, c.CANCELED_HEAD, c.CANCELED_TAIL, c.CANCELED, 1)
        if tail - w[c.CANCELED_HEAD] >= c.SENT_RING:
            w[c.STOP] = c.TOO_MANY
            return
    w[c.CANCELED + (tail & (c.SENT_RING - 1))] = w[c.NOW]
    w[c.CANCELED_TAIL] = tail + 1
    log(run, c.DECIDED_CANCEL, w[c.NOW], k, 0, 0, 0, 0)
    _request(run, c.CANCEL, k, -1)


@inline
def _noted(run: Run, i: int, side: int, price: int, lots: int) -> None:
    """Count an order that leaves."""
    w = run.w
    w[c.SUBMITTED] += 1
    tail = w[c.SENT_TAIL]
    if tail - w[c.SENT_HEAD] >= c.SENT_RING:
        w[c.STOP] = c.TOO_MANY
        return
    at = c.SENT + (tail & (c.SENT_RING - 1)) * c.SENT_SIZE
    w[at] = w[c.NOW]
    w[at + 1] = i
    w[at + 2] = side
    w[at + 3] = price
    w[at + 4] = lots
    w[c.SENT_TAIL] = tail + 1


@outline
def send(run: Run, leg: Int64s, old: int) -> int:
    """Send *leg* as an order, in place of *old* unless that is −1, if the gates let it pass."""
    w, o = run.w, run.o
    i, side, price, lots = leg[LEG_INSTRUMENT], leg[LEG_SIDE], leg[LEG_PRICE], leg[LEG_LOTS]
    why = gates.admit(run, i, side, price, lots, old, leg[LEG_KIND])
    if why != gates.PASSED:
        w[c.DENIED + why] += 1
        return why
    k = w[c.ORDERS]
    if w[c.LIVE] >= c.MOST_LIVE or abs(float(price)) * lots > c.FITS:
        w[c.STOP] = c.TOO_MANY
        return why
    w[c.ORDERS] = k + 1
    b = run.lb[i]
    for column in range(c.OCOLUMNS):
        o[k, column] = 0
    o[k, c.INSTRUMENT], o[k, c.SIDE], o[k, c.PRICE], o[k, c.LOTS] = i, side, price, lots
    o[k, c.TIF], o[k, c.POST], o[k, c.INTENT] = leg[LEG_TIF], leg[LEG_POST], leg[LEG_KIND]
    o[k, c.DECIDED], o[k, c.REPLACES], o[k, c.HALF_MID] = w[c.NOW], old, b[BID] + b[ASK]
    if old >= 0:
        o[old, c.STATUS] = c.PENDING_REPLACE
    w[c.WORKS + w[c.LIVE]] = k
    w[c.LIVE] += 1
    reserve(run, k, lots)
    _noted(run, i, side, price, lots)
    log(run, c.DECIDED_SUBMIT if old < 0 else c.DECIDED_REPLACE, w[c.NOW], k, 0, price, lots, old)
    _request(run, c.SUBMIT if old < 0 else c.REPLACE, k, old)
    return why


@inline
def _is_repeated(legs: Table, n: int) -> bool:
    """Whether a leg before number *n* is of the same instrument."""
    found = False
    for j in range(n):
        found |= legs[j, LEG_INSTRUMENT] == legs[n, LEG_INSTRUMENT]
    return bool(found)


@inline
def is_sound(run: Run, legs: Table, n: int) -> bool:
    """Whether *legs* are quotes that can be asked for, or something to take or leave."""
    sound = n <= MOST_LEGS
    for j in range(min(n, MOST_LEGS)):
        sound &= 0 <= legs[j, LEG_INSTRUMENT] < run.w[c.INSTRUMENTS]
        sound &= abs(legs[j, LEG_SIDE]) == 1 and 0 <= legs[j, LEG_TIF] <= c.FOK
        sound &= legs[j, LEG_LOTS] >= 0
        sound &= c.QUOTE <= legs[j, LEG_KIND] <= c.EXIT
        sound &= (legs[j, LEG_KIND] == c.QUOTE) == (legs[0, LEG_KIND] == c.QUOTE)
    return bool(sound)


@inline
def _is_replaced(run: Run, k: int) -> bool:
    """Whether a live order takes the place of order *k*, and answers for it."""
    found = False
    for at in range(run.w[c.LIVE]):
        found |= run.o[run.w[c.WORKS + at], c.REPLACES] == k
    return bool(found)


@inline
def _leg_for(run: Run, legs: Table, n: int, used: int, k: int, exactly: int) -> int:
    """Return the first leg not *used* that is of order *k*'s side, and *exactly* it if so asked."""
    o = run.o
    for j in range(n):
        if (
            not (used >> j) & 1
            and legs[j, LEG_LOTS] > 0
            and legs[j, LEG_INSTRUMENT] == o[k, c.INSTRUMENT]
            and legs[j, LEG_SIDE] == o[k, c.SIDE]
        ):
            same = legs[j, LEG_PRICE] == o[k, c.PRICE]
            same = same and legs[j, LEG_LOTS] == o[k, c.LOTS] - o[k, c.CUM]
            if exactly == 0 or same:
                return j
    return -1


@inline
def _misplaced(run: Run, legs: Table, n: int, i: int) -> int:
    """Mark the quotes that no leg asks for as they are; return which legs the others answer."""
    w, o = run.w, run.o
    used = 0
    for at in range(w[c.LIVE]):
        k = w[c.WORKS + at]
        o[k, c.MISPLACED] = 0
        is_quote = o[k, c.INSTRUMENT] == i and o[k, c.INTENT] != c.EXIT
        if is_quote and not _is_replaced(run, k):
            j = _leg_for(run, legs, n, used, k, 1)
            if j >= 0:
                used |= 1 << j
            else:
                o[k, c.MISPLACED] = 1
    return used


@inline
def plan(run: Run, legs: Table, n: int) -> None:
    """Turn the wanted quotes *legs* into what differs from the orders that work."""
    w, o = run.w, run.o
    for first in range(n):
        i = legs[first, LEG_INSTRUMENT]
        if _is_repeated(legs, first):
            continue
        used = _misplaced(run, legs, n, i)
        for at in range(w[c.LIVE]):
            k = w[c.WORKS + at]
            if o[k, c.MISPLACED] == 0:
                continue
            j = _leg_for(run, legs, n, used, k, 0)
            if j >= 0:
                used |= 1 << j
                changeable = o[k, c.STATUS] == c.NEW or o[k, c.STATUS] == c.PARTIAL
                if changeable and send(run, legs[j], k) != gates.PASSED:
                    cancel(run, k)
            elif o[k, c.STATUS] != c.PENDING_REPLACE:
                cancel(run, k)
        for j in range(n):
            mine = legs[j, LEG_INSTRUMENT] == i and legs[j, LEG_LOTS] > 0
            if mine and not (used >> j) & 1:
                send(run, legs[j], -1)
