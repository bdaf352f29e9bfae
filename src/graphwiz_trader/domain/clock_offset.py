"""
Clock offset: by how many seconds two recordings of one price disagree about the time.

Two venues quote one asset, so their prices move together, and a recording whose clock is hours
away moves together with the other at one lag only.
The lag is found on a 1-s grid over the whole range at once (FFT), then refined on a 50-ms grid.
"""

import numpy as np

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.units import Float64s, Int64s
from graphwiz_trader.domain.value import value

RETURN_S = 10
"""Returns are taken over this long: shorter ones are mostly noise of the spread."""

HOLD_S = 600
"""A mid is held this long; a market that says nothing for longer has no return."""

NEAR_S = 60
"""The runner-up is looked for at least this far from the peak, beyond the peak's own slopes."""

MIN_MOVES = 200
"""Fewer returns that are not zero, about 20 moves of the price, prove nothing."""

MIN_SHARE = 0.25
"""A lag counts when the recordings then overlap by this share of the shorter one."""

STEPS = 20
"""Steps of the fine grid in a second."""

_CHUNK_S = 86_400
_SECOND_NS = 1_000_000_000


@value
class Mids:
    """
    What a recording says about one price: `ts` in ns, ascending, and `mid`, in any unit.

    Both of shape (n,); quotes that are not two-sided or crossed are left out beforehand.
    """

    ts: Int64s
    mid: Float64s


@value
class ClockOffset:
    """
    The seconds to add to the second recording's clock, and how far they can be trusted.

    `peak`: correlation of 10-s returns there, −1 to 1. `runner_up`: the highest one more than a
    minute away from it. `at_zero`: the one of the clocks as they are, 0 where they do not overlap.
    """

    offset_s: float
    peak: float
    runner_up: float
    at_zero: float


def clock_offset(a: Mids, b: Mids, max_offset_s: int) -> ClockOffset:
    """
    Return what to add to the clock of *b* so that it agrees with the one of *a*, to 50 ms.

    Args:
        max_offset_s: the range searched, ± seconds; more than this apart is not found.

    Raises:
        DataError: too few quotes, moves of the price or common time to say anything.

    Source: peak of the normalized cross-correlation, semantics of `data align`.
    """
    coarse = whole_seconds(a, b, max_offset_s)
    return ClockOffset(
        offset_s=_refined(a, b, round(coarse.offset_s)),
        peak=coarse.peak,
        runner_up=coarse.runner_up,
        at_zero=coarse.at_zero,
    )


def whole_seconds(a: Mids, b: Mids, max_offset_s: int) -> ClockOffset:
    """Return what `clock_offset` does, to a whole second, in a fraction of the time."""
    for which, mids in (("first", a), ("second", b)):
        if mids.ts.size < 2:
            raise DataError(
                f"the {which} recording has {mids.ts.size} usable two-sided quotes; "
                "a clock offset needs many"
            )
    first_a, first_b = int(a.ts[0]) // _SECOND_NS, int(b.ts[0]) // _SECOND_NS
    returns_a = _returns(_on_grid(a, first_a, _seconds(a), 1), RETURN_S)
    returns_b = _returns(_on_grid(b, first_b, _seconds(b), 1), RETURN_S)
    apart = first_a - first_b
    lags = _lags(returns_a.size, returns_b.size, apart, max_offset_s)
    rho = _correlation(returns_a, returns_b, lags)
    if np.isnan(rho).all():
        raise DataError(_too_little(returns_a, returns_b, max_offset_s))
    best = int(np.nanargmax(rho))
    far = rho[np.abs(lags - lags[best]) > NEAR_S]
    zero = rho[lags == -apart]
    return ClockOffset(
        offset_s=float(lags[best]) + apart,
        peak=float(rho[best]),
        runner_up=float(np.nanmax(far)) if np.isfinite(far).any() else 0.0,
        at_zero=float(zero[0]) if np.isfinite(zero).any() else 0.0,
    )


def _seconds(mids: Mids) -> int:
    """Return how many whole seconds of the 1-s grid a recording covers."""
    return int(mids.ts[-1]) // _SECOND_NS - int(mids.ts[0]) // _SECOND_NS + 1


