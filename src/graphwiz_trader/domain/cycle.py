"""Cycle: what sending an asset round a route would earn, through the depth of every leg."""

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.route import Route
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import Float64s, InstrumentId, Int64s, Lots, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.kernels import cycles as kernel

DEPTH = 20
"""Levels a side that strategies see."""


@value
class Cycle:
    """
    The *legs* of a route in whole lots.

    `spent` and `got` are in its start asset, after fees, `gap` what other lots might earn more;
    what the legs leave of the other assets is worth nothing here.
    """

    legs: tuple[Leg, ...]
    spent: float
    got: float
    gap: float

    @property
    def net_bps(self) -> float:
        """What it earns on average, in bps of what is spent."""
        return (self.got / self.spent - 1) * 1e4


class CycleDesk:
    """
    Prices one route.

    Args:
        route: What to price.
        share: Of the depth shown, how much may be taken.
    """

    def __init__(self, route: Route, share: float) -> None:
        self.route = route
        self._share = share
        legs = len(route.steps)
        grids = [step.instrument for step in route.steps]
        self._side = np.array([int(step.side) for step in route.steps], np.int64)
        self._tick = np.array([grid.tick for grid in grids])
        self._lot = np.array([grid.lot for grid in grids])
        self._min_lots = np.array([grid.min_qty for grid in grids], np.int64)
        self._min_notional = np.array([float(grid.min_notional) for grid in grids])
        self._ticks = np.zeros(legs * DEPTH, np.int64)
        self._lots = np.zeros(legs * DEPTH, np.int64)
        self._count = np.zeros(legs, np.int64)
        self._at, self._left = np.zeros(legs, np.int64), np.zeros(legs)
        self._taken, self._worst = np.zeros(legs, np.int64), np.zeros(legs, np.int64)
        self._out = np.zeros(kernel.OUT)

    def gross_bps(self, books: Mapping[InstrumentId, OrderBook]) -> float:
        """Return what the touch would earn before fees, in bps; −inf where a side is missing."""
        product = 1.0
        for step in self.route.steps:
            book = books[step.instrument.id]
            ticks = book.ask if step.side is Side.BUY else book.bid
            if ticks is None or ticks <= 0:
                return -inf
            price = ticks * step.instrument.tick
            product *= 1 / price if step.side is Side.BUY else price
        return (product - 1) * 1e4

    def best(
        self,
        books: Mapping[InstrumentId, OrderBook],
        fee_bps: Sequence[float],
        min_bps: float,
        most: float = inf,
    ) -> Cycle | None:
        """
        Return the lots that earn most beyond *min_bps* of what they cost, or None if none do.

        Args:
            books: Of the route.
            fee_bps: Of each leg, charged in its quote asset.
            min_bps: Edge demanded after fees, of the last part as of all.
            most: Most of the start asset to send.

        Source: strategies reference, §3.
        """
        earned = kernel.best_lots(
            *self._shown(books), *_fees(self._side, fee_bps), self._min_lots, self._min_notional,
            1 + min_bps / 1e4, min(most, 1e300), self._at, self._left, self._taken, self._worst,
            self._out,
        )  # fmt: skip
        return self._found() if earned > 0 else None

    def reprice(
        self, books: Mapping[InstrumentId, OrderBook], fee_bps: Sequence[float], first: Lots
    ) -> float | None:
        """Return what *first* lots of the first leg would earn now, in bps; None without depth."""
        earned = kernel.forward(
            *self._shown(books), *_fees(self._side, fee_bps), self._min_lots, self._min_notional,
            first, self._taken, self._worst, self._out,
        )  # fmt: skip
        return None if earned == -inf else self._found().net_bps

    def _shown(
        self, books: Mapping[InstrumentId, OrderBook]
    ) -> tuple[Int64s, Int64s, int, Int64s, Int64s, Float64s, Float64s]:
        """Copy the levels each leg would take."""
        for k, step in enumerate(self.route.steps):
            ticks, lots = books[step.instrument.id].levels(Side(-step.side), DEPTH)
            shown = (lots * self._share).astype(np.int64)
            kept = shown > 0
            count = int(kept.sum())
            self._count[k] = count
            self._ticks[k * DEPTH : k * DEPTH + count] = ticks[kept]
            self._lots[k * DEPTH : k * DEPTH + count] = shown[kept]
        return self._ticks, self._lots, DEPTH, self._count, self._side, self._tick, self._lot

    def _found(self) -> Cycle:
        legs = tuple(
            Leg(step.instrument.id, step.side, Ticks(int(worst)), Lots(int(taken)))
            for step, taken, worst in zip(self.route.steps, self._taken, self._worst, strict=True)
        )
        out = self._out
        return Cycle(legs, float(out[kernel.SPENT]), float(out[kernel.GOT]), float(out[kernel.GAP]))


def _fees(side: Int64s, fee_bps: Sequence[float]) -> tuple[Float64s, Float64s]:
    """Return what a fee in the quote asset does to what each leg pays, and to what it keeps."""
    fees = np.array(fee_bps) / 1e4
    return np.where(side > 0, 1 + fees, 1.0), np.where(side > 0, 1.0, 1 - fees)
