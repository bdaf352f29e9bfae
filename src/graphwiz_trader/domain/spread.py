"""Spread: what one price leaves unexplained of another, in a rolling window or by a filter."""

from math import isnan, log

import numpy as np

from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.kernels import pairs as kernel
from graphwiz_trader.kernels import stats

SLOPES = {"one": kernel.ONE, "ols": kernel.LEAST_SQUARES, "tls": kernel.TOTAL}
"""How β is found → what the kernel calls it; `kalman` is the other way."""


class Spread:
    """
    `s = ln a − β ln b − α` of the newest pair of prices, and how unusual it is.

    Args:
        length: Pairs in the window; none is judged before there are as many.
        hedge: How β is found: `one`, `ols`, `tls` or `kalman`.
        delta, noise: Of the filter: how far β and α wander, and the variance about them.

    Source: strategies reference, §1b.
    """

    def __init__(self, length: int, hedge: str, delta: float, noise: float) -> None:
        self._window = kernel.new_window(length)
        self._slope = SLOPES.get(hedge)
        self._filter = kernel.new_kalman()
        self._terms = (delta, noise)
        self._origin: tuple[float, float] | None = None
        self._out: Float64s = np.full(kernel.OUT, np.nan)
        self._rest: Float64s = np.empty(length)
        self._ar1: Float64s = np.empty(stats.HALF_LIFE + 1)

    def push(self, a: float, b: float) -> None:
        """Take in the prices *a* and *b* of one time, above 0, and judge them."""
        y, x = log(a), log(b)
        if self._origin is None:
            self._origin = (y, x)
        # Counted from the first pair, α and β are of one size, and so may wander alike.
        y, x = y - self._origin[0], x - self._origin[1]
        kernel.push(self._window, y, x)
        if self._slope is None:
            kernel.kalman(self._filter, y, x, *self._terms, self._out)
        else:
            kernel.fit(self._window, self._slope, self._out)

    @property
    def z(self) -> float | None:
        """The newest spread in its own deviations; None until there is one to tell."""
        is_full = self._window[kernel.COUNT] == self._window[kernel.LENGTH]
        z = float(self._out[kernel.Z])
        return None if isnan(z) or not is_full else z

    @property
    def beta(self) -> float:
        """Notional of b that hedges one of a; NaN until there is a z."""
        return float(self._out[kernel.BETA])

    @property
    def error_bps(self) -> float:
        """The newest spread, in bps of a; NaN until there is a z."""
        return float(self._out[kernel.ERROR]) * 1e4

    def half_life(self) -> float | None:
        """
        Return in how many pairs a deviation halves; None where the window does not revert.

        Without the newest pair: a deviation that has just begun does not say how it ends.
        """
        alpha = float(self._out[kernel.ALPHA])
        count = kernel.residuals(self._window, self.beta, alpha, self._rest)
        stats.ar1(self._rest[: count - 1], self._ar1)
        found = float(self._ar1[stats.HALF_LIFE])
        return None if np.isnan(found) else found
