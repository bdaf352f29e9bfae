"""Moments: a rolling window of whole numbers: mean, deviation, z-score, half-life; no drift."""

import numpy as np

from graphwiz_trader.kernels import stats


class Moments:
    """
    The last *length* observations.

    Exact: sums are kept in integers about a pivot that follows the window.

    Source: strategies reference, §1a.
    """

    def __init__(self, length: int) -> None:
        self._state = stats.new_moments(length)
        self._window = np.empty(length)
        self._fit = np.empty(stats.HALF_LIFE + 1)
        self._z = float("nan")

    def push(self, x: int, ddof: int) -> None:
        """Take in *x*, in the window that it ends."""
        self._z = stats.z_including(self._state, x, ddof)

    def push_after(self, x: int, ddof: int) -> None:
        """Take in *x*, judged by the window before it."""
        self._z = stats.z_excluding(self._state, x, ddof)

    @property
    def z(self) -> float | None:
        """The z-score of the newest observation; None until the window is full and varies."""
        return None if np.isnan(self._z) else self._z

    @property
    def mean(self) -> float:
        """The mean of the window; NaN before the first observation."""
        return stats.mean(self._state)

    def deviation(self, ddof: int) -> float:
        """Return the standard deviation over n − *ddof*; NaN with too few observations."""
        return float(np.sqrt(stats.variance(self._state, ddof)))

    def half_life(self) -> float | None:
        """Return in how many samples a deviation halves; None when the window does not revert."""
        count = stats.window(self._state, self._window)
        stats.ar1(self._window[:count], self._fit)
        found = float(self._fit[stats.HALF_LIFE])
        return None if np.isnan(found) else found
