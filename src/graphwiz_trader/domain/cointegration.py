"""Cointegration: whether two prices wander together, so that what is between them reverts."""

from collections.abc import Sequence
from itertools import permutations
from statistics import NormalDist

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.significance import holm
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value
from graphwiz_trader.kernels import stats

CRITICAL = (
    (-3.89644, -10.9519, -33.527),
    (-3.33613, -6.1101, -6.823),
    (-3.04445, -4.2412, -2.720),
)
"""Of 1, 5 and 10 %: b0 + b1 / T + b2 / T², two series and a constant (MacKinnon 2010, table 2)."""

SMALL_P = (2.92, 1.5012, 0.039796)
LARGE_P = (2.1945, 0.64695, -0.29198, -0.042377)
T_STAR, T_MIN, T_MAX = -2.62, -18.86, 0.92
"""p = Φ(polynomial in t): the first up to `T_STAR`, the second beyond (MacKinnon 1994)."""


@value
class Cointegration:
    """
    The test of Engle and Granger of `y = α + β x`.

    `t` is of the residuals' return to zero, `critical` what it must be below at 1, 5 and 10 %;
    `half_life` is in samples, None where they do not revert.
    """

    t: float
    critical: tuple[float, float, float]
    p: float
    alpha: float
    beta: float
    half_life: float | None


@value
class Screened:
    """One ordered pair of a screen: series *y* explained by series *x*, by their numbers."""

    y: int
    x: int
    found: Cointegration
    is_significant: bool
    is_stable: bool

    @property
    def is_tradable(self) -> bool:
        """Whether it is both."""
        return self.is_significant and self.is_stable


def cointegration(y: Float64s, x: Float64s, lags: int = 1) -> Cointegration:
    """
    Return whether `y − α − βx` reverts, β and α by least squares.

    Args:
        y, x: Logarithms of prices at the same times, shape (n,), n ≥ 10 + 3 lags.
        lags: Differences of the residuals that the regression accounts for.

    Raises:
        DomainError: too short, or one of them does not vary.

    Source: Engle and Granger 1987 (Econometrica 55:251); MacKinnon 2010, 1994.
    """
    if len(y) < 10 + 3 * lags or len(y) != len(x):
        raise DomainError(f"found {len(y)} and {len(x)} samples, expected {10 + 3 * lags} of each")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise DomainError("found a series that does not vary, expected two that do")
    across = x - x.mean()
    beta = float(across @ (y - y.mean()) / (across @ across))
    alpha = float(y.mean() - beta * x.mean())
    rest = y - alpha - beta * x
    t = _dickey_fuller(rest, lags)
    fit = np.empty(stats.HALF_LIFE + 1)
    stats.ar1(np.ascontiguousarray(rest), fit)
    half_life = float(fit[stats.HALF_LIFE])
    steps = len(y) - 1
    one, five, ten = (b0 + b1 / steps + b2 / steps**2 for b0, b1, b2 in CRITICAL)
    return Cointegration(
        t, (one, five, ten), _p_value(t), alpha, beta, None if np.isnan(half_life) else half_life
    )


def screen(
    series: Sequence[Float64s], level: float = 0.05, folds: int = 4, most_apart: float = 2.0
) -> tuple[Screened, ...]:
    """
    Test every ordered pair of *series* and say which may be believed.

    Significant by Holm's correction over all pairs tried, both directions of each; stable where
    the half-lives of all *folds*, one after the other, exist and the longest is at most
    *most_apart* times the shortest.

    Source: strategies reference, §1b.
    """
    tried = list(permutations(range(len(series)), 2))
    found = [cointegration(series[y], series[x]) for y, x in tried]
    real = holm([each.p for each in found], level)
    return tuple(
        Screened(y, x, each, is_real, _is_stable(series[y], series[x], folds, most_apart))
        for (y, x), each, is_real in zip(tried, found, real, strict=True)
    )


def _is_stable(y: Float64s, x: Float64s, folds: int, most_apart: float) -> bool:
    lives: list[float] = []
    parts = zip(np.array_split(y, folds), np.array_split(x, folds), strict=True)
    for part_y, part_x in parts:
        half_life = cointegration(part_y, part_x).half_life
        if half_life is None:
            return False
        lives.append(half_life)
    return max(lives) <= most_apart * min(lives)


def _dickey_fuller(rest: Float64s, lags: int) -> float:
    """Return t of γ in `Δu = γ u₋₁ + Σ φᵢ Δu₋ᵢ`, without a constant."""
    steps = np.diff(rest)
    after = steps[lags:]
    before = [rest[lags:-1]] + [steps[lags - i : len(steps) - i] for i in range(1, lags + 1)]
    columns = np.column_stack(before)
    inner = np.linalg.inv(columns.T @ columns)
    slopes = inner @ (columns.T @ after)
    left = after - columns @ slopes
    noise = left @ left / (len(after) - columns.shape[1])
    return float(slopes[0] / np.sqrt(noise * inner[0, 0]))


def _p_value(t: float) -> float:
    if t <= T_MIN:
        return 0.0
    if t >= T_MAX:
        return 1.0
    terms = SMALL_P if t <= T_STAR else LARGE_P
    return NormalDist().cdf(sum(term * t**power for power, term in enumerate(terms)))
