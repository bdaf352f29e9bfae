"""Pulse: how one book's touch moves: its order-flow imbalance and its volatility."""

from math import nan, sqrt

import attrs

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.kernels import fair as kernel
from graphwiz_trader.kernels import stats


@attrs.define
class Pulse:
    """
    Moving averages in time, of every touch for the flow and of a grid of mids for the volatility.

    Args:
        flow_half_life_s: Memory of the flow, seconds.
        sigma_half_life_s: Memory of the volatility, seconds.
        grid: Least time between two mids.

    Source: strategies reference, §4.
    """

    flow_half_life_s: float
    sigma_half_life_s: float
    grid: Nanos
    samples: int = 0
    _touch: tuple[int, int, int, int] | None = None
    _ts: int = 0
    _flow: float = nan
    _variance: float = nan
    _mid: tuple[float, int] | None = None

    @property
    def flow(self) -> float:
        """Growth of demand less that of supply, as a share of the touch, in [−1, 1]; 0 at first."""
        return 0.0 if self._flow != self._flow else self._flow

    @property
    def sigma_bps(self) -> float:
        """Volatility of the mid, bps per √second; NaN before the first sample."""
        return sqrt(self._variance)

    def observe(self, book: OrderBook, now: Nanos) -> None:
        """Take in a two-sided book as it is *now*."""
        bid, ask = book.touch
        before, self._touch = self._touch, (bid, book.bid_lots, ask, book.ask_lots)
        if before is not None:
            flow = kernel.order_flow(*before, *self._touch)
            share = flow / (before[1] + before[3] + book.bid_lots + book.ask_lots)
            elapsed = (now - self._ts) / SECOND
            self._flow = stats.ewma(self._flow, share, elapsed, self.flow_half_life_s)
        self._ts = now
        self._sample(book.mid, now)

    def restart(self) -> None:
        """Forget the last touch and mid: what follows is no change of them."""
        self._touch = self._mid = None

    def _sample(self, mid: float, now: Nanos) -> None:
        last, then = self._mid or (0.0, 0)
        if self._mid is not None and now - then < self.grid:
            return
        self._mid = (mid, now)
        if last:
            elapsed = (now - then) / SECOND
            moved = (mid - last) / abs(last) * 1e4
            self._variance = stats.ewma(
                self._variance, moved * moved / elapsed, elapsed, self.sigma_half_life_s
            )
            self.samples += 1
