"""
Cycles: trade one asset round through several others and back, through the depth of every leg.

Legs are numbered from 0; the levels of leg k, best first, are at `k * depth` and after.
A leg of side +1 buys base from asks, one of −1 sells base to bids.
Buying q at p takes `p * q * pay` and gives `q * keep`; selling takes `q` and gives `p * q * keep`:
a fee f charged in the quote asset is pay 1 + f of a buy and keep 1 − f of a sale, one charged in
the received asset keep 1 − f of both.
Every leg is increasing and concave in what it takes, hence so is the round, and profit is greatest
where the product of the marginal rates falls to 1.
"""

from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.jit import IN64, INF64, inline, kernel

SPENT, GOT, FIRST_LOTS, GAP, EVALUATIONS = 0, 1, 2, 3, 4
"""Of *out*: what went in and came out, in the start asset; lots of the first leg; by how much the
best of all lots may still exceed what was found, 0 when it cannot; and how many numbers of lots
were tried."""

OUT = 5
"""The length of *out*."""

MOST_EVALUATIONS = 512
EPSILON = 1e-12
"""Relative: a product of rates this near to its bound is on it."""

PART = 1e-9
"""Of a lot: how much may be missing of a whole one."""

INF = float("inf")


@inline
def _rate(price: float, side: int, pay: float, keep: float) -> float:
    return keep / (price * pay) if side > 0 else price * keep


@inline
def _capacity(price: float, qty: float, side: int, pay: float) -> float:
    """Return how much of what the leg takes a level can use."""
    return price * qty * pay if side > 0 else qty


_LEGS = f"{IN64}, {IN64}, int64, {IN64}, {IN64}, {INF64}, {INF64}, {INF64}, {INF64}"


@kernel(f"int64({_LEGS}, float64, float64, int64[::1], float64[::1], float64[::1])")
def optimum(
    ticks: Int64s,
    lots: Int64s,
    depth: int,
    count: Int64s,
    side: Int64s,
    tick: Float64s,
    lot: Float64s,
    pay: Float64s,
    keep: Float64s,
    least: float,
    most: float,
    at: Int64s,
    left: Float64s,
    out: Float64s,
) -> int:
    """
    Send round what earns most, in quantities of any size.

    Args:
        ticks, lots: Of all legs, one after the other, `depth` places each.
        count: How many levels of each leg count.
        side, tick, lot, pay, keep: Of each leg.
        least: What the product of the marginal rates must exceed; 0 sends *most* round, whatever
            it earns.
        most: Most of the start asset.
        at, left: Room for one number a leg; overwritten.
        out: SPENT and GOT are written.

    Returns:
        How many parts of constant rates were sent.

    Source: strategies, Triangular and n-cycle arbitrage.
    """
    out[SPENT], out[GOT] = 0.0, 0.0
    for k in range(len(count)):
        if count[k] <= 0:
            return 0
        at[k] = 0
        left[k] = _capacity(ticks[k * depth] * tick[k], lots[k * depth] * lot[k], side[k], pay[k])
    parts = 0
    while most - out[SPENT] > EPSILON * most:
        product, take = 1.0, most - out[SPENT]
        for k in range(len(count)):
            take = min(take, left[k] / product)
            product *= _rate(ticks[k * depth + at[k]] * tick[k], side[k], pay[k], keep[k])
        if product <= least * (1.0 + EPSILON):
            break
        parts += 1
        out[SPENT] += take
        out[GOT] += take * product
        carried = take
        for k in range(len(count)):
            i = k * depth + at[k]
            price = ticks[i] * tick[k]
            left[k] -= carried
            carried *= _rate(price, side[k], pay[k], keep[k])
            if left[k] <= EPSILON * _capacity(price, lots[i] * lot[k], side[k], pay[k]):
                at[k] += 1
                if at[k] == count[k]:
                    return parts
                left[k] = _capacity(ticks[i + 1] * tick[k], lots[i + 1] * lot[k], side[k], pay[k])
    return parts


