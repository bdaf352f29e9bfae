"""Step text: whole ticks and lots as the decimal text that goes onto the wire."""

from decimal import Decimal

from graphwiz_trader.adapters.direct.schema import grid


class StepText:
    """
    How a count of *size* reads, with as many decimals as *size* has.

    >>> StepText(Decimal("0.050")).of(-3)
    '-0.15'
    """

    def __init__(self, size: Decimal) -> None:
        self._decimals, self._unit = grid(size)
        self._count = 0
        self._text = self._worded(0)

    def of(self, count: int) -> str:
        """Return the text of *count* steps."""
        # Many orders in a row are of the same size.
        if count != self._count:
            self._count, self._text = count, self._worded(count)
        return self._text

    def _worded(self, count: int) -> str:
        if count < 0:
            return f"-{self._worded(-count)}"
        digits = str(count * self._unit)
        if not self._decimals:
            return digits
        if len(digits) <= self._decimals:
            digits = digits.zfill(self._decimals + 1)
        point = len(digits) - self._decimals
        return f"{digits[:point]}.{digits[point:]}"
