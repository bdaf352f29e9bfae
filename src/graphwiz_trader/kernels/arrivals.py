"""Arrivals: our requests as they reach a recorded venue, compiled."""

from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.jit import inline, outline
from graphwiz_trader.kernels.levels import NO_KEY, lots_at, step
from graphwiz_trader.kernels.resting import (
    answer,
    count_of,
    fill,
    gone,
    insert,
    join,
    list_of,
    remove,
    take,
)
from graphwiz_trader.kernels.run import Run

MAX_TICKS = 1 << 44
NEAR = 1e-11
"""Relative distance below which floats do not tell two exact sums apart."""


@inline
def is_near(a: float, b: float) -> bool:
    """Whether floats are too close to tell which of the exact amounts is greater."""
    return abs(a - b) <= NEAR * max(abs(a), abs(b))


@outline
def _reachable(run: Run, b: Int64s, k: int, wanted: int) -> tuple[int, int]:
    """Return how many of *wanted* lots order *k* meets within its price, and the last tick."""
    o = run.o
    i, side, price = o[k, c.INSTRUMENT], o[k, c.SIDE], o[k, c.PRICE]
    other = 1 if side > 0 else 0
    found, reach, rank, key = 0, price, 0, NO_KEY
    while found < wanted:
        key = step(b, other, rank, key)
        tick = -side * key
        if key == NO_KEY or side * (price - tick) < 0:
            break
        left = lots_at(b, other, key) - gone(run, i, -side, tick)
        if left > 0:
            found += min(left, wanted - found)
            reach = tick
        rank += 1
    return found, reach


@inline
def _meets_ours(run: Run, k: int, limit: int) -> bool:
    """Whether order *k* would meet a resting order of ours on its way to *limit*."""
    i, side = run.o[k, c.INSTRUMENT], run.o[k, c.SIDE]
    if run.i[i, count_of(-side)] == 0:
        return False
    best = run.o[run.w[list_of(i, -side)], c.PRICE]
    return bool(side * (limit - best) >= 0)


@inline
def _objection(run: Run, b: Int64s, k: int) -> int:
    """Return why the venue refuses order *k*, `NOTHING_SAID` if it does not."""
    o = run.o
    i, price, lots = o[k, c.INSTRUMENT], o[k, c.PRICE], o[k, c.LOTS]
    if run.i[i, c.BEGUN] == 0:
        return c.NO_BOOK
    if lots < run.i[i, c.MIN_QTY] or lots > run.i[i, c.MAX_QTY]:
        return c.BAD_QTY
    if not 0 < price <= MAX_TICKS or float(price) * float(lots) < run.x[i, c.MIN_WORTH]:
        return c.BAD_PRICE
    if o[k, c.POST] == 1:
        found, _ = _reachable(run, b, k, 1)
        if found > 0 or _meets_ours(run, k, price):
            return c.POST_ONLY
    return c.NOTHING_SAID


@inline
def _lock(run: Run, k: int) -> int:
    """Set aside what order *k* may cost; return whether it was there."""
    o, x, numbers = run.o, run.x, run.i
    i, price, lots = o[k, c.INSTRUMENT], o[k, c.PRICE], o[k, c.LOTS]
    if abs(float(price)) * float(lots) > c.FITS:
        run.w[c.STOP] = c.OVERFLOW
        return 0
    if numbers[i, c.IS_SPOT] == 0:
        return 1
    if o[k, c.SIDE] < 0:
        if lots > numbers[i, c.BASE] + numbers[i, c.V_HELD] - numbers[i, c.V_BASE_LOCKED]:
            return 0
        numbers[i, c.V_BASE_LOCKED] += lots
        return 1
    rate = 1.0 + run.f[c.LOCK_RATE]
    venue = numbers[i, c.VENUE]
    free = run.f[c.CASH + venue]
    for j in range(run.w[c.INSTRUMENTS]):
        if numbers[j, c.VENUE] == venue:
            owed = float(numbers[j, c.V_LOCKED]) * rate
            free -= (float(numbers[j, c.V_SPENT]) + owed) * x[j, c.UNIT] + x[j, c.V_FEES]
    amount = float(price * lots) * x[i, c.UNIT] * rate
    if is_near(amount, free):
        run.w[c.STOP] = c.CLOSE_CALL
    if amount > free:
        return 0
    numbers[i, c.V_LOCKED] += price * lots
    return 1


