"""Statistical arbitrage, compiled: the decision of `stat_arb` on numbers and arrays."""

from math import inf

import numpy as np

from graphwiz_trader.kernels import asking, stats
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.driver import DECIDE
from graphwiz_trader.kernels.jit import inline, kernel
from graphwiz_trader.kernels.levels import ASK, ASK_LOTS, BID, BID_LOTS
from graphwiz_trader.kernels.run import EXIT as LEAVE
from graphwiz_trader.kernels.run import IOC, TAKE, Table

# params: what all instruments share, then a stretch for each.
COUNT, LOOKBACK, THRESHOLD, EXIT, STOP, STOP_BPS, MAX_HOLD = 0, 1, 2, 3, 4, 5, 6
ON_CHANGE, GRID, INCLUDES, DDOF, GATE, MIN_PROFIT, PARTICIPATION = 7, 8, 9, 10, 11, 12, 13
SHARED = 14
PLACE, MIN_QTY, MIN_WORTH, FEE_BPS, EACH = 0, 1, 2, 3, 4

# memory: floats of each instrument, then its window in order of time.
Z, HOLD, FIT, FLOATS = 0, 1, 2, 6

# numbers: whole numbers of each instrument, then the state of its moments.
SEEN, ARMED, HAS_LAST, LAST, NEXT_GRID, SAMPLES, ENTRY_SAMPLE, ENTRY_PRICE, WHOLE = range(9)


@inline
def _push(params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, x: int) -> None:
    """Take *x* into the window, and score it."""
    start = d + WHOLE
    moments = numbers[start : start + stats.RING + int(params[LOOKBACK])]
    if params[INCLUDES] == 1.0:
        memory[m + Z] = stats.z_including(moments, x, int(params[DDOF]))
    else:
        memory[m + Z] = stats.z_excluding(moments, x, int(params[DDOF]))
    numbers[d + SAMPLES] += 1


