"""Book: one instrument's levels, changed by messages and never truncated; layout in `levels`."""

import numpy as np

from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.jit import IN8, IN64, inline, kernel, outline
from graphwiz_trader.kernels.levels import (
    ASK,
    ASK_LOTS,
    BEST,
    BID,
    BID_LOTS,
    CAPACITY,
    CROSSED,
    CROSSINGS,
    FAR,
    HEADER,
    HORIZON,
    LOCKED,
    LOW,
    MASK,
    NEAR,
    NEEDED,
    NO_ASK,
    NO_BID,
    NO_KEY,
    NO_WINDOW,
    WORD,
    far_of,
    far_position,
    lots_at,
    step,
    store,
    total,
    window_below,
    window_for,
)

MIN_WINDOW = 256


def new_book(window: int = 1 << 16, capacity: int = 256) -> Int64s:
    """
    Return the state of an empty book.

    Args:
        window: Keys a side that are reached at once, a power of two, ≥ 256.
        capacity: Far levels a side that fit before the state must be `enlarged`.
    """
    if window < MIN_WINDOW or window & (window - 1):
        raise ValueError(f"window {window} is not a power of two of at least {MIN_WINDOW}")
    state = np.zeros(HEADER + 2 * window + 2 * (window >> WORD) + 4 * capacity, np.int64)
    state[MASK] = window - 1
    state[CAPACITY] = capacity
    clear(state)
    return state


def enlarged(state: Int64s) -> Int64s:
    """Return a copy of *state* with room for the far levels it last lacked, and as many again."""
    window, old = int(state[MASK]) + 1, int(state[CAPACITY])
    capacity = 2 * max(old, int(state[NEEDED]))
    larger = new_book(window, capacity)
    start = HEADER + 2 * window + 2 * (window >> WORD)
    larger[:start] = state[:start]
    larger[CAPACITY] = capacity
    for part in range(4):
        source = start + part * old
        target = start + part * capacity
        larger[target : target + old] = state[source : source + old]
    return larger


@outline
def _lower(b: Int64s, s: int, k: int) -> None:
    """Move the window of side *s* down to its best level *k*, and take in what was far."""
    b[BEST + s] = k
    low = window_for(b, k)
    b[LOW + s] = low
    start = far_of(b, s)
    n = b[FAR + s]
    while n > 0 and b[start + n - 1] >= low:
        n -= 1
        store(b, s, b[start + n], b[start + 2 * b[CAPACITY] + n])
    b[FAR + s] = n


@outline
def _raise(b: Int64s, s: int, k: int) -> int:
    """
    Move the window of side *s* up to a new best level *k*, and put away what falls out below.

    Returns 0, with nothing changed, when the far part is too small.
    """
    low = b[LOW + s]
    top = min(window_for(b, k), low + b[MASK] + 1)
    leaving = 0
    key = window_below(b, s, top)
    while key != NO_KEY:
        leaving += 1
        key = window_below(b, s, key)
    n = b[FAR + s] + leaving
    b[NEEDED] = n
    if n > b[CAPACITY]:
        return 0
    b[FAR + s] = n
    start = far_of(b, s)
    key = window_below(b, s, top)
    while key != NO_KEY:
        n -= 1
        b[start + n] = key
        b[start + 2 * b[CAPACITY] + n] = lots_at(b, s, key)
        store(b, s, key, 0)
        key = window_below(b, s, key)
    b[LOW + s] = window_for(b, k)
    return 1


@outline
def _retreat(b: Int64s, s: int, k: int) -> None:
    """Find the best level of side *s* after the one at *k* is gone."""
    if b[NEAR + s] > 0:
        key = window_below(b, s, k)
        b[BEST + s] = key
        if key - b[LOW + s] < (b[MASK] + 1) >> 2:
            _lower(b, s, key)
    elif b[FAR + s] > 0:
        _lower(b, s, b[far_of(b, s) + b[FAR + s] - 1])
    else:
        b[BEST + s] = NO_KEY
        b[LOW + s] = NO_WINDOW


@outline
def _set_far(b: Int64s, s: int, k: int, v: int) -> int:
    """Set a level below the window; returns 0, with nothing changed, when there is no room."""
    n = b[FAR + s]
    keys = far_of(b, s)
    lots = keys + 2 * b[CAPACITY]
    at = far_position(b, s, k)
    if at < n and b[keys + at] == k:
        if v > 0:
            b[lots + at] = v
            return 1
        for i in range(at, n - 1):
            b[keys + i] = b[keys + i + 1]
            b[lots + i] = b[lots + i + 1]
        b[FAR + s] = n - 1
    elif v > 0:
        b[NEEDED] = n + 1
        if n == b[CAPACITY]:
            return 0
        for i in range(n, at, -1):
            b[keys + i] = b[keys + i - 1]
            b[lots + i] = b[lots + i - 1]
        b[keys + at] = k
        b[lots + at] = v
        b[FAR + s] = n + 1
    return 1


