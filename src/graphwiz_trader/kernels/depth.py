"""
Depth: what is read from a book's state: its best levels, and what a quantity costs.

A `side` is the book's, +1 bids, −1 asks; notionals are in ticks times lots, as float64, because
the product of two int64 may not fit into one.
"""

from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.jit import inline, kernel
from graphwiz_trader.kernels.levels import (
    ASK,
    ASK_LOTS,
    BEST,
    BID,
    BID_LOTS,
    NO_ASK,
    NO_BID,
    NO_KEY,
    lots_at,
    step,
    total,
)

NAN = float("nan")


@inline
def _index(side: int) -> int:
    return 0 if side > 0 else 1


@kernel("int64(int64[::1], int64)")
def count(b: Int64s, side: int) -> int:
    """Return how many levels *side* has."""
    n: int = total(b, _index(side))
    return n


@kernel("int64(int64[::1], int64, int64[::1], int64[::1])")
def levels(b: Int64s, side: int, ticks: Int64s, lots: Int64s) -> int:
    """
    Write the best levels of *side* into *ticks* and *lots*, best first.

    Returns:
        How many were written: the length of the arrays, or less where the book has less.
    """
    s = _index(side)
    n: int = min(total(b, s), ticks.shape[0])
    key = NO_KEY
    for rank in range(n):
        key = step(b, s, rank, key)
        ticks[rank] = side * key
        lots[rank] = lots_at(b, s, key)
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
        b: State of the book.
        side: The one taken from.
        wanted: Lots.
        out: Written: the notional of what is taken, and the worst tick that was reached
            (NaN if none).

    Returns:
        How many lots there were, at most *wanted*.
    """
    s = _index(side)
    taken = 0
    notional = 0.0
    worst = NAN
    key = NO_KEY
    for rank in range(total(b, s)):
        if taken >= wanted:
            break
        key = step(b, s, rank, key)
        take = min(lots_at(b, s, key), wanted - taken)
        taken += take
        worst = float(side * key)
        notional += worst * take
    out[0] = notional
    out[1] = worst
    return taken


@kernel("int64(int64[::1], int64, int64, float64[::1])")
def liquidity(b: Int64s, side: int, n: int, out: Float64s) -> int:
    """Return the lots of the best *n* levels of *side*; *out[0]* is set to their notional."""
    s = _index(side)
    lots = 0
    notional = 0.0
    key = NO_KEY
    for rank in range(min(n, total(b, s))):
        key = step(b, s, rank, key)
        at = lots_at(b, s, key)
        lots += at
        notional += float(side * key) * at
    out[0] = notional
    return lots


@kernel("int64(int64[::1], int64, int64, float64[::1])")
def liquidity_within(b: Int64s, side: int, distance: int, out: Float64s) -> int:
    """
    Return the lots of *side* at most *distance* ticks behind its best.

    *out[0]* is set to their notional.
    """
    s = _index(side)
    lots = 0
    notional = 0.0
    key = NO_KEY
    for rank in range(total(b, s)):
        key = step(b, s, rank, key)
        if key < b[BEST + s] - distance:
            break
        at = lots_at(b, s, key)
        lots += at
        notional += float(side * key) * at
    out[0] = notional
    return lots


@inline
def _lots_of(b: Int64s, s: int, n: int) -> int:
    lots = 0
    key = NO_KEY
    for rank in range(min(n, total(b, s))):
        key = step(b, s, rank, key)
        lots += lots_at(b, s, key)
    return lots


@kernel("float64(int64[::1], int64)")
def imbalance(b: Int64s, n: int) -> float:
    """Return (Σbid − Σask) / (Σbid + Σask) over the best *n* levels a side, 0 when empty."""
    bids = _lots_of(b, 0, n)
    asks = _lots_of(b, 1, n)
    return (bids - asks) / (bids + asks) if bids + asks > 0 else 0.0


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
