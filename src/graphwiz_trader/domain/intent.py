"""Intent: an order somebody wants, what the rules see when they judge it, and their yes."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Protocol, Self, TypeAlias

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Refused, Signal, SignalKind, _Seal
from graphwiz_trader.domain.units import (
    Asset,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import value


@value
class Intent:
    """An order somebody wants; `reducing` marks hedges, unwinds, exits and flattenings."""

    strategy: StrategyId
    instrument: InstrumentId
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    price: Ticks
    qty: Lots
    expires: Nanos
    reducing: bool = False
    group: str = ""
    leg: int = -1
    replaces: Order | None = None

    @classmethod
    def of_leg(
        cls,
        signal: Signal,
        leg: Leg,
        group: str = "",
        index: int = -1,
        replaces: Order | None = None,
    ) -> Self:
        """Return what *leg* of *signal* asks for."""
        return cls(
            signal.strategy,
            leg.instrument,
            leg.side,
            OrdType.LIMIT_MAKER if leg.post_only else OrdType.LIMIT,
            leg.time_in_force,
            leg.price,
            leg.qty,
            signal.expires,
            reducing=signal.kind is SignalKind.EXIT,
            group=group,
            leg=index,
            replaces=replaces,
        )


@value
class Admitted:
    """An intent that passed every rule. Only `RiskPolicy.admit` makes one."""

    intent: Intent
    seal: _Seal


class RiskView(Protocol):
    """What the rules look at."""

    @property
    def now(self) -> Nanos:
        """The instant of the decision."""

    @property
    def books(self) -> Mapping[InstrumentId, OrderBook]:
        """Every book."""

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """Every instrument."""

    @property
    def accounts(self) -> Mapping[Venue, Account]:
        """Our balances and reservations."""

    def trading_state(
        self, strategy: StrategyId, instrument: InstrumentId, venue: Venue
    ) -> TradingState:
        """The worst trading state that applies."""

    def orders_of(self, instrument: InstrumentId) -> tuple[Order, ...]:
        """Our live orders in an instrument."""

    def position(self, instrument: InstrumentId) -> Lots:
        """What we hold of it."""

    def open_lots(self, instrument: InstrumentId, side: Side) -> Lots:
        """What our live orders on that side may still fill."""

    def open_orders(self) -> int:
        """How many orders of ours are live."""

    def position_limit(self, strategy: StrategyId) -> Decimal:
        """The smaller of the strategy's and the risk section's limit, base units."""

    def asset_worst(self, asset: Asset, side: Side) -> Decimal:
        """Base units net of all venues if every open order on *side* filled; signed by *side*."""

    def rate(self, asset: Asset) -> float | None:
        """What one unit is worth in the reporting currency, None while nothing prices it."""

    def exposure(self, venue: Venue | None) -> float:
        """Gross exposure at a venue or everywhere, worst case, reporting currency."""

    def net_exposure(self) -> float:
        """Signed exposure of all positions, reporting currency."""

    def reference_mid(self, instrument: InstrumentId) -> float | None:
        """Mid price of the symbol's other venues, quote units; None where there is none."""

    def orders_in_last_second(self) -> int:
        """New orders and replacements."""

    def cancels_in_last_second(self) -> int:
        """Cancels sent."""

    def identical_in_last_second(self, intent: Intent) -> int:
        """Orders of the same instrument, side, price and quantity."""

    def order_to_trade(self) -> float:
        """Orders sent per fill so far; the number of orders while nothing has filled."""

    def day_pnl(self) -> float:
        """Result of the UTC day at liquidation prices, after fees, reporting currency."""

    def drawdown_pct(self) -> float:
        """Distance from the run's equity peak."""

    def losses_in_a_row(self) -> int:
        """Losing trades since the last winner."""

    def hedge_debt(self) -> float:
        """Unhedged notional of open groups, reporting currency."""


Rule: TypeAlias = Callable[[Intent, RiskView, RiskSettings], Refused | None]