@outline
def _set_outside(b: Int64s, s: int, k: int, v: int) -> int:
    """Set a level outside the window; returns 0, with nothing changed, when there is no room."""
    if b[BEST + s] == NO_KEY:
        if v > 0:
            b[LOW + s] = window_for(b, k)
            b[BEST + s] = k
            store(b, s, k, v)
        return 1
    if k < b[LOW + s]:
        return _set_far(b, s, k, v)
    if v > 0:
        if _raise(b, s, k) == 0:
            return 0
        b[BEST + s] = k
        store(b, s, k, v)
    return 1


@inline
def _summarize(b: Int64s) -> None:
    """Write the touch into the header."""
    bid, ask = b[BEST], -b[BEST + 1]
    b[BID] = bid
    b[ASK] = ask
    b[BID_LOTS] = lots_at(b, 0, bid) if bid != NO_BID else 0
    b[ASK_LOTS] = lots_at(b, 1, -ask) if ask != NO_ASK else 0
    crossed = 1 if bid > ask else 0
    b[CROSSED] = crossed
    b[LOCKED] = 1 if bid == ask else 0
    b[CROSSINGS] += crossed


@inline
def change(b: Int64s, side: Int8s, ticks: Int64s, lots: Int64s, first: int, last: int) -> int:
    """Do what `apply` does, in rows that exist, without a call."""
    mask = b[MASK]
    for j in range(first, last):
        s = 0 if side[j] > 0 else 1
        k = side[j] * ticks[j]
        v = lots[j]
        low = b[LOW + s]
        if low <= k <= low + mask:
            store(b, s, k, v)
            if k >= b[BEST + s]:
                if v > 0:
                    b[BEST + s] = k
                elif k == b[BEST + s]:
                    _retreat(b, s, k)
        elif _set_outside(b, s, k, v) == 0:
            return j
    _summarize(b)
    return last


@kernel(f"int64(int64[::1], {IN8}, {IN64}, {IN64}, int64, int64)")
def apply(b: Int64s, side: Int8s, ticks: Int64s, lots: Int64s, first: int, last: int) -> int:
    """
    Set the levels of rows *first* to *last* (exclusive); the last row of a level wins.

    Args:
        b: State, changed in place.
        side: +1 bid, −1 ask.
        ticks: Price.
        lots: Quantity now at that price; 0 removes the level.

    Returns:
        *last*; or the row that found the far part full: enlarge the state, go on from there;
        or −1, with nothing changed, when there are no such rows.
    """
    if first < 0 or last > side.shape[0] or last > ticks.shape[0] or last > lots.shape[0]:
        return -1
    return change(b, side, ticks, lots, first, last)


@kernel("void(int64[::1])")
def clear(b: Int64s) -> None:
    """Remove every level; the count of crossings stays."""
    window = b[MASK] + 1
    for s in range(2):
        words = HEADER + 2 * window + s * (window >> WORD)
        for w in range(window >> WORD):
            if b[words + w] != 0:
                b[words + w] = 0
                at = HEADER + s * window + (w << WORD)
                b[at : at + 32] = 0
        b[BEST + s] = NO_KEY
        b[LOW + s] = NO_WINDOW
        b[NEAR + s] = 0
        b[FAR + s] = 0
        b[HORIZON + s] = NO_KEY
    _summarize(b)


@kernel("void(int64[::1])")
def mark_horizon(b: Int64s) -> None:
    """Remember the worst level of each side: beyond it a snapshot told nothing."""
    for s in range(2):
        worst = NO_KEY
        for rank in range(total(b, s)):
            worst = step(b, s, rank, worst)
        b[HORIZON + s] = worst


@inline
def _drop_far(b: Int64s, s: int, dropped: int) -> None:
    """Remove the *dropped* worst far levels."""
    keys = far_of(b, s)
    lots = keys + 2 * b[CAPACITY]
    n = b[FAR + s] - dropped
    for i in range(n):
        b[keys + i] = b[keys + i + dropped]
        b[lots + i] = b[lots + i + dropped]
    b[FAR + s] = n


@kernel("void(int64[::1], int64)")
def truncate(b: Int64s, depth: int) -> None:
    """Drop all but the best *depth* levels a side, for venues that do not maintain the others."""
    for s in range(2):
        if total(b, s) <= depth:
            continue
        key = NO_KEY
        for rank in range(depth):
            key = step(b, s, rank, key)
        _drop_far(b, s, far_position(b, s, key) if key < b[LOW + s] else b[FAR + s])
        key = window_below(b, s, key)
        while key != NO_KEY:
            store(b, s, key, 0)
            key = window_below(b, s, key)
