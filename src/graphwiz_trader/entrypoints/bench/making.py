"""Making: the market-making rule that benchmarks share: two ticks behind the touch, both sides."""

from collections.abc import Sequence

import numpy as np

from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.compiled import CompiledMarket, CompiledRule
from graphwiz_trader.domain.events import TimerFired
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.asking import (
    LEG_INSTRUMENT,
    LEG_LOTS,
    LEG_POST,
    LEG_PRICE,
    LEG_SIDE,
    LEG_TIF,
    OPEN_BUYS,
    OWN,
    USABLE,
    WAKE,
)
from graphwiz_trader.kernels.driver import DECIDE
from graphwiz_trader.kernels.jit import kernel
from graphwiz_trader.kernels.levels import ASK, BID
from graphwiz_trader.kernels.run import Table

BEHIND, QTY, MOST = 2, 10, 1000
"""Ticks behind the touch, lots of a quote, and of inventory."""

STRATEGY = StrategyId("making")

# Looking a member up in its enumeration costs as much as a comparison of prices.
_BUY, _SELL = Side.BUY, Side.SELL
_GTC, _QUOTE = TimeInForce.GTC, SignalKind.QUOTE
ONE_QUOTE = Lots(QTY)


@kernel(DECIDE)
def quote(
    now: int,
    cause: int,  # noqa: ARG001 # timers only
    books: Table,
    view: Table,
    purse: Float64s,  # noqa: ARG001 # it never runs out of money
    params: Float64s,
    memory: Float64s,  # noqa: ARG001 # prices are whole
    numbers: Int64s,
    legs: Table,
) -> int:
    """Withdraw a quote that is not where it should be; quote a side that has none."""
    view[0, WAKE] = now + int(params[0])
    if view[0, USABLE] == 0:
        return 0
    b = books[0]
    n = 0
    news = False
    for s in range(2):
        side = 1 - 2 * s
        want = b[BID] - BEHIND if s == 0 else b[ASK] + BEHIND
        lots = view[0, OPEN_BUYS + s]
        if lots > 0:
            if numbers[s] != want:
                lots = 0
                news = True
        elif view[0, OWN] * side < MOST:
            numbers[s] = want
            lots = int(params[1])
            news = True
        legs[n, LEG_INSTRUMENT] = 0
        legs[n, LEG_SIDE] = side
        legs[n, LEG_PRICE] = numbers[s]
        legs[n, LEG_LOTS] = lots
        legs[n, LEG_TIF] = 0
        legs[n, LEG_POST] = 1
        n += 1
    return n if news else 0


class Making:
    """The rule for the engine that trades live, and compiled."""

    def __init__(self, instrument: InstrumentId, period: Nanos, lots: Lots = ONE_QUOTE) -> None:
        self.id = STRATEGY
        self.instruments = (instrument,)
        self._period = period
        self._lots = lots
        self._began = False
        self._wanted: dict[Side, int] = {}

    def compiled(self, market: CompiledMarket) -> CompiledRule:  # noqa: ARG002 # one instrument
        """Return the rule for a compiled run."""
        params, numbers = np.array([float(self._period), float(self._lots)]), np.zeros(2, np.int64)
        return CompiledRule(quote, params, np.zeros(1), numbers, (), self._period)

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """Begin with the first book; quote whenever the timer fires."""
        is_timer = isinstance(event, TimerFired)
        if self._began and not is_timer:
            return ()
        self._began = True
        name = self.instruments[0]
        again = SetTimer(Nanos(view.now + self._period), self.id, name)
        if not is_timer:
            return (again,)
        book = view.books[name]
        if not book.is_usable:
            return (again,)
        bid, ask = book.touch
        legs, news = [], False
        for side, want in ((_BUY, bid - BEHIND), (_SELL, ask + BEHIND)):
            lots = view.open_lots(name, side)
            if lots:
                if self._wanted[side] != want:
                    lots, news = Lots(0), True
            elif view.own(self.id, name) * side < MOST:
                self._wanted[side] = want
                lots, news = self._lots, True
            price = Ticks(self._wanted.get(side, 0))
            legs.append(Leg(name, side, price, lots, _GTC, post_only=True))
        if not news:
            return (again,)
        expires = Nanos(view.now + self._period)
        return (Signal(self.id, _QUOTE, tuple(legs), 0.0, expires), again)
