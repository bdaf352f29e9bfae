"""Book: one instrument's levels, changed by messages and never truncated; layout in `levels`."""

import numpy as np

from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.far import retreat, set_outside
from graphwiz_trader.kernels.jit import IN8, IN64, inline, kernel
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


@inline
def summarize(b: Int64s) -> None:
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
def change(
    b: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    first: int,
    last: int,
    low_bid: int = NO_WINDOW,
    high_bid: int = NO_KEY,
    low_ask: int = NO_WINDOW,
    high_ask: int = NO_KEY,
) -> int:
    """
    Do what `apply` does, in rows that exist, without a call, and leave the touch as it was.

    Returns:
        Whether a row is of a level whose signed key is in a range given; or −1 less the row that
        found the far part full.
    """
    mask = b[MASK]
    touched = 0
    for j in range(np.uint64(first), np.uint64(last)):
        d = side[j]
        s = int(d < 0)
        k = d * ticks[j]
        v = lots[j]
        touched |= (k >= (low_ask if s else low_bid)) & (k <= (high_ask if s else high_bid))
        # Unsigned, what lies below the window is above it, too.
        if np.uint64(k - b[np.uint64(LOW + s)]) <= np.uint64(mask):
            store(b, mask, s, k, v)
            best = np.uint64(BEST + s)
            # Most changes of the touch leave its price: one branch, and seldom taken.
            if k - int(v > 0) >= b[best]:
                if v > 0:
                    b[best] = k
                elif k == b[best]:
                    retreat(b, s, k)
        elif set_outside(b, s, k, v) == 0:
            return -1 - int(np.int64(j))
    return touched


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
    done = change(b, side, ticks, lots, first, last)
    if done < 0:
        return -1 - done
    summarize(b)
    return last


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
    summarize(b)


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
            store(b, b[MASK], s, key, 0)
            key = window_below(b, s, key)
