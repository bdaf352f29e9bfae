"""Drawdown: how far an equity curve fell from its peak, and for how long."""

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value


@value
class Drawdown:
    """
    A fall from a peak, as positions in the curve.

    `amount` and `fraction` (of the peak) are positive; `recovery` is where the peak was reached
    again, None where it was not.
    """

    amount: float
    fraction: float
    peak: int
    trough: int
    recovery: int | None


def max_drawdown(equity: Float64s) -> Drawdown | None:
    """
    Return the fall that was deepest as a fraction of its peak, the first of equals.

    Args:
        equity: The value before the first period, then after each, shape (n,), first above 0.

    Returns:
        None where the curve never falls.

    Raises:
        DomainError: the curve does not begin above zero, so that a fraction has no meaning.
    """
    if equity.size == 0 or equity[0] <= 0:
        found = equity[0] if equity.size else "nothing"
        raise DomainError(f"equity begins at {found}; a drawdown needs a start above 0")
    peaks = np.maximum.accumulate(equity)
    fractions = (peaks - equity) / peaks
    trough = int(np.argmax(fractions))
    if fractions[trough] == 0.0:
        return None
    top = float(peaks[trough])
    recovered = np.flatnonzero(equity[trough:] >= top)
    return Drawdown(
        amount=top - float(equity[trough]),
        fraction=float(fractions[trough]),
        # Time under water counts from the last touch of the peak before the fall.
        peak=int(np.flatnonzero(equity[:trough] >= top)[-1]),
        trough=trough,
        recovery=trough + int(recovered[0]) if recovered.size else None,
    )


def longest_under_water(equity: Float64s) -> int:
    """Return the most consecutive points of *equity* that are below an earlier one."""
    below = equity < np.maximum.accumulate(equity)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], below, [False]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))
