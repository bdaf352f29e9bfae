"""Tail: the loss that is rarely exceeded, and the mean of those that do, from history alone."""

import math
from collections.abc import Sequence
from fractions import Fraction

from graphwiz_trader.domain.errors import DomainError


def historical_var(losses: Sequence[float], level: Fraction) -> float:
    """
    Return the smallest loss that a share of at least *level* of *losses* does not exceed.

    Args:
        losses: One per period, positive for a loss, in any unit, n ≥ 1.
        level: As a rational, such as `Fraction("0.95")`: a float's 0.95·20 is not 19.

    Raises:
        DomainError: no losses, or a level outside (0, 1).

    Source: the inverted distribution function; nothing is interpolated.

    >>> historical_var([1.0, 2.0, 3.0, 4.0], Fraction("0.75"))
    3.0
    """
    _check(losses, level)
    return sorted(losses)[math.ceil(level * len(losses)) - 1]


def historical_es(losses: Sequence[float], level: Fraction) -> float:
    """
    Return the mean of the worst share 1 − *level* of *losses*, the last one counted in part.

    Args:
        losses: One per period, positive for a loss, in any unit, n ≥ 1.
        level: As a rational, such as `Fraction("0.95")`.

    Raises:
        DomainError: no losses, or a level outside (0, 1).

    Source: Acerbi & Tasche 2002.
    """
    _check(losses, level)
    worst = sorted(losses, reverse=True)
    share = len(losses) - level * len(losses)
    whole = math.floor(share)
    part = float(share - whole)
    beyond = part * worst[whole] if part else 0.0
    return (math.fsum(worst[:whole]) + beyond) / float(share)


def _check(losses: Sequence[float], level: Fraction) -> None:
    if not losses:
        raise DomainError("no losses to take a quantile of")
    if not 0 < level < 1:
        raise DomainError(f"level {level} is not between 0 and 1")
