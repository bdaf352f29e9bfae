"""
Levels: how both sides of one book lie in one int64 array, and how one level is found.

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

from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.jit import inline

BID, ASK, BID_LOTS, ASK_LOTS = 0, 1, 2, 3
"""Header: the touch after the last message, in ticks and lots; `NO_BID`, `NO_ASK` and 0 if none."""

CROSSED, LOCKED, CROSSINGS = 4, 5, 6
"""Header: 1 if bid > ask, 1 if bid = ask, and the number of messages that left bid > ask."""

MASK, CAPACITY, NEEDED = 7, 8, 9
"""Header: W − 1, far levels a side that fit, far levels a side that would have been needed."""

BEST, LOW, NEAR, FAR, HORIZON = 10, 12, 14, 16, 18
"""Header, a pair for bids and asks: best key, lowest key of the window, number of levels in the
window, number of far ones, and the worst key of the last snapshot."""

HEADER = 32
NO_BID = -(1 << 62)
NO_ASK = 1 << 62
NO_KEY = -(1 << 62)
NO_WINDOW = 1 << 62
WORD = 5


@inline
def word_of(b: Int64s, s: int, k: int) -> np.uint64:
    """Index of the word that holds the bit of key *k*."""
    mask: int = b[MASK]
    window = mask + 1
    return np.uint64(HEADER + 2 * window + s * (window >> WORD) + ((k & mask) >> WORD))


@inline
def slot_of(b: Int64s, s: int, k: int) -> np.uint64:
    """Index of the lots of key *k*, which is inside the window."""
    mask: int = b[MASK]
    return np.uint64(HEADER + s * (mask + 1) + (k & mask))


@inline
def far_of(b: Int64s, s: int) -> int:
    """Index of the first far key of side *s*; its lots are `2 * capacity` further on."""
    window: int = b[MASK] + 1
    capacity: int = b[CAPACITY]
    return HEADER + 2 * window + 2 * (window >> WORD) + s * capacity


@inline
def store(b: Int64s, mask: int, s: int, k: int, v: int) -> None:
    """
    Set key *k*, which is inside the window, to *v* lots; *mask* is `b[MASK]`.

    It has no branch: whether a level was there, and is now, cannot be foretold.
    """
    at = s * (mask + 1) + (k & mask)
    b[np.uint64(HEADER + at)] = v
    word = np.uint64(HEADER + 2 * (mask + 1) + (at >> WORD))
    bits = b[word]
    was = (bits >> (k & 31)) & 1
    now = int(v > 0)
    b[word] = bits ^ ((was ^ now) << (k & 31))
    b[np.uint64(NEAR + s)] += now - was


@inline
def highest(word: int) -> int:
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
def window_below(b: Int64s, s: int, k: int) -> int:
    """Return the best key below *k* inside the window, or `NO_KEY`."""
    low = b[LOW + s]
    if k <= low:
        return NO_KEY
    base = k - (k & 31)
    word = b[word_of(b, s, k)] & ((1 << (k & 31)) - 1)
    while word == 0:
        base -= 32
        if base < low:
            return NO_KEY
        word = b[word_of(b, s, base)]
    return base + highest(word)


@inline
def far_position(b: Int64s, s: int, k: int) -> int:
    """Return how many far keys are below *k*."""
    start = far_of(b, s)
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
        found = window_below(b, s, k)
    if found == NO_KEY:
        position = far_position(b, s, k)
        if position > 0:
            found = b[far_of(b, s) + position - 1]
    return found


@inline
def lots_at(b: Int64s, s: int, k: int) -> int:
    """Return the lots at key *k* of side *s*, 0 if there is no level."""
    lots: int = 0
    low = b[LOW + s]
    if low <= k <= low + b[MASK]:
        lots = b[slot_of(b, s, k)]
    elif k < low:
        position = far_position(b, s, k)
        start = far_of(b, s)
        if position < b[FAR + s] and b[start + position] == k:
            lots = b[start + 2 * b[CAPACITY] + position]
    return lots


@inline
def total(b: Int64s, s: int) -> int:
    """Return how many levels side *s* has."""
    near: int = b[NEAR + s]
    far: int = b[FAR + s]
    return near + far


@inline
def step(b: Int64s, s: int, rank: int, k: int) -> int:
    """Return the key of level *rank* (0 is the best), *k* being that of the level before it."""
    key: int = b[BEST + s]
    if rank > 0:
        key = below(b, s, k)
    return key


@inline
def window_for(b: Int64s, k: int) -> int:
    """Return the lowest key of a window that leaves a quarter of it above *k*."""
    low: int = k - 3 * ((b[MASK] + 1) >> 2)
    return low - (low & 31)