@kernel(f"float64({_LEGS}, {IN64}, {INF64}, int64, int64[::1], int64[::1], float64[::1])")
def forward(
    ticks: Int64s,
    lots: Int64s,
    depth: int,
    count: Int64s,
    side: Int64s,
    tick: Float64s,
    lot: Float64s,
    pay: Float64s,
    keep: Float64s,
    min_lots: Int64s,
    min_notional: Float64s,
    first: int,
    taken: Int64s,
    worst: Int64s,
    out: Float64s,
) -> float:
    """
    Trade *first* lots of the first leg, and on each later leg the whole lots that it pays for.

    What is left of an asset after a leg is dust, worth nothing here.

    Args:
        min_lots, min_notional: What each leg must reach, the latter at its worst price.
        first: Lots of leg 0.
        taken, worst: Lots and worst tick of each leg; written.
        out: SPENT and GOT are written.

    Returns:
        The profit; minus infinity when the depth or a minimum does not allow it.
    """
    out[SPENT], out[GOT] = 0.0, 0.0
    carried = INF
    for k in range(len(count)):
        filled, moved, used = 0, 0.0, 0.0
        for i in range(k * depth, k * depth + count[k]):
            price = ticks[i] * tick[k]
            one = price * lot[k] * pay[k] if side[k] > 0 else lot[k]
            can = first - filled if k == 0 else int((carried - used) / one + PART)
            take = min(can, lots[i])
            if take <= 0:
                break
            worst[k] = ticks[i]
            filled += take
            used += take * one
            moved += take * lot[k] * (keep[k] if side[k] > 0 else price * keep[k])
        taken[k] = filled
        if filled < max(1, min_lots[k]) or (k == 0 and filled < first):
            return -INF
        if filled * lot[k] * (worst[k] * tick[k]) < min_notional[k] * (1.0 - EPSILON):
            return -INF
        if k == 0:
            out[SPENT] = used
        carried = moved
    out[GOT] = carried
    return float(out[GOT] - out[SPENT])


@inline
def _spent(
    ticks: Int64s, lots: Int64s, count: int, side: int, tick: float, lot: float, pay: float, n: int
) -> float:
    """Return what *n* lots of the first leg take; infinity when there are not that many."""
    if side < 0:
        return n * lot
    left = n
    spent: float = 0.0
    for i in range(count):
        take = min(left, lots[i])
        spent += take * lot * (ticks[i] * tick) * pay
        left -= take
        if left == 0:
            return spent
    return INF


@inline
def _first_lots(
    ticks: Int64s,
    lots: Int64s,
    count: int,
    side: int,
    tick: float,
    lot: float,
    pay: float,
    x: float,
) -> int:
    """Return the whole lots of the first leg that *x* of the start asset pays for."""
    if side < 0:
        return int(x / lot + PART)
    filled = 0
    for i in range(count):
        one = ticks[i] * tick * lot * pay
        take = min(int(x / one + PART), lots[i])
        filled += take
        x -= take * one
        if take < lots[i]:
            break
    return filled


@kernel(
    f"float64({_LEGS}, {IN64}, {INF64}, float64, float64, int64[::1], float64[::1],"
    " int64[::1], int64[::1], float64[::1])"
)
def best_lots(
    ticks: Int64s,
    lots: Int64s,
    depth: int,
    count: Int64s,
    side: Int64s,
    tick: Float64s,
    lot: Float64s,
    pay: Float64s,
    keep: Float64s,
    min_lots: Int64s,
    min_notional: Float64s,
    least: float,
    most: float,
    at: Int64s,
    left: Float64s,
    taken: Int64s,
    worst: Int64s,
    out: Float64s,
) -> float:
    """
    Find the lots that earn most beyond *least*, from those next to the optimum without lots.

    No number of lots earns more than its cost would undivided, which falls on both sides of the
    optimum, so that the search ends where that bound falls to the best found; at most
    `MOST_EVALUATIONS` are tried. Arguments are those of `optimum` and `forward`; all of *out* is
    written.

    Returns:
        `GOT − least · SPENT`; 0, with FIRST_LOTS 0, when nothing is better than doing nothing.
    """
    optimum(
        ticks, lots, depth, count, side, tick, lot, pay, keep, least, most, at, left, out
    )  # fmt: skip
    start = _first_lots(ticks, lots, count[0], side[0], tick[0], lot[0], pay[0], out[SPENT])
    best, chosen, tried, gap = 0.0, 0, 0, 0.0
    for step in (-1, 1):
        first = start if step < 0 else start + 1
        while first > 0:
            cost = _spent(ticks, lots, count[0], side[0], tick[0], lot[0], pay[0], first)
            if cost > most * (1.0 + EPSILON):
                break
            optimum(
                ticks, lots, depth, count, side, tick, lot, pay, keep, 0.0, cost, at, left, out
            )  # fmt: skip
            limit = out[GOT] - least * cost
            if limit <= best:
                break
            if tried == MOST_EVALUATIONS:
                gap = max(gap, limit - best)
                break
            tried += 1
            forward(
                ticks, lots, depth, count, side, tick, lot, pay, keep, min_lots, min_notional,
                first, taken, worst, out,
            )  # fmt: skip
            earned = out[GOT] - least * out[SPENT]
            if earned > best:
                best, chosen = earned, first
            first += step
    for k in range(len(count)):
        taken[k], worst[k] = 0, 0
    out[SPENT], out[GOT] = 0.0, 0.0
    if chosen > 0:
        forward(
            ticks, lots, depth, count, side, tick, lot, pay, keep, min_lots, min_notional,
            chosen, taken, worst, out,
        )  # fmt: skip
    out[FIRST_LOTS], out[GAP], out[EVALUATIONS] = chosen, gap, tried
    return best
