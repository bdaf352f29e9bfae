"""
Stats: rolling moments that do not drift, z-scores, AR(1) half-life, and a decaying average.

Moments are kept exactly, in integers about a pivot near the window, and become floats only when
they are asked for.
A float running sum does drift: after 2 M updates at 60,000.00 its variance is wrong by up to 34 %,
and after a change of scale it can be negative.

State of moments, one int64 array: header, then the window as a ring.
"""

import numpy as np

from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.jit import INF64, inline, kernel, outline

LENGTH, COUNT, NEXT, PIVOT, SUM, SQUARES, WIDE = 0, 1, 2, 3, 4, 5, 6
"""Header: length of the window, how much of it is filled, where the next observation goes, the
pivot K, Σ(x − K), Σ(x − K)², and 1 while the window is too wide for sums in int64."""

RING = 8

PHI, MEAN, SIGMA, HALF_LIFE = 0, 1, 2, 3
"""Of `ar1`: φ, the level it reverts to, the spread about it in equilibrium, and steps to halve."""

NAN = float("nan")
LN2 = float(np.log(2.0))


def new_moments(length: int) -> Int64s:
    """Return the state of the moments of the last *length* observations, none seen yet."""
    if not 2 <= length <= 1 << 16:
        raise ValueError(f"window of {length} observations is not between 2 and 65,536")
    state = np.zeros(RING + length, np.int64)
    state[LENGTH] = length
    return state


@inline
def _reach(m: Int64s) -> int:
    """Distance from the pivot up to which `n Σa²` and `(Σa)²` fit into 62 bits."""
    length: int = m[LENGTH]
    return (1 << 31) // length


@outline
def _repivot(m: Int64s) -> None:
    """Put the pivot into the middle of what the window spans, and sum anew."""
    n = m[COUNT]
    low = m[RING]
    high = m[RING]
    for i in range(n):
        low = min(low, m[RING + i])
        high = max(high, m[RING + i])
    pivot = low + ((high - low) >> 1)
    m[PIVOT] = pivot
    m[WIDE] = 1 if high - pivot >= _reach(m) else 0
    total = 0
    squares = 0
    if m[WIDE] == 0:
        for i in range(n):
            a = m[RING + i] - pivot
            total += a
            squares += a * a
    m[SUM] = total
    m[SQUARES] = squares


@kernel("void(int64[::1], int64)")
def push(m: Int64s, x: int) -> None:
    """Take in the observation *x*; the oldest leaves a full window."""
    at = RING + m[NEXT]
    left = m[at] - m[PIVOT]
    m[at] = x
    if m[COUNT] < m[LENGTH]:
        m[COUNT] += 1
        left = 0
        if m[COUNT] == 1:
            m[PIVOT] = x
    m[NEXT] = m[NEXT] + 1 if m[NEXT] + 1 < m[LENGTH] else 0
    a = x - m[PIVOT]
    if m[WIDE] == 1 or abs(a) >= _reach(m) >> 1:
        _repivot(m)
    else:
        m[SUM] += a - left
        m[SQUARES] += a * a - left * left


@inline
def _above(m: Int64s, x: int) -> float:
    """Return n (x − mean) of the window: an integer, while its sum fits."""
    n = m[COUNT]
    a = x - m[PIVOT]
    if m[WIDE] == 0:
        return float(n * a - m[SUM])
    total = 0.0
    for i in range(n):
        total += float(x - m[RING + i])
    return total


@inline
def _scatter(m: Int64s) -> float:
    """Return n Σ(x − mean)² of the window: an integer, while its sums fit."""
    n = m[COUNT]
    if m[WIDE] == 0:
        return float(n * m[SQUARES] - m[SUM] * m[SUM])
    center = -_above(m, m[PIVOT]) / n
    squares = 0.0
    for i in range(n):
        deviation = float(m[RING + i] - m[PIVOT]) - center
        squares += deviation * deviation
    return float(n * squares)


