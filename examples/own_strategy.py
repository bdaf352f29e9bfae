"""
A strategy in one file: follow a price out of its range, and leave at the middle of it.

    graphwiz backtest --tape TAPE --config CONFIG

where CONFIG says, under `hft.strategies`: `breakout: {use: own_strategy.py:Breakout}`.
"""

from collections import deque
from collections.abc import Sequence

from attrs.validators import ge, gt

from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.setting import setting
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import value


@value
class BreakoutConfig:
    """Its keys in YAML: defaults, meanings and limits."""

    window: int = setting(50, "mids that make the range", ge(2))
    share: float = setting(0.1, "of the touch to take", gt(0.0))


class Breakout:
    """Buys above the range of the last mids, sells below it; one position per instrument."""

    Config = BreakoutConfig

    def __init__(
        self, id: StrategyId, config: BreakoutConfig, instruments: Sequence[Instrument], ttl: Nanos
    ) -> None:
        self.id = id
        self.instruments = tuple(instrument.id for instrument in instruments)
        self._config = config
        self._ttl = ttl
        self._mids = {name: deque[int](maxlen=config.window) for name in self.instruments}

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """Return what to do now; everything it may know is in *event* and *view*."""
        if not isinstance(event, BookUpdate) or not view.books[event.instrument].is_usable:
            return ()
        name, book = event.instrument, view.books[event.instrument]
        seen, mid = self._mids[name], book.half_mid
        is_full = len(seen) == self._config.window
        low, high = (min(seen), max(seen)) if is_full else (mid, mid)
        seen.append(mid)
        if view.working(self.id, name):
            return ()
        if own := view.own(self.id, name):
            is_back = (mid - (low + high) / 2) * own <= 0
            side = Side.SELL if own > 0 else Side.BUY
            return (self._signal(SignalKind.EXIT, side, abs(own), view, event),) if is_back else ()
        if low <= mid <= high:
            return ()
        side = Side.BUY if mid > high else Side.SELL
        shown = book.ask_lots if side is Side.BUY else book.bid_lots
        wanted = int(shown * self._config.share)
        return (self._signal(SignalKind.TAKE, side, wanted, view, event),)

    def _signal(
        self, kind: SignalKind, side: Side, lots: int, view: View, event: BookUpdate
    ) -> Signal:
        bid, ask = view.books[event.instrument].touch
        price = Ticks(ask if side is Side.BUY else bid)
        if kind is SignalKind.TAKE:
            lots = min(lots, view.room(self.id, event.instrument, side, price))
        leg = Leg(event.instrument, side, price, Lots(lots))
        return Signal(self.id, kind, (leg,), edge_bps=0.0, expires=Nanos(view.now + self._ttl))
