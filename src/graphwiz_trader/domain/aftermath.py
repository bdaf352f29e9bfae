"""Aftermath: what the mid does to our fills within a second, a moving average for each side."""

from math import isnan, nan

import attrs

from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, Nanos, Ticks
from graphwiz_trader.kernels import stats


@attrs.define
class Aftermath:
    """
    Markouts of fills at the first mid a second later or more, averaged in time.

    A fill of a side whose last one is not yet judged is left out: it is mostly the same event.

    Source: strategies reference, §4 (adverse selection).
    """

    half_life_s: float
    _waiting: dict[Side, tuple[int, Ticks]] = attrs.field(factory=dict)
    _markout: dict[Side, float] = attrs.field(factory=lambda: dict.fromkeys(Side, nan))
    _judged: dict[Side, int] = attrs.field(factory=lambda: dict.fromkeys(Side, 0))

    def fill(self, side: Side, price: Ticks, now: Nanos) -> None:
        """Note that a quote of *side* filled at *price*."""
        self._waiting.setdefault(side, (now, price))

    def look(self, mid: float, now: Nanos) -> None:
        """Judge what filled a second ago or more, at *mid* in ticks."""
        for side in Side:
            then, price = self._waiting.get(side, (now, Ticks(0)))
            if now - then < SECOND:
                continue
            del self._waiting[side]
            markout = (mid - price) * side / abs(price) * 1e4
            elapsed = (now - self._judged[side]) / SECOND
            self._markout[side] = stats.ewma(
                self._markout[side], markout, elapsed, self.half_life_s
            )
            self._judged[side] = now

    def loss_bps(self, side: Side) -> float:
        """Return how much fills of *side* lose within a second, bps of their price, 0 at least."""
        markout = self._markout[side]
        return 0.0 if isnan(markout) else max(0.0, -markout)
