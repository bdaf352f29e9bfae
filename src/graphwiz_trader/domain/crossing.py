"""Crossing: what buying at one venue and selling at another would earn, through both depths."""

from decimal import ROUND_FLOOR, Decimal
from typing import TypeAlias

import numpy as np

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.grid import common_lot
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Int64s, Lots, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.kernels import cross as kernel

DEPTH = 20
"""Levels a side that strategies see."""


@value
class Crossing:
    """
    Buy on one book, sell on another.

    `buy_lots` of `buy` at up to `buy_price` against `sell_lots` of `sell` at down to `sell_price`.
    `qty` is in base units; `cost` and `proceeds` are in the quote asset after fees; `net_bps` is
    the average edge after fees, `last_bps` that of the last part.
    """

    buy: InstrumentId
    sell: InstrumentId
    qty: Decimal
    buy_lots: Lots
    sell_lots: Lots
    buy_price: Ticks
    sell_price: Ticks
    cost: float
    proceeds: float
    net_bps: float
    last_bps: float


def gross_bps(buy: OrderBook, sell: OrderBook) -> float:
    """
    Return the touch's edge before fees, in bps of the ask; −inf where a side is missing.

    Equal prices on different grids differ by rounding alone: that is an edge of 0.
    """
    ask, bid = buy.ask, sell.bid
    if ask is None or bid is None or ask <= 0:
        return float("-inf")
    edge = (bid * sell.instrument.tick / (ask * buy.instrument.tick) - 1) * 1e4
    return 0.0 if abs(edge) <= kernel.EPSILON_BPS else edge


def cross(
    buy: OrderBook,
    sell: OrderBook,
    buy_fee_bps: float,
    sell_fee_bps: float,
    min_bps: float,
    most: Decimal,
) -> Crossing | None:
    """
    Return the largest quantity that earns at least *min_bps* in its every part, or None.

    Swept through the best 20 levels of both books after both fees, cut to *most* base units and
    down to whole lots of both venues, priced again at that quantity, and held against both
    venues' minimums.

    Source: strategies reference, §2.
    """
    sides = _sides(buy, sell)
    fees = (buy_fee_bps / 1e4, sell_fee_bps / 1e4)
    out = np.empty(kernel.OUT)
    if not kernel.sweep(*sides, *fees, min_bps, float(most), out):
        return None
    qty = _whole_lots(min(Decimal(repr(float(out[kernel.QTY]))), most), buy, sell)
    if qty <= 0:
        return None
    priced = _priced(sides, fees, qty, buy, sell)
    if priced is None or not kernel.is_enough(priced.last_bps, min_bps):
        return None
    return priced if _is_tradable(priced, buy, sell) else None


def reprice(
    buy: OrderBook, sell: OrderBook, buy_fee_bps: float, sell_fee_bps: float, qty: Decimal
) -> float | None:
    """Return what exactly *qty* would earn on average now, in bps; None without the depth."""
    fees = (buy_fee_bps / 1e4, sell_fee_bps / 1e4)
    priced = _priced(_sides(buy, sell), fees, qty, buy, sell)
    return None if priced is None else priced.net_bps


_Sides: TypeAlias = tuple[Int64s, Int64s, int, Int64s, Int64s, int, float, float, float, float]


def _sides(buy: OrderBook, sell: OrderBook) -> _Sides:
    ask_ticks, ask_lots = buy.levels(Side.SELL, DEPTH)
    bid_ticks, bid_lots = sell.levels(Side.BUY, DEPTH)
    grids = (buy.instrument.tick, buy.instrument.lot, sell.instrument.tick, sell.instrument.lot)
    return (ask_ticks, ask_lots, len(ask_ticks), bid_ticks, bid_lots, len(bid_ticks), *grids)


def _whole_lots(qty: Decimal, buy: OrderBook, sell: OrderBook) -> Decimal:
    """Cut *qty* down to lots of both; the float it came from may be a hair below a whole one."""
    lot = common_lot((buy.instrument.lot_size, sell.instrument.lot_size))
    return (qty / lot + Decimal("1e-6")).to_integral_value(ROUND_FLOOR) * lot


def _priced(
    sides: _Sides, fees: tuple[float, float], qty: Decimal, buy: OrderBook, sell: OrderBook
) -> Crossing | None:
    out = np.empty(kernel.OUT)
    if not kernel.reprice(*sides, *fees, float(qty), float(qty), out):
        return None
    return Crossing(
        buy.instrument.id,
        sell.instrument.id,
        qty,
        buy.instrument.lots(qty),
        sell.instrument.lots(qty),
        Ticks(int(out[kernel.ASK_TICK])),
        Ticks(int(out[kernel.BID_TICK])),
        float(out[kernel.COST]),
        float(out[kernel.PROCEEDS]),
        float(out[kernel.AVERAGE_BPS]),
        float(out[kernel.LAST_BPS]),
    )


def _is_tradable(found: Crossing, buy: OrderBook, sell: OrderBook) -> bool:
    legs = (
        (buy.instrument, found.buy_price, found.buy_lots),
        (sell.instrument, found.sell_price, found.sell_lots),
    )
    return all(
        lots >= of.min_qty and of.notional(price, lots) >= of.min_notional
        for of, price, lots in legs
    )
