"""Level rows: changes of a book's levels, in columns."""

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Int8s, Int64s
from graphwiz_trader.domain.value import value

_INT8, _INT64 = np.dtype(np.int8), np.dtype(np.int64)


@value
class LevelRows:
    """
    Level changes in columns, shared by all messages that were cut from them.

    `side` int8 (+1 bid, −1 ask), `ticks` int64, `lots` int64 (0 removes the level), each of
    shape (n,), without gaps. Read only, except by the parser that owns them.

    Raises:
        DomainError: a column is of another type, or has gaps; compiled code would misread it.
    """

    side: Int8s
    ticks: Int64s
    lots: Int64s

    def __attrs_post_init__(self) -> None:
        check_columns(self.side, self.ticks, self.lots)


def check_columns(bytes_: Int8s, *whole: Int64s) -> None:
    """Raise `DomainError` unless the columns are int8 and int64, without gaps."""
    _check(bytes_, _INT8)
    for column in whole:
        _check(column, _INT64)


def _check(column: Int8s | Int64s, kind: np.dtype[np.int8] | np.dtype[np.int64]) -> None:
    if column.dtype != kind or not column.flags.c_contiguous or column.ndim != 1:
        raise DomainError(f"found a column of {column.dtype}, expected {kind} without gaps")
