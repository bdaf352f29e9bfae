"""Quoting: the strategy of the benchmarks that follow one order, as settings can name it."""

from collections.abc import Sequence
from decimal import Decimal

from attrs.validators import ge

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.setting import setting
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import View, Wakeup
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import value

EVERY_RULE = RiskSettings(
    max_position_size=Decimal(100),
    max_exposure=Decimal(10**9),
    max_venue_exposure=Decimal(10**9),
    max_net_exposure=Decimal(10**9),
    max_order_qty=Decimal(10),
    max_order_notional=Decimal(10**7),
    max_orders_per_second=10**6,
    max_cancels_per_second=10**6,
    max_order_to_trade=10**9,
    max_identical_orders_per_second=10**6,
    max_consecutive_losses=100,
    size_cap=Decimal(10**7),
)
"""All rules are asked; none refuses."""


@value
class QuotingConfig:
    """How often it quotes."""

    every: int = setting(1, "messages from one quote to the next", ge(1))


class Quoting:
    """Wants one bid, some ticks below the best, elsewhere at every message, or every so many."""

    Config = QuotingConfig

    def __init__(
        self,
        id: StrategyId,  # noqa: A002 # what the protocol calls it
        config: QuotingConfig,
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> None:
        """Quote the first of *instruments*."""
        self.id = id
        self.instruments = tuple(instrument.id for instrument in instruments)
        self._every = config.every
        self._ttl = ttl
        self._asked = 0

    def on_event(self, event: Wakeup, view: View) -> Sequence[Signal]:  # noqa: ARG002 # as promised
        """Return the one quote."""
        self._asked += 1
        name = self.instruments[0]
        bid = view.books[name].bid
        if bid is None or self._asked % self._every:
            return ()
        price = Ticks(bid - 1 - view.now // MILLISECOND % 8)
        leg = Leg(name, Side.BUY, price, Lots(10), TimeInForce.GTC)
        expires = Nanos(view.now + self._ttl)
        return (Signal(self.id, SignalKind.QUOTE, (leg,), 1.0, expires),)
