"""
A strategy of one's own with a kernel: one quote a side, `behind` ticks off the touch.

`on_event` decides where the engine trades live; `decide` is the same decision on numbers and
arrays, which `graphwiz backtest --engine compiled` runs inside one compiled loop.
Use it as `use: examples/own_kernel.py:Behind`.
"""

from collections.abc import Sequence

import attrs
import numpy as np

import graphwiz_trader as gw
from graphwiz_trader.domain.compiled import CompiledMarket, CompiledRule
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.kernels import asking, levels


@attrs.frozen
class BehindConfig:
    """Keys: how many ticks off the touch to quote."""

    behind: int = 1


@gw.kernel
def decide(now, cause, books, view, purse, params, memory, numbers, legs):  # noqa: ARG001 # one signature for all
    """Answer with a quote a side where the touch moved; lots of the smallest order."""
    book = books[0]
    if view[0, asking.USABLE] == 0:
        return 0
    bid, ask = book[levels.BID] - int(params[0]), book[levels.ASK] + int(params[0])
    if bid == numbers[0] and ask == numbers[1]:
        return 0
    numbers[0], numbers[1] = bid, ask
    for s in range(2):
        legs[s, asking.LEG_INSTRUMENT] = 0
        legs[s, asking.LEG_SIDE] = 1 - 2 * s
        legs[s, asking.LEG_PRICE] = numbers[s]
        legs[s, asking.LEG_LOTS] = int(params[1])
        legs[s, asking.LEG_TIF] = 0
        legs[s, asking.LEG_POST] = 1
    return 2


class Behind:
    """Quotes its first instrument."""

    Config = BehindConfig

    def __init__(
        self,
        id: StrategyId,
        config: BehindConfig,
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> None:
        self.id, self._config, self._ttl = id, config, ttl
        self._of = instruments[0]
        self.instruments = (self._of.id,)
        self._wanted = (0, 0)

    def compiled(self, market: CompiledMarket) -> CompiledRule:  # noqa: ARG002 # one instrument
        """Return the decision as a kernel; it knows one market."""
        params = np.array([self._config.behind, self._of.min_qty], float)
        return CompiledRule(decide, params, np.zeros(1), np.zeros(2, np.int64), self.instruments)

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:  # noqa: ARG002 # any event
        """Quote where the touch moved."""
        book = view.books[self._of.id]
        if not book.is_usable:
            return ()
        bid, ask = book.touch
        wanted = bid - self._config.behind, ask + self._config.behind
        if wanted == self._wanted:
            return ()
        self._wanted = wanted
        lots = Lots(self._of.min_qty)
        legs = tuple(
            Leg(self._of.id, side, Ticks(price), lots, TimeInForce.GTC, post_only=True)
            for side, price in zip(Side, wanted, strict=True)
        )
        return (Signal(self.id, SignalKind.QUOTE, legs, 0.0, Nanos(view.now + self._ttl)),)
