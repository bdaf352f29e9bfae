"""Far: levels outside a book's window, and the window that follows the best; see `levels`."""

from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.jit import outline
from graphwiz_trader.kernels.levels import (
    BEST,
    CAPACITY,
    FAR,
    LOW,
    MASK,
    NEAR,
    NEEDED,
    NO_KEY,
    NO_WINDOW,
    far_of,
    far_position,
    lots_at,
    store,
    window_below,
    window_for,
)


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
        store(b, b[MASK], s, b[start + n], b[start + 2 * b[CAPACITY] + n])
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
        store(b, b[MASK], s, key, 0)
        key = window_below(b, s, key)
    b[LOW + s] = window_for(b, k)
    return 1


@outline
def retreat(b: Int64s, s: int, k: int) -> None:
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
def set_outside(b: Int64s, s: int, k: int, v: int) -> int:
    """Set a level outside the window; returns 0, with nothing changed, when there is no room."""
    if b[BEST + s] == NO_KEY:
        if v > 0:
            b[LOW + s] = window_for(b, k)
            b[BEST + s] = k
            store(b, b[MASK], s, k, v)
        return 1
    if k < b[LOW + s]:
        return _set_far(b, s, k, v)
    if v > 0:
        if _raise(b, s, k) == 0:
            return 0
        b[BEST + s] = k
        store(b, b[MASK], s, k, v)
    return 1
