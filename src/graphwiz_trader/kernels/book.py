"""
Book: both sides of one instrument in one int64 array, never truncated.

A level is found by its *signed key*: the tick for a bid, minus the tick for an ask, so that the
best level of either side is its largest key and one path of code serves both.
Each side keeps a window of W keys as a ring (`key & MASK`), with one bit a key that says whether
there is a level.
The window follows the best level; levels below it are kept sorted in the *far* part, and come back
when the window does.
No level lies above the window, and a side that is not empty has its best level inside.

Layout of a state: header · lots of the bids' window, of the asks' · their bits, 32 to a word ·
far keys of the bids, of the asks · far lots of the bids, of the asks.
"""

import numpy as np

from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.jit import IN8, IN64, inline, kernel

BID, ASK, BID_LOTS, ASK_LOTS = 0, 1, 2, 3
"""Header: the touch after the last message, in ticks and lots; `NO_BID`, `NO_ASK` and 0 if none."""

CROSSED, LOCKED, CROSSINGS = 4, 5, 6
"""Header: 1 if bid > ask, 1 if bid = ask, and the number of messages that left bid > ask."""

MASK, CAPACITY, NEEDED = 7, 8, 9
"""Header: W − 1, far levels a side that fit, far levels a side that would have been needed."""

BEST, LOW, FAR, HORIZON = 10, 12, 14, 16
"""Header, a pair for bids and asks: best key, lowest key of the window, number of far levels,
and the worst key of the last snapshot."""

HEADER = 32
NO_BID = -(1 << 62)
NO_ASK = 1 << 62
NO_KEY = -(1 << 62)
NO_WINDOW = 1 << 62
MIN_WINDOW = 256
WORD = 5


def new_book(window: int = 1 << 14, capacity: int = 256) -> Int64s:
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
def _word_of(b: Int64s, s: int, k: int) -> int:
    """Index of the word that holds the bit of key *k*."""
    mask: int = b[MASK]
    window = mask + 1
    return HEADER + 2 * window + s * (window >> WORD) + ((k & mask) >> WORD)


@inline
def _far_of(b: Int64s, s: int) -> int:
    """Index of the first far key of side *s*; its lots are `2 * capacity` further on."""
    window: int = b[MASK] + 1
    capacity: int = b[CAPACITY]
    return HEADER + 2 * window + 2 * (window >> WORD) + s * capacity


@inline
def _store(b: Int64s, s: int, k: int, v: int) -> None:
    """Set key *k*, which is inside the window, to *v* lots."""
    mask = b[MASK]
    b[HEADER + s * (mask + 1) + (k & mask)] = v
    word = _word_of(b, s, k)
    bit = 1 << (k & 31)
    if v > 0:
        b[word] |= bit
    else:
        b[word] &= ~bit


@inline
def _highest(word: int) -> int:
    """Position of the highest bit of *word*, 0 < word < 2³²."""
    n = 0
    if word >= 1 << 16:
        word >>= 16
        n += 16
    if word >= 1 << 8:
        word >>= 8
        n += 8
    if word >= 1 << 4:
        word >>= 4
        n += 4
    if word >= 1 << 2:
        word >>= 2
        n += 2
    return n + (word >> 1)


@inline
def _window_below(b: Int64s, s: int, k: int) -> int:
    """Return the best key below *k* inside the window, or `NO_KEY`."""
    low = b[LOW + s]
    if k <= low:
        return NO_KEY
    base = k - (k & 31)
    word = b[_word_of(b, s, k)] & ((1 << (k & 31)) - 1)
    while word == 0:
        base -= 32
        if base < low:
            return NO_KEY
        word = b[_word_of(b, s, base)]
    return base + _highest(word)


@inline
def _far_position(b: Int64s, s: int, k: int) -> int:
    """Return how many far keys are below *k*."""
    start = _far_of(b, s)
    low, high = 0, b[FAR + s]
    while low < high:
        middle = (low + high) >> 1
        if b[start + middle] < k:
            low = middle + 1
        else:
            high = middle
    return low


@inline
def below(b: Int64s, s: int, k: int) -> int:
    """Return the best key of side *s* (0 bids, 1 asks) below *k*, or `NO_KEY`."""
    found = NO_KEY
    if k > b[LOW + s]:
        found = _window_below(b, s, k)
    if found == NO_KEY:
        position = _far_position(b, s, k)
        if position > 0:
            found = b[_far_of(b, s) + position - 1]
    return found


@inline
def lots_at(b: Int64s, s: int, k: int) -> int:
    """Return the lots at key *k* of side *s*, 0 if there is no level."""
    lots: int = 0
    low = b[LOW + s]
    if low <= k <= low + b[MASK]:
        lots = b[HEADER + s * (b[MASK] + 1) + (k & b[MASK])]
    elif k < low:
        position = _far_position(b, s, k)
        start = _far_of(b, s)
        if position < b[FAR + s] and b[start + position] == k:
            lots = b[start + 2 * b[CAPACITY] + position]
    return lots


