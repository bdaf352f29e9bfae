"""Depth: the levels of one instrument, and what is read from them."""

from operator import index
from typing import Final, SupportsIndex, cast

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Int64s, Lots, Ticks
from graphwiz_trader.kernels import book as kernel
from graphwiz_trader.kernels import depth
from graphwiz_trader.kernels.jit import entry
from graphwiz_trader.kernels.levels import (
    ASK,
    ASK_LOTS,
    BID,
    BID_LOTS,
    CROSSED,
    HORIZON,
    LOCKED,
    NO_ASK,
    NO_BID,
    NO_KEY,
)

# Their arrays are the book's own, and `LevelRows` checks its columns.
_apply, _imbalance = entry(kernel.apply), entry(depth.imbalance)
_weighted_mid, _walk = entry(depth.weighted_mid), entry(depth.walk)
_level = entry(depth.level)

NAN: Final = float("nan")
WINDOW: Final = 1 << 16


class Depth:
    """
    Both sides of one instrument's book: every level that was told, none evicted.

    Of a book that is crossed in itself both sides are kept. What strategies ask takes whole
    numbers of any kind, numpy's too.

    Args:
        instrument: Its grid.
        window: Ticks a side that are reached at once, a power of two; the others are kept in
            sorted arrays.
    """

    def __init__(self, instrument: Instrument, window: int = WINDOW) -> None:
        self.instrument = instrument
        self._out = np.zeros(2)
        self._hold(kernel.new_book(window))

    @property
    def state(self) -> Int64s:
        """The levels as kernels take them; another array once they have outgrown this one."""
        return self._state

    def move_into(self, state: Int64s) -> None:
        """Keep the levels in *state*, which is at least as long, from now on."""
        state[: len(self._state)] = self._state
        self._hold(state)

    def change(self, rows: LevelRows, first: int, last: int) -> None:
        """
        Set the levels of rows *first* to *last* (exclusive); the last row of a level wins.

        Raises:
            DomainError: there are no such rows; nothing was changed.
        """
        row = _apply(self._state, rows.side, rows.ticks, rows.lots, first, last)
        while row != last:
            if row < 0:
                raise DomainError(f"{self.instrument.id}: there are no rows {first} to {last}")
            self._hold(kernel.enlarged(self._state))
            row = _apply(self._state, rows.side, rows.ticks, rows.lots, row, last)

    def replace(self, rows: LevelRows, first: int, last: int) -> None:
        """
        Make rows *first* to *last* the whole book, whose horizon is the worst of them.

        Raises:
            DomainError: there are no such rows; nothing was changed.
        """
        if not 0 <= first <= last <= min(len(rows.side), len(rows.ticks), len(rows.lots)):
            raise DomainError(f"{self.instrument.id}: there are no rows {first} to {last}")
        kernel.clear(self._state)
        self.change(rows, first, last)
        kernel.mark_horizon(self._state)

    def truncate(self, depth: int) -> None:
        """Drop all but the best *depth* levels a side."""
        kernel.truncate(self._state, depth)

    @property
    def touch(self) -> tuple[int, int]:
        """Best bid and ask in ticks; `NO_BID` and `NO_ASK` where there is none."""
        top = self._top
        return top[BID], top[ASK]

    @property
    def is_two_sided(self) -> bool:
        """Whether there is a bid and an ask."""
        return self._top[BID] != NO_BID and self._top[ASK] != NO_ASK

    @property
    def is_crossed(self) -> bool:
        """Whether the best bid is above the best ask."""
        return self._top[CROSSED] == 1

    @property
    def is_locked(self) -> bool:
        """Whether the best bid equals the best ask."""
        return self._top[LOCKED] == 1

    @property
    def bid(self) -> Ticks | None:
        """The best bid, None if there is none."""
        tick = self._top[BID]
        return None if tick == NO_BID else tick

    @property
    def ask(self) -> Ticks | None:
        """The best ask, None if there is none."""
        tick = self._top[ASK]
        return None if tick == NO_ASK else tick

    @property
    def bid_lots(self) -> Lots:
        """The quantity at the best bid, 0 if there is none."""
        return self._top_lots[BID_LOTS]

    @property
    def ask_lots(self) -> Lots:
        """The quantity at the best ask, 0 if there is none."""
        return self._top_lots[ASK_LOTS]

    @property
    def spread_bps(self) -> float:
        """`(ask − bid) / ask · 1e4`; NaN unless two-sided, or at an ask of 0."""
        if not self.is_two_sided or self._top[ASK] == 0:
            return NAN
        return (self._top[ASK] - self._top[BID]) / self._top[ASK] * 1e4

    @property
    def mid(self) -> float:
        """Halfway between bid and ask, in ticks; NaN unless two-sided."""
        bid, ask = self._top[BID], self._top[ASK]
        return NAN if bid == NO_BID or ask == NO_ASK else (bid + ask) / 2

    @property
    def half_mid(self) -> int:
        """
        Twice the mid: `bid + ask`, exact, in half-ticks.

        Raises:
            DomainError: the book is not two-sided.
        """
        if not self.is_two_sided:
            raise DomainError(f"{self.instrument.id}: no mid, the book is not two-sided")
        return self._top[BID] + self._top[ASK]

    def micro_price(self) -> float:
        """Return the mid weighted by the opposite sizes, in ticks; NaN unless two-sided."""
        return _weighted_mid(self._state)

    def imbalance(self, levels: SupportsIndex = 10) -> float:
        """Return `(Σbid − Σask) / (Σbid + Σask)` of the best *levels* a side; 0 when empty."""
        return _imbalance(self._state, index(levels))

    def vwap(self, side: Side, lots: SupportsIndex) -> float | None:
        """
        Return what an order of *side* for *lots* would pay on average, in ticks.

        A BUY walks the asks. None when there is not that much, or *lots* is not positive.
        """
        whole = index(lots)
        taken = _walk(self._state, -side, whole, self._out)
        return float(self._out[0]) / whole if taken == whole and whole > 0 else None

    def liquidity(self, side: Side, levels: SupportsIndex) -> Lots:
        """Return the lots of the best *levels* bids (BUY) or asks (SELL)."""
        return Lots(depth.liquidity(self._state, int(side), index(levels), self._out))

    def liquidity_within(self, side: Side, ticks: SupportsIndex) -> Lots:
        """Return the lots of the bids (BUY) or asks (SELL) at most *ticks* behind the best."""
        return Lots(depth.liquidity_within(self._state, int(side), index(ticks), self._out))

    def level(self, side: Side, tick: SupportsIndex) -> Lots:
        """Return the lots bid (BUY) or asked (SELL) at *tick*, 0 if none."""
        return Lots(_level(self._state, int(side), index(tick)))

    def levels(self, side: Side, n: SupportsIndex) -> tuple[Int64s, Int64s]:
        """Return ticks and lots of the best *n* bids (BUY) or asks (SELL), best first; copies."""
        ticks, lots = np.empty(n, np.int64), np.empty(n, np.int64)
        found = depth.levels(self._state, int(side), ticks, lots)
        return ticks[:found], lots[:found]

    def count(self, side: Side) -> int:
        """Return how many bids (BUY) or asks (SELL) there are."""
        return depth.count(self._state, int(side))

    def horizon(self, side: Side) -> Ticks | None:
        """
        Return the worst bid (BUY) or ask (SELL) of the last snapshot, None if it had none.

        What lies beyond is unknown, except for levels that changed since.
        """
        key: int = self._top[HORIZON if side is Side.BUY else HORIZON + 1]
        return None if key == NO_KEY else Ticks(side * key)

    def content(self) -> bytes:
        """Return all levels in one canonical form: equal books give equal bytes."""
        parts: list[bytes] = []
        for side in (Side.BUY, Side.SELL):
            ticks, lots = self.levels(side, self.count(side))
            parts += (len(ticks).to_bytes(8, "little"), ticks.tobytes(), lots.tobytes())
        return b"".join(parts)

    def _hold(self, state: Int64s) -> None:
        """Read and change *state* from now on; its header is read most, so through views."""
        self._state = state
        self._top = cast("memoryview[Ticks]", state.data)
        self._top_lots = cast("memoryview[Lots]", state.data)
