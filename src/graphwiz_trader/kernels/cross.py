"""
Cross: buy at one venue and sell at another, level by level, after the fees of both.

Two venues rarely share a grid, so prices and quantities are float64 here: ticks times tick size,
lots times lot size.
Prices that differ by rounding alone count as equal: an edge within `EPSILON_BPS` of a bound is on
it, and a remainder below a billionth of a lot is nothing.
"""

from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.jit import IN64, inline, kernel

QTY, COST, PROCEEDS, PROFIT, AVERAGE_BPS, LAST_BPS = 0, 1, 2, 3, 4, 5
"""Of *out*: base units bought, quote paid and received after fees, their difference, that in bps
of the cost, and the edge after fees of the last part."""

ASK, BID, ASK_TICK, BID_TICK = 6, 7, 8, 9
"""Of *out*: the worst prices reached, in the quote asset and in ticks (whole numbers)."""

OUT = 10
"""The length of *out*."""

EPSILON_BPS = 1e-9
NAN = float("nan")


@inline
def edge_bps(ask: float, bid: float, ask_fee: float, bid_fee: float) -> float:
    """Return what buying at *ask* and selling at *bid* earns after fees, in bps of the cost."""
    return (bid * (1.0 - bid_fee) / (ask * (1.0 + ask_fee)) - 1.0) * 1e4


@inline
def is_enough(edge: float, least: float) -> bool:
    """Whether *edge* is at least *least* and more than nothing, in bps."""
    return edge > EPSILON_BPS and edge >= least - EPSILON_BPS


@inline
def _clear(out: Float64s) -> None:
    for i in range(OUT):
        out[i] = 0.0 if i <= AVERAGE_BPS else NAN


@inline
def _settle(out: Float64s) -> None:
    out[PROFIT] = out[PROCEEDS] - out[COST]
    out[AVERAGE_BPS] = out[PROFIT] / out[COST] * 1e4 if out[COST] > 0.0 else 0.0


_BOOKS = f"{IN64}, {IN64}, int64, {IN64}, {IN64}, int64"
_GRIDS = "float64, float64, float64, float64"


@kernel(f"int64({_BOOKS}, {_GRIDS}, float64, float64, float64, float64, float64[::1])")
def sweep(
    ask_ticks: Int64s,
    ask_lots: Int64s,
    asks: int,
    bid_ticks: Int64s,
    bid_lots: Int64s,
    bids: int,
    ask_tick: float,
    ask_lot: float,
    bid_tick: float,
    bid_lot: float,
    ask_fee: float,
    bid_fee: float,
    min_bps: float,
    max_qty: float,
    out: Float64s,
) -> int:
    """
    Buy from the asks and sell to the bids while the next part earns at least *min_bps*.

    The edge never rises along the walk, so that stopping there is the best of all quantities.

    Args:
        ask_ticks, ask_lots: The buying venue's asks, best first.
        asks: How many of them count.
        bid_ticks, bid_lots: The selling venue's bids, best first.
        bids: How many of them count.
        ask_tick, ask_lot: The buying venue's grid, in quote and base units.
        bid_tick, bid_lot: The selling venue's.
        ask_fee, bid_fee: Fractions of the notional, charged in the quote asset.
        min_bps: Least edge of every part after fees; a part must also earn more than nothing.
        max_qty: Most base units.
        out: Written, as named above; quantities 0 and prices NaN when nothing crosses.

    Returns:
        How many parts (pairs of levels) were taken.

    Source: strategies, Cross-exchange arbitrage.
    """
    _clear(out)
    nothing = 1e-9 * min(ask_lot, bid_lot)
    i, j, parts = 0, 0, 0
    ask_left = ask_lots[0] * ask_lot if asks > 0 else 0.0
    bid_left = bid_lots[0] * bid_lot if bids > 0 else 0.0
    while i < asks and j < bids and max_qty - out[QTY] > nothing:
        ask, bid = ask_ticks[i] * ask_tick, bid_ticks[j] * bid_tick
        edge = edge_bps(ask, bid, ask_fee, bid_fee)
        if ask <= 0.0 or not is_enough(edge, min_bps):
            break
        take = min(ask_left, bid_left, max_qty - out[QTY])
        parts += 1
        out[QTY] += take
        out[COST] += take * ask * (1.0 + ask_fee)
        out[PROCEEDS] += take * bid * (1.0 - bid_fee)
        out[LAST_BPS] = edge
        out[ASK], out[ASK_TICK] = ask, ask_ticks[i]
        out[BID], out[BID_TICK] = bid, bid_ticks[j]
        ask_left -= take
        bid_left -= take
        if ask_left <= nothing:
            i += 1
            ask_left = ask_lots[i] * ask_lot if i < asks else 0.0
        if bid_left <= nothing:
            j += 1
            bid_left = bid_lots[j] * bid_lot if j < bids else 0.0
    _settle(out)
    return parts


@inline
def _worst(lots: Int64s, n: int, lot: float, qty: float) -> int:
    """Return the last level that *qty* base units reach, −1 when there is not that much."""
    left = qty
    for i in range(n):
        left -= lots[i] * lot
        if left <= 1e-9 * lot:
            return i
    return -1


@inline
def _notional(
    ticks: Int64s, lots: Int64s, worst: int, tick: float, lot: float, qty: float
) -> float:
    """Return what *qty* base units are worth down to level *worst*."""
    left = qty
    notional: float = 0.0
    for i in range(worst):
        notional += ticks[i] * tick * (lots[i] * lot)
        left -= lots[i] * lot
    notional += left * (ticks[worst] * tick)
    return notional


@kernel(f"int64({_BOOKS}, {_GRIDS}, float64, float64, float64, float64, float64[::1])")
def reprice(
    ask_ticks: Int64s,
    ask_lots: Int64s,
    asks: int,
    bid_ticks: Int64s,
    bid_lots: Int64s,
    bids: int,
    ask_tick: float,
    ask_lot: float,
    bid_tick: float,
    bid_lot: float,
    ask_fee: float,
    bid_fee: float,
    buy_qty: float,
    sell_qty: float,
    out: Float64s,
) -> int:
    """
    Buy *buy_qty* and sell *sell_qty* base units, whatever that earns; else as `sweep`.

    The two differ where the buying venue charges its fee in the base asset: then buy with
    *ask_fee* 0 and sell what is left of it in whole lots; the rest is dust, worth nothing here.

    Returns:
        1; or 0, with *out* cleared, when one of the sides has not that much.
    """
    _clear(out)
    i = _worst(ask_lots, asks, ask_lot, buy_qty)
    j = _worst(bid_lots, bids, bid_lot, sell_qty)
    if i < 0 or j < 0:
        return 0
    out[QTY] = buy_qty
    out[COST] = _notional(ask_ticks, ask_lots, i, ask_tick, ask_lot, buy_qty) * (1.0 + ask_fee)
    out[PROCEEDS] = _notional(bid_ticks, bid_lots, j, bid_tick, bid_lot, sell_qty) * (1.0 - bid_fee)
    out[ASK], out[ASK_TICK] = ask_ticks[i] * ask_tick, ask_ticks[i]
    out[BID], out[BID_TICK] = bid_ticks[j] * bid_tick, bid_ticks[j]
    out[LAST_BPS] = edge_bps(out[ASK], out[BID], ask_fee, bid_fee)
    _settle(out)
    return 1
