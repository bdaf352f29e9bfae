"""Screen: which of the instruments of some tapes may be traded as pairs."""

from collections.abc import Sequence

import numpy as np

from graphwiz_trader.domain.cointegration import Cointegration, screen
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.filter_fit import FilterFit, filter_fit
from graphwiz_trader.domain.joint import Touch
from graphwiz_trader.domain.units import Float64s, InstrumentId, Nanos
from graphwiz_trader.domain.value import value

LEAST_SAMPLES = 100


@value
class PairFound:
    """
    `ln a` explained by `ln b`, and whether it may be believed and traded.

    `filter` holds the numbers of a Kalman hedge ratio that are most likely; None unless tradable.
    """

    a: InstrumentId
    b: InstrumentId
    found: Cointegration
    is_significant: bool
    is_stable: bool
    filter: FilterFit | None

    @property
    def is_tradable(self) -> bool:
        """Whether it is significant among all that were tried, and reverts alike in all folds."""
        return self.is_significant and self.is_stable


def screen_pairs(touches: Sequence[Touch], grid: Nanos) -> tuple[PairFound, ...]:
    """
    Return every ordered pair of *touches*, the most significant first.

    Mids are those that held every *grid* nanoseconds of the time in which all were quoted.

    Raises:
        DataError: fewer than two instruments, or fewer than a hundred such times.
    """
    if len(touches) < 2:
        raise DataError(f"found {len(touches)} instruments, expected two or more")
    logs = _sampled(touches, grid)
    names = [touch.instrument.id for touch in touches]
    told = [
        PairFound(
            names[each.y],
            names[each.x],
            each.found,
            each.is_significant,
            each.is_stable,
            filter_fit(logs[each.y], logs[each.x]) if each.is_tradable else None,
        )
        for each in screen(logs)
    ]
    return tuple(sorted(told, key=lambda pair: pair.found.t))


def _sampled(touches: Sequence[Touch], grid: Nanos) -> list[Float64s]:
    kept = [(t.ts[two], (t.bid[two] + t.ask[two]) / 2) for t in touches for two in [_quoted(t)]]
    if any(not len(ts) for ts, _ in kept):
        raise DataError("found an instrument that was never quoted on both sides")
    begin, end = max(int(ts[0]) for ts, _ in kept), min(int(ts[-1]) for ts, _ in kept)
    points = np.arange(-(-begin // grid) * grid, end + 1, grid, dtype=np.int64)
    if len(points) < LEAST_SAMPLES:
        raise DataError(
            f"found {len(points)} times {grid} ns apart at which all are quoted,"
            f" expected {LEAST_SAMPLES}"
        )
    return [np.log(mids[np.searchsorted(ts, points, "right") - 1]) for ts, mids in kept]


def _quoted(touch: Touch) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return at which messages there were both sides, at prices that have a logarithm."""
    return ~np.isnan(touch.ask) & (np.nan_to_num(touch.bid) > 0)
