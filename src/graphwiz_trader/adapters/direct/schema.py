"""Schema: what the keys of a venue's book messages mean, and what one message said."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from graphwiz_trader.adapters.direct.level_wire import ENTER, HASH_MASK, NUMBER, TEXT
from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.units import Int64s
from graphwiz_trader.domain.value import value


@value
class Message:
    """
    One book message as it was read.

    `numbers` and `texts` are in the order the schema names them; −1 and "" where there are none.
    """

    rows: LevelRows
    count: int
    numbers: Sequence[int]
    texts: Sequence[str]


class Schema:
    """
    Roles of keys, wherever on the way to the levels they stand.

    Args:
        levels: Keys of sides and of the parts of a level, and their roles.
        numbers: Keys of whole numbers, at most eight.
        texts: Keys of texts, at most four.
        enter: Keys whose object, or only object, holds more of these keys.
        optional: Keys that a message may lack; it must have all other numbers and texts.
    """

    def __init__(
        self,
        levels: Mapping[str, int],
        numbers: Sequence[str],
        texts: Sequence[str] = (),
        enter: Sequence[str] = (),
        optional: Sequence[str] = (),
    ) -> None:
        self.roles = dict(levels)
        for first, keys in ((NUMBER, numbers), (TEXT, texts), (ENTER, enter)):
            self.roles.update((key, first + place) for place, key in enumerate(keys))
        self.numbers, self.texts = len(numbers), len(texts)
        needed = [*numbers, *texts, *enter]
        self.required = sum(1 << self.roles[key] for key in needed if key not in optional)
        self.table: Int64s = np.array(
            [part for key, role in self.roles.items() for part in (_mark(key), role)], np.int64
        )


def grid(size: Decimal) -> tuple[int, int]:
    """Return a step's decimals and its digits as a whole number: (2, 5) for 0.050."""
    exponent = size.normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return decimals, int(size.scaleb(decimals))


def _mark(key: str) -> int:
    mark = 0
    for letter in key.encode():
        mark = (mark * 131 + letter) & HASH_MASK
    return mark
