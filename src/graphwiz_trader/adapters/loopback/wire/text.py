"""Number texts: whole ticks and lots as the decimal text a venue puts on the wire."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

NumberText: TypeAlias = Callable[[int], str]
"""From a count of one grid's steps to decimal text."""


def fixed_text(size: Decimal, decimals: int) -> NumberText:
    """
    Return how a count of *size* reads with exactly *decimals* places, as Binance writes it.

    >>> fixed_text(Decimal("0.01"), 8)(12345)
    '123.45000000'
    """
    unit, scale = _unit(size, decimals), 10**decimals

    def text(count: int) -> str:
        whole, part = divmod(count * unit, scale)
        return f"{whole}.{part:0{decimals}d}"

    return text


def shortest_text(size: Decimal) -> NumberText:
    """
    Return how a count of *size* reads without trailing zeros, as OKX writes it.

    >>> shortest_text(Decimal("0.10"))(12340)
    '1234'
    """
    decimals = decimals_of(size)
    unit, scale = _unit(size, decimals), 10**decimals

    def text(count: int) -> str:
        whole, part = divmod(count * unit, scale)
        return f"{whole}.{part:0{decimals}d}".rstrip("0") if part else str(whole)

    return text


def fixed(amount: Decimal, decimals: int = 8) -> str:
    """Return *amount* with exactly *decimals* places; more digits are cut off."""
    scaled = int(amount.scaleb(decimals))
    sign = "-" if scaled < 0 else ""
    whole, part = divmod(abs(scaled), 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}"


def shortest(amount: Decimal) -> str:
    """
    Return *amount* without exponent or trailing zeros.

    >>> shortest(Decimal("1E+2")), shortest(Decimal("0.500"))
    ('100', '0.5')
    """
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals_of(size: Decimal) -> int:
    """Return how many places *size* needs."""
    exponent = size.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _unit(size: Decimal, decimals: int) -> int:
    """Return how many units of the last of *decimals* places are in one *size*."""
    return int(size.scaleb(decimals))
