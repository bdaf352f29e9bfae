"""Side: buy or sell, as a sign."""

from enum import IntEnum


class Side(IntEnum):
    """FIX's Side (54), made arithmetic: a position moves by `side * qty`."""

    BUY = 1
    SELL = -1

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY
