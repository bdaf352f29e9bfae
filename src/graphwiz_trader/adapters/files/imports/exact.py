"""Exact: decimal texts as whole ticks and lots, a column at a time."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MAX_TICKS, Float64s, Int64s

_TOLERANCE = 0.01
"""Ticks or lots off the grid that a number may be by the rounding of floats, here or before us."""

_MAX_LOTS = 1 << 62


class BadNumber(Exception):  # it is never an end, only a way to say the row
    """The text of *row* is no number of the grid."""

    def __init__(self, row: int, found: str, expected: str) -> None:
        super().__init__(found)
        self.row = row
        self.found = found
        self.expected = expected


class Converter:
    """
    Converts texts that belong to several instruments.

    `rounded` counts the quantities that were finer than their lot and cut to it.
    """

    def __init__(self, instruments: Sequence[Instrument], cut: Sequence[bool]) -> None:
        self._instruments = instruments
        self._cut = tuple(cut)
        self._tick = np.array([instrument.tick for instrument in instruments])
        self._lot = np.array([instrument.lot for instrument in instruments])
        self.rounded = 0

    def ticks(self, texts: Sequence[str], owners: NDArray[np.intp]) -> Int64s:
        """
        Return prices in ticks; *owners* is the index of the instrument of each.

        Raises:
            BadNumber: not finite, not above zero, off the grid, or above `MAX_TICKS`.
        """
        exact = _floats(texts, "price") / self._tick[owners]
        whole = np.rint(exact)
        with np.errstate(invalid="ignore"):  # inf − inf; a NaN fails every comparison
            good = (np.abs(exact - whole) <= _TOLERANCE) & (whole > 0) & (whole <= MAX_TICKS)
        if not good.all():
            row = int(np.argmin(good))
            raise self._bad_price(row, texts[row], int(owners[row]), float(exact[row]))
        ticks: Int64s = whole.astype(np.int64)
        return ticks

    def lots(self, texts: Sequence[str], owners: NDArray[np.intp]) -> Int64s:
        """
        Return quantities in lots; those finer than the lot are cut to it where that is allowed.

        Raises:
            BadNumber: not finite, negative, or off the grid where cutting is not allowed.
        """
        qtys = _floats(texts, "quantity")
        exact = qtys / self._lot[owners]
        good = (exact >= 0) & (exact < _MAX_LOTS)
        if not good.all():
            row = int(np.argmin(good))
            expected = f"a quantity from 0 to below {_MAX_LOTS} lots of {self._lot_of(owners, row)}"
            raise BadNumber(row, f"quantity {texts[row]}", expected)
        whole = np.rint(exact)
        lots: Int64s = whole.astype(np.int64)
        doubtful = np.abs(exact - whole) > 4 * np.spacing(exact)
        doubtful |= whole > MAX_TICKS
        for row in np.flatnonzero(doubtful).tolist():
            lots[row] = self._exactly(row, texts[row], int(owners[row]))
        return lots

    def _exactly(self, row: int, text: str, owner: int) -> int:
        lot = self._instruments[owner].lot_size
        count = Decimal(text) / lot
        whole = int(count.to_integral_value(ROUND_FLOOR))
        if count == whole:
            return whole
        if self._cut[owner]:
            self.rounded += 1
            return whole
        nearest = int(count.to_integral_value(ROUND_HALF_EVEN))
        if abs(count - nearest) > Decimal(_TOLERANCE):
            raise BadNumber(row, f"quantity {text}", f"a multiple of the lot {lot}")
        return nearest

    def _bad_price(self, row: int, text: str, owner: int, ticks: float) -> BadNumber:
        instrument = self._instruments[owner]
        if np.isfinite(ticks) and 0 < ticks <= MAX_TICKS:
            return BadNumber(row, f"price {text}", f"a multiple of the tick {instrument.tick_size}")
        return BadNumber(
            row,
            f"price {text}",
            f"a price above 0 and up to {MAX_TICKS} ticks of {instrument.tick_size}",
        )

    def _lot_of(self, owners: NDArray[np.intp], row: int) -> Decimal:
        return self._instruments[int(owners[row])].lot_size


def _floats(texts: Sequence[str], what: str) -> Float64s:
    try:
        return np.array(list(map(float, texts)), np.float64)
    except ValueError:
        row = next(row for row, text in enumerate(texts) if not _is_number(text))
        raise BadNumber(row, f"{what} {texts[row]!r}", "a decimal number") from None


def _is_number(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True
