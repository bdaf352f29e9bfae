"""Intent: an order somebody wants, what the rules see when they judge it, and the gates' yes."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import inf
from typing import Final, Protocol, TypeAlias

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Refused, Signal, SignalKind
from graphwiz_trader.domain.units import (
    MILLISECOND,
    Asset,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import exact_value

# Looking a member up in its enumeration costs as much as a rule.
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
_LIMIT: Final = OrdType.LIMIT
_LIMIT_MAKER: Final = OrdType.LIMIT_MAKER
_EXIT: Final = SignalKind.EXIT
_INVERSE: Final = Kind.INVERSE


@exact_value
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

    @staticmethod
    def of_leg(
        signal: Signal,
        leg: Leg,
        group: str = "",
        index: int = -1,
        replaces: Order | None = None,
    ) -> "Intent":
        """Return what *leg* of *signal* asks for."""
        return Intent(
            signal.strategy,
            leg.instrument,
            leg.side,
            _LIMIT_MAKER if leg.post_only else _LIMIT,
            leg.time_in_force,
            leg.price,
            leg.qty,
            signal.expires,
            signal.kind is _EXIT,
            group,
            index,
            replaces,
        )


class _Seal:
    """Held by the gates alone; what carries it has passed one."""


SEAL: Final = _Seal()


@exact_value
class Approved:
    """A signal that passed `review`, sized. Only the risk policy makes one."""

    signal: Signal
    seal: _Seal


@exact_value
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

    def is_blind(self, venue: Venue) -> bool:
        """Whether nobody knows what our orders at a venue do."""

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

    def is_clear(self, intent: Intent) -> bool:
        """Whether none of `CLEARED` can refuse *intent*; False says nothing: they are asked."""


@exact_value
class Case:
    """
    An intent before the rules, with what several of them look at, worked out once.

    `held` is the position, `buys` and `sells` what live orders may still fill, in lots; an order
    to be replaced is among them, since it may fill on the way. `notional` is in the settlement
    asset, `value` the same in the reporting currency, None while nothing prices it.
    """

    intent: Intent
    view: RiskView
    instrument: Instrument
    venue: Venue
    book: OrderBook
    account: Account
    orders: tuple[Order, ...]
    held: Lots
    buys: Lots
    sells: Lots
    notional: Decimal
    value: float | None

    @staticmethod
    def of(intent: Intent, view: RiskView) -> "Case":
        """Look at everything once; the instrument must be known."""
        name = intent.instrument
        instrument = view.instruments[name]
        venue = instrument.venue
        notional = instrument.notional(intent.price, intent.qty)
        rate = view.rate(instrument.base if instrument.kind is _INVERSE else instrument.quote)
        return Case(
            intent,
            view,
            instrument,
            venue,
            view.books[name],
            view.accounts[venue],
            view.orders_of(name),
            view.position(name),
            view.open_lots(name, _BUY),
            view.open_lots(name, _SELL),
            notional,
            None if rate is None else abs(float(notional)) * rate,
        )


@exact_value
class Bounds:
    """
    The limits as the rules compare with them: sums of money as floats, the rest as configured.

    A float holds a limit exactly enough, and compares ten times as fast as a decimal.
    """

    settings: RiskSettings
    max_order_notional: float
    size_cap: float
    price_collar_bps: float
    max_book_age: int
    max_exposure: float
    max_venue_exposure: float
    max_net_exposure: float
    day_floor: float
    max_drawdown_pct: float

    @staticmethod
    def of(settings: RiskSettings) -> "Bounds":
        """Return *settings* so; no limit is infinity."""
        return Bounds(
            settings,
            _float(settings.max_order_notional),
            _float(settings.size_cap),
            _float(settings.price_collar_bps),
            settings.max_book_age_ms * MILLISECOND,
            _float(settings.max_exposure),
            _float(settings.max_venue_exposure),
            _float(settings.max_net_exposure),
            _float(settings.circuit_breaker_threshold * settings.max_exposure),
            _float(settings.max_drawdown_pct),
        )


def _float(limit: Decimal | None) -> float:
    return inf if limit is None else float(limit)


Rule: TypeAlias = Callable[[Case, Bounds], Refused | None]
