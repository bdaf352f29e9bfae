"""
Trade patterns: what trades show of one another, sweeps of a book and orders that hide their size.

Source: strategies reference §9.
"""

import attrs

from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.sighting import PatternKind, Sighting
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, Ticks

SWEPT_LEVELS, SWEPT_SHARE, SWEPT_WITHIN = 3, 0.9, 50 * MILLISECOND
REFILLED, REFILLS, REFILLED_WITHIN, HIDDEN = 0.8, 3, 100 * MILLISECOND, 3


@attrs.define
class _Sweep:
    ts_venue: Nanos
    side: Side
    since: Nanos
    depth: Lots
    prices: set[Ticks] = attrs.field(factory=set)
    taken: int = 0
    is_told: bool = False


class SweepWatch:
    """One order that takes three levels, or 90 % of what three levels held, within 50 ms."""

    def __init__(self) -> None:
        self._open: _Sweep | None = None

    def is_new(self, ts: Nanos, ts_venue: Nanos, side: Side) -> bool:
        """Whether a trade is of another order than the last, so that the depth is asked for."""
        known = self._open
        return (
            known is None
            or (known.ts_venue, known.side) != (ts_venue, side)
            or ts - known.since > SWEPT_WITHIN
        )

    def begin(self, ts: Nanos, ts_venue: Nanos, side: Side, depth: Lots) -> None:
        """Follow an order that took from a side of which three levels held *depth*."""
        self._open = _Sweep(ts_venue, side, ts, depth)

    def see(self, price: Ticks, qty: Lots) -> Sighting | None:
        """Take in a trade of the order begun; it is told once."""
        order = self._open
        if order is None or order.is_told:
            return None
        order.prices.add(price)
        order.taken += qty
        share = order.taken / order.depth if order.depth else 0.0
        if len(order.prices) < SWEPT_LEVELS and share < SWEPT_SHARE:
            return None
        order.is_told = True
        found = {"levels": float(len(order.prices)), "share_of_depth": share}
        return Sighting(PatternKind.SWEEP, int(order.side), order.since, found)


@attrs.define
class _Level:
    side: Side
    price: Ticks
    since: Nanos
    shown: Lots
    traded: int = 0
    missing: int = 0
    hit: Nanos = Nanos(0)
    refills: int = 0


class IcebergWatch:
    """
    A level that is full again within 100 ms, three times, of which thrice what it showed traded.

    Full is 80 % of the most it showed; it must have been taken below that in between.
    """

    def __init__(self) -> None:
        self._level: _Level | None = None

    @property
    def place(self) -> tuple[Side, Ticks] | None:
        """The level that is followed: on the side of BUY for bids, of SELL for asks."""
        return (self._level.side, self._level.price) if self._level else None

    def trade(self, ts: Nanos, resting: Side, price: Ticks, qty: Lots, shown: Lots) -> None:
        """Take in a trade against a level of the *resting* side that showed *shown* before."""
        level = self._level
        if level is None or (level.side, level.price) != (resting, price):
            if shown <= 0:
                return
            level = self._level = _Level(resting, price, ts, shown)
        if not level.missing:
            level.hit = ts
            level.shown = max(level.shown, shown)
        level.traded += qty
        level.missing += qty

    def see(self, ts: Nanos, lots: Lots) -> Sighting | None:
        """Take in what the level followed shows after an update."""
        level = self._level
        if level is None or not level.missing:
            return None
        if ts - level.hit > REFILLED_WITHIN:
            self._level = None
            return None
        if level.missing <= (1 - REFILLED) * level.shown or lots < REFILLED * level.shown:
            return None
        level.refills += 1
        level.missing = 0
        level.shown = max(level.shown, lots)
        if level.refills < REFILLS or level.traded < HIDDEN * level.shown:
            return None
        self._level = None
        found = {"traded_lots": float(level.traded), "shown_lots": float(level.shown)}
        return Sighting(PatternKind.ICEBERG, int(level.side), level.since, found)
