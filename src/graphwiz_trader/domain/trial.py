"""Trial: one backtest of a search, and what a whole search is worth."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from graphwiz_trader.domain.overfitting import overfitting
from graphwiz_trader.domain.sharpe import deflated_sharpe, moments
from graphwiz_trader.domain.space import Params
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value

_BLOCKS = (12, 10, 8, 6, 4)
"""Twelve blocks are split in 924 ways, which is quick; the 12,870 of sixteen say hardly more."""


@value
class Trial:
    """
    What came of one point of a space.

    `net` is in the reporting currency; `returns` are per period of a grid that all trials of a
    sweep share, on the value at the start. `error` says why there is nothing else.
    """

    number: int
    params: Params
    net: Decimal = Decimal(0)
    orders: int = 0
    fills: int = 0
    returns: tuple[float, ...] = ()
    error: str = ""

    @property
    def sharpe(self) -> float | None:
        """Mean over standard deviation of the returns, per period; None where there is none."""
        found = moments(np.array(self.returns))
        return None if found is None else found.sharpe


@value
class Verdict:
    """
    How far the best of a sweep is to be believed.

    `deflated_sharpe`: the probability that it has any merit, given `trials_ever` on this data.
    `overfitting`: the probability that the best in sample is below the median out of sample.
    None where returns allow no answer.
    """

    trials_ever: int
    deflated_sharpe: float | None
    overfitting: float | None


def score(trial: Trial, metric: str) -> float:
    """Return what *trial* is ranked by, `sharpe` or `net`; −∞ where it has none."""
    if trial.error:
        return float("-inf")
    if metric == "net":
        return float(trial.net)
    return float("-inf") if trial.sharpe is None else trial.sharpe


def ranked(trials: Sequence[Trial], metric: str) -> tuple[Trial, ...]:
    """Return *trials*, best first; of equals the earliest."""
    return tuple(sorted(trials, key=lambda trial: (-score(trial, metric), trial.number)))


def verdict(best: Trial, trials: Sequence[Trial], trials_ever: int) -> Verdict:
    """
    Return what is to be thought of *best*.

    Args:
        best: The one chosen.
        trials: All of the sweep.
        trials_ever: How many were ever run on this data, by any sweep; they are counted as
            independent, which they are not: the answer errs on the side of doubt.
    """
    sharpes = [trial.sharpe for trial in trials if trial.sharpe is not None]
    sample = moments(np.array(best.returns))
    deflated = None
    if sample is not None and len(sharpes) > 1:
        variance = float(np.var(np.array(sharpes), ddof=1))
        deflated = deflated_sharpe(sample, variance, max(trials_ever, len(trials)))
    return Verdict(trials_ever, deflated, _overfitting(trials))


def _overfitting(trials: Sequence[Trial]) -> float | None:
    """Return the probability of overfitting, with as many blocks, up to 12, as returns allow."""
    returns = _matrix(trials)
    if returns is None:
        return None
    blocks = next((n for n in _BLOCKS if returns.shape[0] >= 2 * n), None)
    return None if blocks is None else overfitting(returns, blocks).probability


def _matrix(trials: Sequence[Trial]) -> Float64s | None:
    """Return returns by period and trial, None for fewer than two trials."""
    columns = [trial.returns for trial in trials if not trial.error and trial.returns]
    if len(columns) < 2:
        return None
    periods = min(map(len, columns))
    return np.array([column[:periods] for column in columns], np.float64).T