@inline
def _observe(
    params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, x: int, ts: int
) -> bool:
    """Take in the mid, in half ticks, as `_Track.observe` does; whether that was a sample."""
    has_last, last = numbers[d + HAS_LAST] == 1, numbers[d + LAST]
    numbers[d + HAS_LAST], numbers[d + LAST] = 1, x
    step = int(params[GRID])
    if step == 0:
        if params[ON_CHANGE] == 1.0 and has_last and last == x:
            return False
        _push(params, memory, numbers, m, d, x)
        return True
    if not has_last:
        last = x
        numbers[d + NEXT_GRID] = -(-ts // step) * step
    passed = max(0, -(-(ts - numbers[d + NEXT_GRID]) // step))
    for _ in range(min(passed, int(params[LOOKBACK]))):
        _push(params, memory, numbers, m, d, last)
    numbers[d + NEXT_GRID] += passed * step
    if numbers[d + NEXT_GRID] != ts:
        return bool(passed > 0)
    _push(params, memory, numbers, m, d, x)
    numbers[d + NEXT_GRID] += step
    return True


@inline
def _half_life(params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int) -> float:
    """Return in how many samples a deviation halves, NaN where the window does not revert."""
    length, start = int(params[LOOKBACK]), d + WHOLE
    series = memory[m + FLOATS : m + FLOATS + length]
    count = stats.window(numbers[start : start + stats.RING + length], series)
    fit = memory[m + FIT : m + FLOATS]
    stats.ar1(series[:count], fit)
    return float(fit[stats.HALF_LIFE])


@inline
def _longest(params: Float64s, half_life: float) -> float:
    """Return how many samples a trade may last."""
    if not np.isnan(params[MAX_HOLD]):
        return float(params[MAX_HOLD])
    if np.isnan(half_life):
        return float(params[LOOKBACK])
    return float(min(params[LOOKBACK], 3 * half_life))


@inline
def _edge_bps(
    params: Float64s, numbers: Int64s, d: int, z: float, half_mid: int, half_life: float
) -> float:
    """Return what reverting to the exit within the longest hold is expected to bring."""
    start = d + WHOLE
    moments = numbers[start : start + stats.RING + int(params[LOOKBACK])]
    deviation = np.sqrt(stats.variance(moments, int(params[DDOF])))
    factor = 1.0
    if not np.isnan(half_life):
        factor = stats.reverted(_longest(params, half_life), half_life)
    return float((abs(z) - params[EXIT]) * deviation / abs(half_mid) * 1e4 * factor)


@inline
def _closable(b: Int64s, params: Float64s, e: int, own: int) -> int:
    """Return *own*, or 0 where the venue would not take so little."""
    price = b[BID] if own > 0 else b[ASK]
    if abs(own) < params[e + MIN_QTY] or float(price) * abs(own) < params[e + MIN_WORTH]:
        return 0
    return own


@inline
def _is_stopped(
    b: Int64s, params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, own: int
) -> bool:
    """Whether the open trade lasted too long or lost too much."""
    if numbers[d + SAMPLES] - numbers[d + ENTRY_SAMPLE] >= memory[m + HOLD]:
        return True
    entry = numbers[d + ENTRY_PRICE]
    if params[STOP_BPS] == inf or entry == 0:
        return False
    price = b[BID] if own > 0 else b[ASK]
    lost = (entry - price) * (1 if own > 0 else -1)
    return bool(lost * 1e4 >= params[STOP_BPS] * entry)


@inline
def _write(legs: Table, n: int, i: int, side: int, price: int, lots: int, kind: int) -> None:
    legs[n, asking.LEG_INSTRUMENT] = i
    legs[n, asking.LEG_SIDE] = side
    legs[n, asking.LEG_PRICE] = price
    legs[n, asking.LEG_LOTS] = lots
    legs[n, asking.LEG_TIF] = IOC
    legs[n, asking.LEG_POST] = 0
    legs[n, asking.LEG_KIND] = kind


@inline
def _enter(
    b: Int64s,
    i: int,
    view: Table,
    purse: Float64s,
    params: Float64s,
    memory: Float64s,
    numbers: Int64s,
    m: int,
    d: int,
    e: int,
    legs: Table,
    n: int,
) -> int:
    """Open against the deviation if that pays; return how many legs there are."""
    z = memory[m + Z]
    side = -1 if z > 0 else 1
    half_mid = b[BID] + b[ASK]
    if half_mid == 0 or b[ASK] == 0:
        _write(legs, n, i, side, 0, -1, TAKE)  # in bps of nothing: for the reference engine
        return n + 1
    half_life = _half_life(params, memory, numbers, m, d)
    edge = _edge_bps(params, numbers, d, z, half_mid, half_life)
    cost = 2 * params[e + FEE_BPS] + (b[ASK] - b[BID]) / b[ASK] * 1e4 + params[MIN_PROFIT]
    if params[GATE] == 1.0 and edge < cost:
        return n
    price = b[ASK] if side > 0 else b[BID]
    shown = b[ASK_LOTS] if side > 0 else b[BID_LOTS]
    most = view[i, asking.MOST_BUY if side > 0 else asking.MOST_SELL]
    lots = min(most, int(params[PARTICIPATION] * shown))
    if side > 0 or view[i, asking.IS_SPOT] == 0:
        lots = asking.affordable(view, purse, i, price, lots)
    numbers[d + ENTRY_SAMPLE] = numbers[d + SAMPLES]
    numbers[d + ENTRY_PRICE] = price
    memory[m + HOLD] = _longest(params, half_life)
    _write(legs, n, i, side, price, max(0, lots), TAKE)
    return n + 1


@inline
def _leave(
    b: Int64s,
    i: int,
    params: Float64s,
    memory: Float64s,
    numbers: Int64s,
    m: int,
    d: int,
    own: int,
    legs: Table,
    n: int,
) -> int:
    """Close what is held once it reverted, or must be stopped; return how many legs there are."""
    z, held = memory[m + Z], 1 if own > 0 else -1
    stopped = _is_stopped(b, params, memory, numbers, m, d, own) or -held * z >= params[STOP]
    if not stopped and abs(z) > params[EXIT] and z * held <= 0:
        return n
    numbers[d + ARMED] = 0 if stopped else 1
    _write(legs, n, i, -held, b[BID] if own > 0 else b[ASK], abs(own), LEAVE)
    return n + 1


@kernel(DECIDE)
def decide(
    now: int,  # noqa: ARG001 # it samples by the books' own time
    cause: int,  # noqa: ARG001 # it sets no timers
    books: Table,
    view: Table,
    purse: Float64s,
    params: Float64s,
    memory: Float64s,
    numbers: Int64s,
    legs: Table,
) -> int:
    """Take one observation of every book that moved, and act on its z-score."""
    n, length = 0, int(params[LOOKBACK])
    for at in range(int(params[COUNT])):
        e, m = SHARED + at * EACH, at * (FLOATS + length)
        d = at * (WHOLE + stats.RING + length)
        i = int(params[e + PLACE])
        ts, b = view[i, asking.BOOK_TS], books[i]
        before = numbers[d + SEEN]
        numbers[d + SEEN] = ts
        if ts == before or view[i, asking.USABLE] == 0:
            continue
        if not _observe(params, memory, numbers, m, d, b[BID] + b[ASK], ts):
            continue
        z = memory[m + Z]
        if np.isnan(z) or view[i, asking.OPEN_BUYS] + view[i, asking.OPEN_SELLS] > 0:
            continue
        own = _closable(b, params, e, view[i, asking.OWN])
        if own != 0:
            n = _leave(b, i, params, memory, numbers, m, d, own, legs, n)
            continue
        if abs(z) < params[EXIT]:
            numbers[d + ARMED] = 1
        if numbers[d + ARMED] == 1 and abs(z) >= params[THRESHOLD]:
            n = _enter(b, i, view, purse, params, memory, numbers, m, d, e, legs, n)
    return n
