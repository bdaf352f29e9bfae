"""Grid: the lot that several instruments have in common."""

from collections.abc import Iterable
from decimal import Decimal


def common_lot(sizes: Iterable[Decimal]) -> Decimal:
    """
    Return the smallest quantity that is a whole number of each of *sizes*.

    >>> common_lot([Decimal("0.001"), Decimal("0.0015")])
    Decimal('0.003')
    """
    first, *rest = sizes
    common = first
    for size in rest:
        common = _least_common(common, size)
    return common.normalize()


def _least_common(a: Decimal, b: Decimal) -> Decimal:
    x, y = a, b
    while y:
        x, y = y, x % y
    return a / x * b
