"""Clocks: whether recordings of different venues tell the same time, before they are compared."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from graphwiz_trader.domain.clock_offset import ClockOffset, Mids, clock_offset, whole_seconds
from graphwiz_trader.domain.errors import ClocksDisagree, DataError
from graphwiz_trader.domain.joint import Touch
from graphwiz_trader.domain.units import DAY, SECOND, InstrumentId, Nanos
from graphwiz_trader.domain.value import value

MAX_OFFSET_S = 12 * 3_600
"""Clocks are compared this far apart: any two time zones, half a day either way."""

CHECKED = Nanos(3 * DAY)
"""Of longer recordings the first three common days are compared."""

LEAST_OFFSET_S = 5.0
LEAST_PEAK = 0.5
LEAST_RATIO = 3.0
"""Clocks disagree beyond these; below, it may be that one venue really leads the other."""


def shifted(touch: Touch, offsets: Mapping[str, float]) -> Touch:
    """Return *touch* with the seconds declared for its venue added to its clock."""
    seconds = offsets.get(touch.instrument.venue, 0.0)
    if seconds == 0:
        return touch
    return Touch(touch.instrument, touch.ts + round(seconds * SECOND), touch.bid, touch.ask)


@value
class Aligned:
    """The two recordings that were compared, and what to add to the clock of the second."""

    first: InstrumentId
    second: InstrumentId
    offset: ClockOffset


def aligned(first: Sequence[Touch], second: Sequence[Touch], max_offset_s: int) -> Aligned:
    """
    Return by how much the clock of *second* differs from that of *first*, to 50 ms.

    Of several pairs of assets both quote, the one with the most quotes is compared.

    Raises:
        DataError: there is no such pair, or it has too little in common; says what is missing.
    """
    pairs = [(a, b) for a in first for b in second if _assets(a) == _assets(b)]
    if not pairs:
        names = [", ".join(t.instrument.id for t in side) or "nothing" for side in (first, second)]
        raise DataError(f"found {names[0]} and {names[1]}; clocks are told by one pair of assets")
    a, b = max(pairs, key=lambda pair: min(pair[0].ts.size, pair[1].ts.size))
    offset = clock_offset(_mids(a), _mids(b), max_offset_s)
    return Aligned(a.instrument.id, b.instrument.id, offset)


def check_clocks(touches: Sequence[Touch], offsets: Mapping[str, float]) -> None:
    """
    Refuse recordings of one pair of assets at two venues whose clocks are seconds apart.

    A pair with too little in common proves nothing and passes.

    Args:
        touches: as recorded, not shifted.
        offsets: seconds declared for a venue's clock, by venue; they are taken as added.

    Raises:
        ClocksDisagree: with the seconds to declare for the later one of the two in *touches*.
    """
    for a, b in combinations([shifted(touch, offsets) for touch in touches], 2):
        if _assets(a) != _assets(b) or a.instrument.venue == b.instrument.venue:
            continue
        mids_a, mids_b = _common(_mids(a), _mids(b))
        try:
            found = whole_seconds(mids_a, mids_b, MAX_OFFSET_S)
        except DataError:
            continue
        if _disagrees(found):
            raise _refusal(a, b, clock_offset(mids_a, mids_b, MAX_OFFSET_S), offsets)


def _disagrees(found: ClockOffset) -> bool:
    return (
        abs(found.offset_s) > LEAST_OFFSET_S
        and found.peak > LEAST_PEAK
        and found.peak > LEAST_RATIO * found.at_zero
    )


def _refusal(a: Touch, b: Touch, found: ClockOffset, offsets: Mapping[str, float]) -> DataError:
    venue = b.instrument.venue
    total = offsets.get(venue, 0.0) + found.offset_s
    return ClocksDisagree(
        f"the clock of {b.instrument.id} is {found.offset_s:+.2f} s from agreeing with "
        f"{a.instrument.id} (correlation {found.peak:.2f} there, {found.at_zero:.2f} as it is); "
        f"declare --offset {venue}={total:.2f}",
        total,
    )


def _assets(touch: Touch) -> tuple[str, str]:
    return touch.instrument.base, touch.instrument.quote


def _mids(touch: Touch) -> Mids:
    usable = np.flatnonzero(touch.bid <= touch.ask)
    return Mids(touch.ts[usable], (touch.bid[usable] + touch.ask[usable]) / 2)


def _common(a: Mids, b: Mids) -> tuple[Mids, Mids]:
    """Return the first stretch of both in which their clocks can agree, `CHECKED` long."""
    if not (a.ts.size and b.ts.size):
        return a, b
    start = max(int(a.ts[0]), int(b.ts[0])) - MAX_OFFSET_S * SECOND
    return _between(a, start), _between(b, start)


def _between(mids: Mids, start: int) -> Mids:
    first, last = np.searchsorted(mids.ts, (start, start + MAX_OFFSET_S * SECOND + CHECKED))
    return Mids(mids.ts[first:last], mids.mid[first:last])
