"""FilterFit: the two numbers of a Kalman hedge ratio that a recording makes most likely."""

from itertools import product
from math import log

import numpy as np

from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value
from graphwiz_trader.kernels import pairs as kernel

BURN_IN = 10
"""Samples that only teach the filter, which begins by knowing nothing."""

DELTAS = tuple(10.0**power for power in range(-14, -2))
NOISES = tuple(10.0**power for power in range(-12, -2))


@value
class FilterFit:
    """How far the ratio wanders in a sample, and the variance about it, to a factor of 1.3."""

    delta: float
    noise: float


def log_likelihood(y: Float64s, x: Float64s, delta: float, noise: float) -> float:
    """Return how likely the filter finds *y* given *x*, both counted from their first value."""
    state, out, total = kernel.new_kalman(), np.empty(kernel.OUT), 0.0
    for i, (a, b) in enumerate(zip((y - y[0]).tolist(), (x - x[0]).tolist(), strict=True)):
        kernel.kalman(state, a, b, delta, noise, out)
        if i >= BURN_IN:
            total -= log(out[kernel.SIGMA]) + out[kernel.Z] ** 2 / 2
    return float(total)


def filter_fit(y: Float64s, x: Float64s) -> FilterFit:
    """
    Return the most likely pair of powers of ten, refined around it.

    Args:
        y, x: Logarithms of prices, of training data alone.

    Source: Harvey 1989, ch. 3: the likelihood by prediction errors.
    """
    best = max(product(DELTAS, NOISES), key=lambda pair: log_likelihood(y, x, *pair))
    near = [10 ** (power / 4) for power in range(-3, 4)]
    finer = [(best[0] * by, best[1] * also) for by, also in product(near, near)]
    return FilterFit(*max(finer, key=lambda pair: log_likelihood(y, x, *pair)))