def _on_grid(mids: Mids, first_s: float, seconds: int, steps: int) -> Float64s:
    """Return the mid in force at every step from *first_s*; nan before, after and in gaps."""
    start = round(first_s * _SECOND_NS)
    grid = start + np.arange(seconds * steps, dtype=np.int64) * (_SECOND_NS // steps)
    last = np.searchsorted(mids.ts, grid, side="right") - 1
    held = np.maximum(last, 0)
    silent = (last < 0) | (grid - mids.ts[held] > HOLD_S * _SECOND_NS)
    silent |= grid > mids.ts[-1] + _SECOND_NS
    return np.where(silent, np.nan, mids.mid[held])


def _returns(prices: Float64s, steps: int) -> Float64s:
    moved = np.full(prices.size, np.nan)
    moved[steps:] = prices[steps:] - prices[:-steps]
    return moved


def _lags(size_a: int, size_b: int, apart: int, max_offset_s: int) -> Int64s:
    """Return the shifts of b's grid to try: in range, and with at least one common second."""
    low = max(-max_offset_s - apart, 1 - size_b)
    high = min(max_offset_s - apart, size_a - 1)
    return np.arange(low, high + 1, dtype=np.int64)


def _correlation(a: Float64s, b: Float64s, lags: Int64s) -> Float64s:
    """
    Return the correlation of a[i + lag] with b[i] at every lag, over what overlaps there.

    nan where the overlap is too short or too quiet. Returns have mean zero but for the drift of a
    day, which is far below their size, so none is subtracted.
    """
    size = 1 << (a.size + b.size).bit_length()
    has_a, has_b = np.isfinite(a), np.isfinite(b)
    if not (has_a.any() and has_b.any() and lags.size):
        return np.full(lags.size, np.nan)
    a, b = _unit(np.where(has_a, a, 0.0)), _unit(np.where(has_b, b, 0.0))

    def summed(x: Float64s, y: Float64s) -> Float64s:
        product = np.fft.rfft(x, size) * np.conj(np.fft.rfft(y, size))
        return np.asarray(np.fft.irfft(product, size)[lags])

    in_a, in_b = has_a.astype(np.float64), has_b.astype(np.float64)
    energy = summed(a * a, in_b) * summed(in_a, b * b)
    common = summed(in_a, in_b)
    moves = np.minimum(
        summed((a != 0).astype(np.float64), in_b), summed(in_a, (b != 0).astype(np.float64))
    )
    enough = (common >= MIN_SHARE * min(in_a.sum(), in_b.sum())) & (moves > MIN_MOVES - 0.5)
    enough &= energy > 0
    rho = np.full(lags.size, np.nan)
    np.divide(summed(a, b), np.sqrt(np.where(enough, energy, 1.0)), out=rho, where=enough)
    clipped: Float64s = np.clip(rho, -1.0, 1.0)
    return clipped


def _unit(returns: Float64s) -> Float64s:
    """Scale to a mean square of about 1, so that rounding in the FFT stays far below it."""
    size = float(np.sqrt(np.mean(returns * returns)))
    return returns / size if size > 0 else returns


def _refined(a: Mids, b: Mids, offset: int) -> float:
    """
    Return the offset to 50 ms: where the same sum is highest within a second and a half.

    Both prices are read at every phase of the second, so that recordings on a grid of whole
    seconds give a peak in its middle and not a plateau.
    """
    reach = 3 * STEPS // 2
    total = np.zeros(2 * reach + 1)
    first = max(int(a.ts[0]) // _SECOND_NS, int(b.ts[0]) // _SECOND_NS + offset) - 2
    last = min(int(a.ts[-1]) // _SECOND_NS, int(b.ts[-1]) // _SECOND_NS + offset) + 2
    for start in range(first, last, _CHUNK_S):
        seconds = min(_CHUNK_S, last - start)
        fine_a = _returns(_on_grid(a, start, seconds, STEPS), RETURN_S * STEPS)
        fine_b = _returns(_on_grid(b, start - offset, seconds, STEPS), RETURN_S * STEPS)
        fine_a, fine_b = np.nan_to_num(fine_a), np.nan_to_num(fine_b)
        inner = fine_a[reach : fine_a.size - reach]
        for shift in range(-reach, reach + 1):
            begin = reach - shift
            total[shift + reach] += float(inner @ fine_b[begin : begin + inner.size])
    best = np.flatnonzero(total >= total.max() * (1 - 1e-12))
    return offset + float(best.mean() - reach) / STEPS


def _too_little(a: Float64s, b: Float64s, max_offset_s: int) -> str:
    moves = [int(np.count_nonzero(np.nan_to_num(x))) for x in (a, b)]
    return (
        f"too little in common to compare clocks within ±{max_offset_s} s: "
        f"{np.isfinite(a).sum()} and {np.isfinite(b).sum()} s of returns, "
        f"{moves[0]} and {moves[1]} of them not zero; "
        f"{MIN_MOVES} of each must meet in at least a quarter of the shorter recording"
    )
