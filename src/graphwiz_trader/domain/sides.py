"""Side: buy or sell, as a sign."""

from enum import IntEnum
from typing import Final


class Side(IntEnum):
    """FIX's Side (54), made arithmetic: a position moves by `side * qty`."""

    BUY = 1
    SELL = -1

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return _SELL if self is _BUY else _BUY


# Looking a member up in its enumeration costs more than all else here.
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
