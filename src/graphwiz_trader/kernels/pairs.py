"""
Pairs: how much of one price another explains, and what is left over.

`y` is explained by `α + β x`; both are logarithms of prices, so that β is a ratio of notionals.
State of a window, one float64 array: header, then the last x, then the last y, each as a ring.
Sums are kept about a pivot and are formed anew, oldest first, once per length of the window, so
that rounding cannot pile up.
"""

import numpy as np

from graphwiz_trader.kernels.arrays import Float64s
from graphwiz_trader.kernels.jit import kernel, outline

LENGTH, COUNT, NEXT, PIVOT_X, PIVOT_Y, SX, SY, SXX, SXY, SYY = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
"""Header: length of the window, how much of it is filled, where the next pair goes, what x and y
are counted from, and Σx, Σy, Σx², Σxy, Σy² from there."""

RING = 10

BETA, ALPHA, ERROR, SIGMA, Z = 0, 1, 2, 3, 4
"""Of *out*: slope, intercept, the newest `y − α − βx`, its scale, and the one over the other."""

OUT = 5
"""The length of *out*."""

ONE, LEAST_SQUARES, TOTAL = 0, 1, 2
"""Slopes: 1 by definition; least squares of y on x; total least squares, which treats x and y
alike."""

COV, COV_BETA_ALPHA, COV_ALPHA = 2, 3, 4
"""Of the state of `kalman`, after BETA and ALPHA: their covariance."""

NAN = float("nan")
FLAT = 1e-24
"""A variance of logarithms below this is rounding."""


def new_window(length: int) -> Float64s:
    """Return the state of the last *length* pairs, none seen yet."""
    if not 3 <= length <= 1 << 16:
        raise ValueError(f"window of {length} pairs is not between 3 and 65,536")
    state = np.zeros(RING + 2 * length)
    state[LENGTH] = length
    return state


def new_kalman() -> Float64s:
    """Return a state that knows nothing: β and α are 0, give or take 1."""
    return np.array([0.0, 0.0, 1.0, 0.0, 1.0])


@outline
def _resum(m: Float64s, start: int) -> None:
    """Count from the middle of the window, and sum it from *start*, its oldest pair."""
    n, length = int(m[COUNT]), int(m[LENGTH])
    m[PIVOT_X] = m[RING + start]
    m[PIVOT_Y] = m[RING + length + start]
    m[SX] = m[SY] = m[SXX] = m[SXY] = m[SYY] = 0.0
    for i in range(n):
        at = RING + (start + i) % length
        x = m[at] - m[PIVOT_X]
        y = m[at + length] - m[PIVOT_Y]
        m[SX] += x
        m[SY] += y
        m[SXX] += x * x
        m[SXY] += x * y
        m[SYY] += y * y


@kernel("void(float64[::1], float64, float64)")
def push(m: Float64s, y: float, x: float) -> None:
    """Take in a pair; the oldest leaves a full window."""
    length = int(m[LENGTH])
    slot = int(m[NEXT])
    at = RING + slot
    if m[COUNT] < length:
        if m[COUNT] == 0.0:
            m[PIVOT_X] = x
            m[PIVOT_Y] = y
        m[COUNT] += 1.0
    else:
        old_x = m[at] - m[PIVOT_X]
        old_y = m[at + length] - m[PIVOT_Y]
        m[SX] -= old_x
        m[SY] -= old_y
        m[SXX] -= old_x * old_x
        m[SXY] -= old_x * old_y
        m[SYY] -= old_y * old_y
    m[at] = x
    m[at + length] = y
    m[NEXT] = float((slot + 1) % length)
    a = x - m[PIVOT_X]
    b = y - m[PIVOT_Y]
    m[SX] += a
    m[SY] += b
    m[SXX] += a * a
    m[SXY] += a * b
    m[SYY] += b * b
    if slot + 1 == length:
        _resum(m, 0)


@kernel("void(float64[::1], int64, float64[::1])")
def fit(m: Float64s, slope: int, out: Float64s) -> None:
    """
    Explain the y of the window by its x.

    Args:
        m: The window, which ends with the pair to be judged.
        slope: ONE, LEAST_SQUARES or TOTAL.
        out: Written, as named above; SIGMA is the population deviation of what is left over. NaN
            where the window is not full or x does not vary; Z also where nothing is left over.

    Source: strategies reference, §1b.
    """
    out[BETA] = out[ALPHA] = out[ERROR] = out[SIGMA] = out[Z] = NAN
    n = m[COUNT]
    if n < m[LENGTH]:
        return
    xx = max(m[SXX] - m[SX] * m[SX] / n, 0.0)
    yy = max(m[SYY] - m[SY] * m[SY] / n, 0.0)
    xy = m[SXY] - m[SX] * m[SY] / n
    beta = 1.0
    if slope != ONE:
        if xx <= FLAT * n or (slope == TOTAL and xy == 0.0):
            return
        if slope == LEAST_SQUARES:
            beta = xy / xx
        else:
            beta = (yy - xx + np.sqrt((yy - xx) * (yy - xx) + 4.0 * xy * xy)) / (2.0 * xy)
    alpha = (m[SY] - beta * m[SX]) / n
    length = int(m[LENGTH])
    at = RING + (int(m[NEXT]) - 1) % length
    error = m[at + length] - m[PIVOT_Y] - alpha - beta * (m[at] - m[PIVOT_X])
    variance = (yy - 2.0 * beta * xy + beta * beta * xx) / n
    out[BETA] = beta
    out[ALPHA] = alpha + m[PIVOT_Y] - beta * m[PIVOT_X]
    out[ERROR] = error
    out[SIGMA] = np.sqrt(max(variance, 0.0))
    if variance > FLAT:
        out[Z] = error / out[SIGMA]


@kernel("int64(float64[::1], float64, float64, float64[::1])")
def residuals(m: Float64s, beta: float, alpha: float, out: Float64s) -> int:
    """Write `y − α − βx` of the window into *out*, oldest first; return how many they are."""
    n, length = int(m[COUNT]), int(m[LENGTH])
    start = int(m[NEXT]) if n == length else 0
    for i in range(n):
        at = RING + (start + i) % length
        out[i] = m[at + length] - alpha - beta * m[at]
    return n


@kernel("void(float64[::1], float64, float64, float64, float64, float64[::1])")
def kalman(state: Float64s, y: float, x: float, delta: float, noise: float, out: Float64s) -> None:
    """
    Judge the pair by a slope and intercept that wander, then learn from it.

    Args:
        state: BETA, ALPHA and their covariance; changed.
        y, x: The pair.
        delta: How far they wander: variance δ / (1 − δ) a step each.
        noise: Variance of y about them.
        out: Written: what was expected *before* the pair was learnt from: ERROR, SIGMA the root
            of its variance, and Z. BETA and ALPHA are those after it.

    Source: Harvey 1989, ch. 3; Chan 2013, ch. 3.
    """
    wander = delta / (1.0 - delta)
    a = state[COV] + wander
    b = state[COV_BETA_ALPHA]
    c = state[COV_ALPHA] + wander
    error = y - state[BETA] * x - state[ALPHA]
    with_beta = a * x + b
    with_alpha = b * x + c
    variance = with_beta * x + with_alpha + noise
    state[BETA] += with_beta / variance * error
    state[ALPHA] += with_alpha / variance * error
    state[COV] = a - with_beta * with_beta / variance
    state[COV_BETA_ALPHA] = b - with_beta * with_alpha / variance
    state[COV_ALPHA] = c - with_alpha * with_alpha / variance
    out[BETA], out[ALPHA] = state[BETA], state[ALPHA]
    out[ERROR], out[SIGMA] = error, np.sqrt(variance)
    out[Z] = error / out[SIGMA]