@inline
def _window_for(b: Int64s, k: int) -> int:
    """Return the lowest key of a window that leaves a quarter of it above *k*."""
    low: int = k - 3 * ((b[MASK] + 1) >> 2)
    return low - (low & 31)


@kernel("void(int64[::1], int64, int64)")
def _lower(b: Int64s, s: int, k: int) -> None:
    """Move the window of side *s* down to its best level *k*, and take in what was far."""
    b[BEST + s] = k
    low = _window_for(b, k)
    b[LOW + s] = low
    start = _far_of(b, s)
    n = b[FAR + s]
    while n > 0 and b[start + n - 1] >= low:
        n -= 1
        _store(b, s, b[start + n], b[start + 2 * b[CAPACITY] + n])
    b[FAR + s] = n


@kernel("int64(int64[::1], int64, int64)")
def _raise(b: Int64s, s: int, k: int) -> int:
    """
    Move the window of side *s* up to a new best level *k*, and put away what falls out below.

    Returns 0, with nothing changed, when the far part is too small.
    """
    low = b[LOW + s]
    top = min(_window_for(b, k), low + b[MASK] + 1)
    leaving = 0
    key = _window_below(b, s, top)
    while key != NO_KEY:
        leaving += 1
        key = _window_below(b, s, key)
    n = b[FAR + s] + leaving
    b[NEEDED] = n
    if n > b[CAPACITY]:
        return 0
    b[FAR + s] = n
    start = _far_of(b, s)
    key = _window_below(b, s, top)
    while key != NO_KEY:
        n -= 1
        b[start + n] = key
        b[start + 2 * b[CAPACITY] + n] = lots_at(b, s, key)
        _store(b, s, key, 0)
        key = _window_below(b, s, key)
    b[LOW + s] = _window_for(b, k)
    return 1


@kernel("void(int64[::1], int64, int64)")
def _retreat(b: Int64s, s: int, k: int) -> None:
    """Find the best level of side *s* after the one at *k* is gone."""
    key = _window_below(b, s, k)
    if key == NO_KEY:
        if b[FAR + s] > 0:
            _lower(b, s, b[_far_of(b, s) + b[FAR + s] - 1])
        else:
            b[BEST + s] = NO_KEY
            b[LOW + s] = NO_WINDOW
    elif key - b[LOW + s] < (b[MASK] + 1) >> 2:
        _lower(b, s, key)
    else:
        b[BEST + s] = key


@kernel("int64(int64[::1], int64, int64, int64)")
def _set_far(b: Int64s, s: int, k: int, v: int) -> int:
    """Set a level below the window; returns 0, with nothing changed, when there is no room."""
    n = b[FAR + s]
    keys = _far_of(b, s)
    lots = keys + 2 * b[CAPACITY]
    at = _far_position(b, s, k)
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


@kernel("int64(int64[::1], int64, int64, int64)")
def _set_outside(b: Int64s, s: int, k: int, v: int) -> int:
    """Set a level outside the window; returns 0, with nothing changed, when there is no room."""
    if b[BEST + s] == NO_KEY:
        if v > 0:
            b[LOW + s] = _window_for(b, k)
            b[BEST + s] = k
            _store(b, s, k, v)
        return 1
    if k < b[LOW + s]:
        return _set_far(b, s, k, v)
    if v > 0:
        if _raise(b, s, k) == 0:
            return 0
        b[BEST + s] = k
        _store(b, s, k, v)
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
    mask = b[MASK]
    for j in range(first, last):
        s = 0 if side[j] > 0 else 1
        k = side[j] * ticks[j]
        v = lots[j]
        low = b[LOW + s]
        if low <= k <= low + mask:
            _store(b, s, k, v)
            if k >= b[BEST + s]:
                if v > 0:
                    b[BEST + s] = k
                elif k == b[BEST + s]:
                    _retreat(b, s, k)
        elif _set_outside(b, s, k, v) == 0:
            return j
    _summarize(b)
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
        b[FAR + s] = 0
        b[HORIZON + s] = NO_KEY
    _summarize(b)


@kernel("void(int64[::1])")
def mark_horizon(b: Int64s) -> None:
    """Remember the worst level of each side: beyond it a snapshot told nothing."""
    for s in range(2):
        worst = NO_KEY
        if b[FAR + s] > 0:
            worst = b[_far_of(b, s)]
        elif b[BEST + s] != NO_KEY:
            key = b[BEST + s]
            while key != NO_KEY:
                worst = key
                key = _window_below(b, s, key)
        b[HORIZON + s] = worst


@inline
def _drop_far(b: Int64s, s: int, dropped: int) -> None:
    """Remove the *dropped* worst far levels."""
    keys = _far_of(b, s)
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
        key = b[BEST + s]
        n = 1
        while key != NO_KEY and n < depth:
            key = below(b, s, key)
            n += 1
        if key == NO_KEY:
            continue
        _drop_far(b, s, _far_position(b, s, key) if key < b[LOW + s] else b[FAR + s])
        key = _window_below(b, s, key)
        while key != NO_KEY:
            _store(b, s, key, 0)
            key = _window_below(b, s, key)