@kernel("float64(int64[::1])")
def mean(m: Int64s) -> float:
    """Return the mean of the window; NaN before the first observation."""
    return float(-_above(m, 0) / m[COUNT]) if m[COUNT] > 0 else NAN


@kernel("float64(int64[::1], int64)")
def variance(m: Int64s, ddof: int) -> float:
    """Return the variance of the window, ≥ 0, over n − *ddof*; NaN with fewer observations."""
    n = m[COUNT]
    return float(_scatter(m) / (float(n) * (n - ddof))) if n > ddof else NAN


@kernel("float64(int64[::1], int64, int64)")
def z_score(m: Int64s, x: int, ddof: int) -> float:
    """
    Return how many standard deviations *x* is above the mean of the window.

    NaN until the window is full, and while it does not vary.
    """
    if m[COUNT] < m[LENGTH]:
        return NAN
    scatter = _scatter(m)
    if scatter <= 0.0:
        return NAN
    n = float(m[LENGTH])
    return float(_above(m, x) / np.sqrt(scatter * n / (n - ddof)))


@kernel("float64(int64[::1], int64, int64)")
def z_including(m: Int64s, x: int, ddof: int) -> float:
    """Push *x* and return its z-score in the window that it ends."""
    push(m, x)
    return z_score(m, x, ddof)


@kernel("float64(int64[::1], int64, int64)")
def z_excluding(m: Int64s, x: int, ddof: int) -> float:
    """Return the z-score of *x* in the window before it, and push it."""
    z = z_score(m, x, ddof)
    push(m, x)
    return z


@kernel("int64(int64[::1], float64[::1])")
def window(m: Int64s, out: Float64s) -> int:
    """Write the window into *out*, oldest first; return how many observations that are."""
    n: int = m[COUNT]
    start = m[NEXT] if n == m[LENGTH] else 0
    for i in range(n):
        at = start + i
        out[i] = float(m[RING + (at if at < n else at - n)])
    return n


@kernel(f"void({INF64}, float64[::1])")
def ar1(s: Float64s, out: Float64s) -> None:
    """
    Fit s[t+1] = a + φ s[t] + ε by least squares, ε with n − 3 degrees of freedom.

    Args:
        s: Observations, oldest first, shape (n,), n ≥ 3.
        out: Written, as named above; all but φ are NaN where φ is not between 0 and 1, and φ
            too where *s* does not vary.

    Source: exact discretization of the Ornstein-Uhlenbeck process; Chan 2013, ch. 2.
    """
    n = s.shape[0] - 1
    out[PHI] = out[MEAN] = out[SIGMA] = out[HALF_LIFE] = NAN
    before = 0.0
    after = 0.0
    for i in range(n):
        before += s[i] - s[0]
        after += s[i + 1] - s[0]
    before /= n
    after /= n
    xx = 0.0
    xy = 0.0
    yy = 0.0
    for i in range(n):
        x = s[i] - s[0] - before
        y = s[i + 1] - s[0] - after
        xx += x * x
        xy += x * y
        yy += y * y
    if xx <= 0.0:
        return
    phi = xy / xx
    out[PHI] = phi
    if 0.0 < phi < 1.0:
        out[MEAN] = s[0] + (after - phi * before) / (1.0 - phi)
        noise = max(yy - phi * xy, 0.0) / (n - 2) if n > 2 else 0.0
        out[SIGMA] = np.sqrt(noise / (1.0 - phi * phi))
        out[HALF_LIFE] = -LN2 / np.log(phi)


@kernel("float64(float64, float64, float64, float64)")
def ewma(average: float, x: float, elapsed: float, half_life: float) -> float:
    """
    Return *average* after *x* arrived *elapsed* later, in the unit of *half_life*.

    The first observation, when *average* is NaN, is the average.
    """
    if np.isnan(average):
        return x
    return float(average + (1.0 - 2.0 ** (-elapsed / half_life)) * (x - average))


@kernel("float64(float64, float64)")
def reverted(steps: float, half_life: float) -> float:
    """Return the share of a deviation that is gone after *steps*."""
    return float(1.0 - 2.0 ** (-steps / half_life))
