"""Joint states: what the best quotes of several books were together, and for how long."""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Float64s, Int64s, Nanos
from graphwiz_trader.domain.value import value


@value
class Touch:
    """
    The best quotes of one instrument: a row for every message about its book, as of after it.

    `ts` in ns, ascending, equal where messages share an instant; `bid` and `ask` prices in the
    quote asset, nan where that side was empty. All of shape (n,).
    """

    instrument: Instrument
    ts: Int64s
    bid: Float64s
    ask: Float64s


@value
class JointStates:
    """
    The usable joint states of several touches, in time order.

    `ts`: when each began, shape (m,). `rows[k]`: the row of touch k in force, shape (m,).
    `lasts`: ns each lasted, (m,); 0 for the last of all times, whose end nobody saw.
    """

    ts: Int64s
    rows: tuple[Int64s, ...]
    lasts: Int64s


def joint_states(touches: Sequence[Touch], max_age: Nanos) -> JointStates:
    """
    Return the states in which every quote is two-sided, not crossed in itself, and fresh.

    There is one state a distinct time, after all its updates.
    It lasts until the next update of any, or until its oldest quote is *max_age* old.
    """
    times: Int64s = reduce(np.union1d, [touch.ts for touch in touches])
    if not all(touch.ts.size for touch in touches):
        times = times[:0]
    rows = tuple(np.searchsorted(touch.ts, times, side="right") - 1 for touch in touches)
    usable = np.ones(times.size, dtype=np.bool_)
    ends = np.append(times[1:], times[-1:])
    for touch, row in zip(touches, rows, strict=True):
        expires = touch.ts[row] + max_age
        usable &= (row >= 0) & _is_two_sided(touch)[row] & (times <= expires)
        ends = np.minimum(ends, expires)
    kept = np.flatnonzero(usable)
    return JointStates(
        ts=times[kept],
        rows=tuple(row[kept] for row in rows),
        lasts=(ends - times)[kept],
    )


def _is_two_sided(touch: Touch) -> NDArray[np.bool_]:
    """True where both sides have a price and they are not crossed; locked is usable."""
    return touch.bid <= touch.ask