@inline
def _unlock(run: Run, k: int, lots: int) -> None:
    """Free what is set aside for *lots* of order *k*."""
    i = run.o[k, c.INSTRUMENT]
    if run.i[i, c.IS_SPOT] == 1:
        if run.o[k, c.SIDE] < 0:
            run.i[i, c.V_BASE_LOCKED] -= lots
        else:
            run.i[i, c.V_LOCKED] -= run.o[k, c.PRICE] * lots


@outline
def _end(run: Run, k: int, what: int, now: int, why: int) -> None:
    """Order *k* ends at the venue with a rest that did not trade."""
    _unlock(run, k, run.o[k, c.LOTS] - run.o[k, c.V_CUM])
    run.o[k, c.V_STATUS] = c.OVER
    answer(run, what, k, now, 0, 0, why)


@outline
def _enter(run: Run, b: Int64s, k: int, now: int) -> None:
    """Let the accepted order *k* trade with what it meets; what may rest joins its queue."""
    o = run.o
    i, side = o[k, c.INSTRUMENT], o[k, c.SIDE]
    met, reach = _reachable(run, b, k, o[k, c.LOTS])
    whole = met >= o[k, c.LOTS]
    if o[k, c.TIF] == c.FOK and not whole:
        _end(run, k, c.LAPSED, now, c.NOTHING_SAID)
        return
    limit = reach if whole else o[k, c.PRICE]
    while _meets_ours(run, k, limit):
        ours = run.w[list_of(i, -side)]
        remove(run, ours)
        _end(run, ours, c.WITHDRAWN, now, c.SELF_TRADE)
    other = 1 if side > 0 else 0
    rank, key = 0, NO_KEY
    while met > 0:
        key = step(b, other, rank, key)
        tick = -side * key
        left = min(lots_at(b, other, key) - gone(run, i, -side, tick), met)
        if left > 0:
            take(run, b, i, -side, tick, left)
            fill(run, k, now, tick, left, 0)
            met -= left
        rank += 1
    if o[k, c.V_CUM] == o[k, c.LOTS]:
        return
    if o[k, c.TIF] != c.GTC:
        _end(run, k, c.LAPSED, now, c.NOTHING_SAID)
    else:
        join(run, b, k)


@inline
def submit(run: Run, b: Int64s, k: int, now: int) -> None:
    """The request for order *k* arrives."""
    why = _objection(run, b, k)
    if why == c.NOTHING_SAID and _lock(run, k) == 0:
        why = c.NO_FUNDS
    if why != c.NOTHING_SAID:
        answer(run, c.REFUSED, k, now, 0, 0, why)
        return
    run.o[k, c.V_STATUS] = c.WORKING
    answer(run, c.ACCEPTED, k, now, 0, 0, c.NOTHING_SAID)
    _enter(run, b, k, now)


@inline
def cancel(run: Run, k: int, now: int) -> None:
    """The request to withdraw order *k* arrives."""
    if run.o[k, c.V_STATUS] != c.WORKING:
        answer(run, c.KEPT, k, now, 0, 0, c.ENDED)
        return
    remove(run, k)
    _end(run, k, c.WITHDRAWN, now, c.NOTHING_SAID)


@inline
def replace(run: Run, b: Int64s, k: int, old: int, now: int) -> None:
    """The request to put order *k* in place of *old* arrives."""
    o = run.o
    why = c.ENDED
    if o[old, c.V_STATUS] == c.WORKING:
        why = _objection(run, b, k)
        if why == c.NOTHING_SAID:
            left = o[old, c.LOTS] - o[old, c.V_CUM]
            _unlock(run, old, left)
            if _lock(run, k) == 0:
                _unlock(run, old, -left)
                why = c.NO_FUNDS
    if why != c.NOTHING_SAID:
        answer(run, c.REFUSED, k, now, 0, 0, why)
        answer(run, c.KEPT, old, now, 0, 0, why)
        return
    remove(run, old)
    o[old, c.V_STATUS] = c.OVER
    o[k, c.V_STATUS] = c.WORKING
    answer(run, c.REPLACED_IT, k, now, 0, 0, c.NOTHING_SAID)
    left = o[old, c.LOTS] - o[old, c.V_CUM]
    if o[k, c.PRICE] != o[old, c.PRICE] or o[k, c.LOTS] > left:
        _enter(run, b, k, now)
        return
    for column in (c.RANK, c.SHOWN, c.CREDIT_UNTIL):
        o[k, column] = o[old, column]
    for column in range(c.PCOLUMNS):
        run.p[k, column] = run.p[old, column]
    insert(run, k)
