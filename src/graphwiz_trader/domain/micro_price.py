"""MicroPrice: where the mid goes in the end, from the imbalance and the spread of now."""

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.domain.units import Float64s, Int64s

NEGLIGIBLE, MOST_MOVES = 1e-12, 10_000


def adjustment(stays: NDArray[np.float64], moves: Float64s, after: NDArray[np.float64]) -> Float64s:
    """
    Return, for each state, the sum of all expected future moves of the mid.

    Args:
        stays: Chance from state to state while the mid stands, shape (n, n).
        moves: Mean move at the next step, 0 if the mid stands, shape (n,).
        after: Chance that the mid moves and which state follows, shape (n, n); the rows of both
            sum to 1 together.

    Source: Stoikov 2018 (Quant. Finance 18:1959): G¹ = (I − Q)⁻¹ R K, B = (I − Q)⁻¹ T,
    G* = Σ Bⁱ G¹.
    """
    # States that the mid never leaves make the matrix singular; nothing is expected of them.
    solved = np.linalg.pinv(np.eye(len(moves)) - stays)
    term, step = solved @ moves, solved @ after
    total = np.zeros(len(moves))
    for _ in range(MOST_MOVES):
        total += term
        term = step @ term
        if np.abs(term).max() < NEGLIGIBLE:
            break
    return total


def micro_price_table(imbalance: Float64s, spread: Int64s, mid: Float64s, buckets: int) -> Float64s:
    """
    Return the adjustment of the mid by imbalance, at a spread of one tick, in the unit of *mid*.

    Every step is counted a second time with its sides swapped, so that the sum of moves is finite
    and the table is its own mirror image. Spreads of three ticks and more are one.

    Args:
        imbalance: Bid size over both, in [0, 1], shape (n,).
        spread: In ticks, at least 1.
        mid: In any unit.
        buckets: Of imbalance.
    """
    lean = np.minimum((imbalance * buckets).astype(np.int64), buckets - 1)
    wide = np.minimum(spread, 3) - 1
    states = 3 * buckets
    step = np.diff(mid)
    stays, after = np.zeros((states, states)), np.zeros((states, states))
    moves = np.zeros(states)
    for place, move in ((lean * 3 + wide, step), ((buckets - 1 - lean) * 3 + wide, -step)):
        begin, end, stands = place[:-1], place[1:], move == 0
        np.add.at(stays, (begin[stands], end[stands]), 1.0)
        np.add.at(after, (begin[~stands], end[~stands]), 1.0)
        np.add.at(moves, begin, move)
    seen = np.maximum(stays.sum(axis=1) + after.sum(axis=1), 1.0)
    found = adjustment(stays / seen[:, None], moves / seen, after / seen[:, None])
    return found[::3]
