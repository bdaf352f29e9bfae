"""Overfitting: how likely the best of many trials was only the luckiest."""

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value


@value
class Overfitting:
    """
    What combinatorial cross-validation says of a choice among trials.

    `logits`: of the rank that the best in sample has out of sample, one a split; `probability`
    is the share of them that are not above 0, the best then being no better than the median.
    """

    logits: tuple[float, ...]

    @property
    def probability(self) -> float:
        """PBO, 0 to 1."""
        return sum(logit <= 0.0 for logit in self.logits) / len(self.logits)


def overfitting(returns: Float64s, blocks: int = 16) -> Overfitting:
    """
    Return what combinatorially symmetric cross-validation says of choosing by Sharpe ratio.

    Args:
        returns: One row a period, one column a trial, shape (periods, trials).
        blocks: Even; rows are cut into as many blocks of equal length, the first rows that are
            left over are not used. Every half of the blocks is in sample once.

    Raises:
        DomainError: fewer than two trials or periods a block, or blocks are not even.

    Source: Bailey, Borwein, López de Prado & Zhu, "The probability of backtest overfitting",
    Journal of Computational Finance 20:4, 2017.
    """
    periods, trials = returns.shape
    if trials < 2 or blocks < 2 or blocks % 2 or periods < 2 * blocks:
        raise DomainError(
            f"found {trials} trials of {periods} periods in {blocks} blocks, expected at least 2 "
            "trials and an even number of blocks of at least 2 periods"
        )
    size = periods // blocks
    cut = returns[periods - size * blocks :].reshape(blocks, size, trials)
    return Overfitting(tuple(_logits(cut)))


def _logits(cut: Float64s) -> Iterator[float]:
    blocks, _, trials = cut.shape
    for chosen in combinations(range(blocks), blocks // 2):
        others = [block for block in range(blocks) if block not in chosen]
        best = int(np.argmax(_sharpe(cut[list(chosen)].reshape(-1, trials))))
        outside = _sharpe(cut[others].reshape(-1, trials))
        rank = (outside < outside[best]).sum() + (1 + (outside == outside[best]).sum()) / 2
        share = float(rank) / (trials + 1)
        yield math.log(share / (1.0 - share))


def _sharpe(returns: Float64s) -> Float64s:
    """Return mean over standard deviation; of a column without deviation its sign times ∞, or 0."""
    mean, deviation = returns.mean(axis=0), returns.std(axis=0, ddof=1)
    still = (returns == returns[0]).all(axis=0)
    endless = np.where(mean == 0.0, 0.0, np.copysign(np.inf, mean))
    return np.asarray(np.where(still, endless, mean / np.where(still, 1.0, deviation)), np.float64)
