"""Step text: whole ticks and lots as the decimal text that goes onto the wire."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from graphwiz_trader.adapters.direct.schema import grid

StepText: TypeAlias = Callable[[int], str]
"""From a count of steps to decimal text."""


def step_text(size: Decimal) -> StepText:
    """
    Return how a count of *size* reads, with as many decimals as *size* has.

    >>> step_text(Decimal("0.050"))(-3)
    '-0.15'
    """
    decimals, unit = grid(size)
    scale = 10**decimals
    worded = f"%d.%0{decimals}d"

    def text(count: int) -> str:
        if count < 0:
            return f"-{text(-count)}"
        return worded % divmod(count * unit, scale) if decimals else str(count * unit)

    return text
