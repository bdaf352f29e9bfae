"""Significance: which of many findings are believed."""

from collections.abc import Sequence


def holm(p_values: Sequence[float], level: float = 0.05) -> tuple[bool, ...]:
    """
    Return which findings stand when not even one may be false, with probability 1 − *level*.

    Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    n = len(p_values)
    order = sorted(range(n), key=p_values.__getitem__)
    stands = [False] * n
    for place, which in enumerate(order):
        if p_values[which] > level / (n - place):
            break
        stands[which] = True
    return tuple(stands)


def benjamini_hochberg(p_values: Sequence[float], level: float = 0.05) -> tuple[bool, ...]:
    """
    Return which findings stand when a share *level* of those that do may be false.

    Source: Benjamini & Hochberg, "Controlling the false discovery rate", 1995.
    """
    n = len(p_values)
    order = sorted(p_values)
    last = max((p for rank, p in enumerate(order, 1) if p <= level * rank / n), default=-1.0)
    return tuple(p <= last for p in p_values)
