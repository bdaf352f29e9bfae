"""
Depth: what is read from a book's state: its best levels, and what a quantity costs.

A `side` is the book's, +1 bids, −1 asks; notionals are in ticks times lots, as float64, because
the product of two int64 may not fit into one.
"""

from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.book import (
    ASK,
    ASK_LOTS,
    BEST,
    BID,
    BID_LOTS,
    NO_ASK,
    NO_BID,
    NO_KEY,
    below,
    lots_at,
)
from graphwiz_trader.kernels.jit import inline, kernel

NAN = float("nan")


@inline
def _index(side: int) -> int:
    return 0 if side > 0 else 1


@kernel("int64(int64[::1], int64)")
def count(b: Int64s, side: int) -> int:
    """Return how many levels *side* has."""
    s = _index(side)
    n = 0
    key = b[BEST + s]
    while key != NO_KEY:
        n += 1
        key = below(b, s, key)
    return n


@kernel("int64(int64[::1], int64, int64[::1], int64[::1])")
def levels(b: Int64s, side: int, ticks: Int64s, lots: Int64s) -> int:
    """
    Write the best levels of *side* into *ticks* and *lots*, best first.

    Returns:
        How many were written: the length of the arrays, or less where the book has less.
    """
    s = _index(side)
    n = 0
    key = b[BEST + s]
    while key != NO_KEY and n < ticks.shape[0]:
        ticks[n] = side * key
        lots[n] = lots_at(b, s, key)
        n += 1
        key = below(b, s, key)
    return n


@kernel("int64(int64[::1], int64, int64)")
def level(b: Int64s, side: int, tick: int) -> int:
    """Return the lots of *side* at *tick*, 0 if there is no level."""
    return lots_at(b, _index(side), side * tick)


@kernel("int64(int64[::1], int64, int64, float64[::1])")
def walk(b: Int64s, side: int, wanted: int, out: Float64s) -> int:
    """
    Take *wanted* lots from *side*, best level first, without changing the book.

    Args:
        out: Written: the notional of what is taken, and the worst tick that was reached
            (NaN if none).

    Returns:
        How many lots there were, at most *wanted*.
    """
    s = _index(side)
    taken = 0
    notional = 0.0
    worst = NAN
    key = b[BEST + s]
    while key != NO_KEY and taken < wanted:
        take = min(lots_at(b, s, key), wanted - taken)
        taken += take
        worst = float(side * key)
        notional += worst * take
        key = below(b, s, key)
    out[0] = notional
    out[1] = worst
    return taken


@kernel("int64(int64[::1], int64, int64, float64[::1])")
def liquidity(b: Int64s, side: int, n: int, out: Float64s) -> int:
    """Return the lots of the best *n* levels of *side*; *out[0]* is set to their notional."""
    s = _index(side)
    total = 0
    notional = 0.0
    key = b[BEST + s]
    while key != NO_KEY and n > 0:
        at = lots_at(b, s, key)
        total += at
        notional += float(side * key) * at
        key = below(b, s, key)
        n -= 1
    out[0] = notional
    return total


@kernel("int64(int64[::1], int64, int64, float64[::1])")
def liquidity_within(b: Int64s, side: int, distance: int, out: Float64s) -> int:
    """
    Return the lots of *side* at most *distance* ticks behind its best.

    *out[0]* is set to their notional.
    """
    s = _index(side)
    total = 0
    notional = 0.0
    key = b[BEST + s]
    limit = key - distance
    while key != NO_KEY and key >= limit:
        at = lots_at(b, s, key)
        total += at
        notional += float(side * key) * at
        key = below(b, s, key)
    out[0] = notional
    return total


@kernel("float64(int64[::1], int64)")
def imbalance(b: Int64s, n: int) -> float:
    """Return (Σbid − Σask) / (Σbid + Σask) over the best *n* levels a side, 0 when empty."""
    sums = 0
    difference = 0
    for s in range(2):
        key = b[BEST + s]
        left = n
        while key != NO_KEY and left > 0:
            at = lots_at(b, s, key)
            sums += at
            difference += at if s == 0 else -at
            key = below(b, s, key)
            left -= 1
    return difference / sums if sums > 0 else 0.0


@kernel("float64(int64[::1])")
def weighted_mid(b: Int64s) -> float:
    """
    Return (P_b Q_a + P_a Q_b) / (Q_a + Q_b) in ticks, NaN unless the book is two-sided.

    The weights cross: a heavy bid pushes the price up, toward the ask.
    """
    bid, ask = b[BID], b[ASK]
    if bid == NO_BID or ask == NO_ASK:
        return NAN
    bids, asks = float(b[BID_LOTS]), float(b[ASK_LOTS])
    mid: float = (bid * asks + ask * bids) / (bids + asks)
    return mid
