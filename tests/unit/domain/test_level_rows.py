"""Level rows: what compiled code would misread is refused where it is made."""

import numpy as np
import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.level_rows import LevelRows
from graphwiz_trader.domain.units import Int8s, Int64s

SIDE, TICKS = np.ones(4, np.int8), np.arange(4)


@pytest.mark.parametrize(
    ("side", "ticks", "lots"),
    [
        (TICKS, TICKS, TICKS),
        (SIDE, TICKS.astype(np.float64), TICKS),
        (SIDE[:2], TICKS[::2], TICKS[:2]),
        (SIDE, TICKS, TICKS.astype(">i8")),
        (SIDE, TICKS, TICKS.reshape(2, 2)),
    ],
)
def test_a_column_of_another_type_or_with_gaps_is_refused(
    side: Int8s, ticks: Int64s, lots: Int64s
) -> None:
    with pytest.raises(DomainError, match="found a column of"):
        LevelRows(side, ticks, lots)
