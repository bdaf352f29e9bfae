"""EngineState: everything the engine knows; strategies and rules read it, the engine changes it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import index
from typing import SupportsIndex

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.intent import Intent
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, InstrumentId, Lots, Nanos, StrategyId, Venue
from graphwiz_trader.engine.assets import by_base, units_of
from graphwiz_trader.engine.books import Books
from graphwiz_trader.engine.clearance import Clearance
from graphwiz_trader.engine.clocks import Clocks
from graphwiz_trader.engine.exposures import Exposures
from graphwiz_trader.engine.holdings import Holdings
from graphwiz_trader.engine.loss_limits import LossLimits
from graphwiz_trader.engine.orders import Orders
from graphwiz_trader.engine.rates import Rates
from graphwiz_trader.engine.recent import Recent
from graphwiz_trader.engine.scopes import Scopes

ZERO = Decimal(0)


class EngineState:
    """
    The `View` of strategies and the `RiskView` of rules in one.

    `limits` is each strategy's own position limit, `latency` how long an order takes to a venue;
    `blind` names the venues where nobody knows what our orders do, `agreed` those whose account
    was ever what we think, `routes` the rounds that the graph named last.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        accounts: Mapping[Venue, Account],
        policy: RiskPolicy,
        *,
        reporting: Asset,
        limits: Mapping[StrategyId, Decimal],
        latency: Mapping[Venue, Nanos],
        history: int = 1000,
    ) -> None:
        self.now = Nanos(0)
        self.instruments: dict[InstrumentId, Instrument] = {i.id: i for i in instruments}
        self.books = Books(instruments, history)
        self.rates = Rates(instruments, self.books, reporting)
        self.holdings = Holdings(instruments, accounts, self.books, self.rates)
        self.orders = Orders()
        self.scopes = Scopes()
        self.clocks = Clocks()
        self.debts: dict[str, float] = {}
        self.stuck: dict[str, None] = {}
        self.hedged: dict[str, dict[InstrumentId, None]] = {}
        self.blind: dict[Venue, None] = {}
        self.agreed: dict[Venue, None] = {}
        self.routes: tuple[tuple[InstrumentId, ...], ...] = ()
        self.losses = 0
        self._latency = dict(latency)
        self.sent = Recent()
        self.canceled = Recent()
        self.exposures = Exposures(
            self.instruments, self.holdings, self.orders, self.books, self.rates
        )
        self._of_base = by_base(instruments)
        self.relimit(policy, limits)

    def relimit(self, policy: RiskPolicy, own: Mapping[StrategyId, Decimal]) -> None:
        """Let *policy*, and each strategy's *own* position limit, hold from here on."""
        self.policy = policy
        self.own_limits = dict(own)
        self.clocks.most = Nanos(policy.bounds.max_book_age)
        self.loss_limits = LossLimits(self.holdings, policy.bounds)
        self._clearance = Clearance(self)

    @property
    def accounts(self) -> Mapping[Venue, Account]:
        """Our accounts, by venue."""
        return self.holdings.accounts

    def position(self, instrument: InstrumentId) -> Lots:
        """What we hold, from fills."""
        return self.holdings.positions[instrument].lots

    def own(self, strategy: StrategyId, instrument: InstrumentId) -> Lots:
        """What one strategy's fills add up to."""
        held = self.holdings.by_strategy.get((strategy, instrument))
        return held.lots if held else Lots(0)

    def room(
        self, strategy: StrategyId, instrument: InstrumentId, side: Side, price: SupportsIndex
    ) -> Lots:
        """The most that limits and balances leave."""
        return self.policy.room(strategy, instrument, side, index(price), self)

    def headroom(
        self, strategy: StrategyId, instrument: InstrumentId, side: Side, price: SupportsIndex
    ) -> Lots:
        """The most that limits alone leave."""
        return self.policy.headroom(strategy, instrument, side, index(price), self)

    def working(self, strategy: StrategyId, instrument: InstrumentId) -> Lots:
        """What a strategy's live orders may still fill."""
        return self.orders.working(strategy, instrument)

    def owned(self, instrument: InstrumentId) -> Decimal:
        """Base units owned at the venue."""
        known = self.instruments[instrument]
        return self.accounts[known.venue].total.get(known.base, ZERO)

    def taker_fee_bps(self, venue: Venue) -> float | None:
        """What the venue charges for taking."""
        fee = self.accounts[venue].taker_bps
        return None if fee is None else float(fee)

    def latency(self, venue: Venue) -> Nanos:
        """How long an order takes to the venue."""
        return self._latency.get(venue, Nanos(0))

    def trading_state(
        self, strategy: StrategyId, instrument: InstrumentId, venue: Venue
    ) -> TradingState:
        """The worst state that applies."""
        return self.scopes.of(strategy, instrument, venue)

    def is_blind(self, venue: Venue) -> bool:
        """Whether reports are missing and the venue was not asked since."""
        return venue in self.blind

    def orders_of(self, instrument: InstrumentId) -> tuple[Order, ...]:
        """Live orders in an instrument."""
        return self.orders.of(instrument)

    def open_lots(self, instrument: InstrumentId, side: Side) -> Lots:
        """What live orders on that side may still fill."""
        return self.orders.open_lots(instrument, side)

    def open_orders(self) -> int:
        """How many orders are live."""
        return len(self.orders)

    def position_limit(self, strategy: StrategyId) -> Decimal:
        """The smaller of the strategy's and the risk section's limit."""
        ours = self.policy.limits.max_position_size
        return min(ours, self.own_limits.get(strategy, ours))

    def asset_worst(self, asset: Asset, side: Side) -> Decimal:
        """Base units net of venues if all open orders on *side* filled, signed by *side*."""
        worst = ZERO
        for instrument in self._of_base[asset]:
            name = instrument.id
            lots = self.position(name) * side + self.orders.open_lots(name, side)
            if lots:
                worst += units_of(instrument, lots, self.books[name])
        return worst

    def is_alone(self, instrument: Instrument) -> bool:
        """Whether nothing else trades its base asset."""
        return len(self._of_base[instrument.base]) == 1

    def rate(self, asset: Asset) -> float | None:
        """One unit in the reporting currency."""
        return self.rates.of(asset)

    def exposure(self, venue: Venue | None) -> float:
        """Gross worst-case exposure, reporting currency, at the last price that was known."""
        self.exposures.refresh()
        return self.exposures.total if venue is None else self.exposures.at(venue)

    def net_exposure(self) -> float:
        """Signed exposure of positions, reporting currency."""
        self.exposures.refresh()
        return self.exposures.net

    def reference_mid(self, instrument: InstrumentId) -> float | None:
        """The mean mid of the symbol's other usable books, quote units."""
        mids = [
            book.mid * book.instrument.tick
            for book in self.books.elsewhere(instrument)
            if book.is_usable
        ]
        return sum(mids) / len(mids) if mids else None

    def orders_in_last_second(self) -> int:
        """New orders and replacements."""
        return self.sent.count(self.now)

    def cancels_in_last_second(self) -> int:
        """Cancels sent."""
        return self.canceled.count(self.now)

    def identical_in_last_second(self, intent: Intent) -> int:
        """Orders just like *intent*."""
        key = (intent.instrument, intent.side, intent.price, intent.qty)
        return self.sent.like(self.now, key)

    def order_to_trade(self) -> float:
        """Orders sent per fill."""
        return self.orders.submitted / max(1, self.orders.fills)

    def day_pnl(self) -> float:
        """The day's result."""
        return self.holdings.day_pnl(self.now)

    def drawdown_pct(self) -> float:
        """Distance from the equity peak."""
        return self.holdings.drawdown_pct()

    def losses_in_a_row(self) -> int:
        """Losing trades since the last winner."""
        return self.losses

    def hedge_debt(self) -> float:
        """Unhedged notional of all open groups, reporting currency."""
        return sum(self.debts.values())

    @property
    def is_hedging(self) -> bool:
        """Whether a group still tries to trade away what it owes."""
        return any(group not in self.stuck for group in self.debts)

    def is_hedged(self, instrument: InstrumentId) -> bool:
        """Whether quotes must step aside there: a group found them in its hedge's way."""
        return any(instrument in names for names in self.hedged.values())

    def is_clear(self, intent: Intent) -> bool:
        """Whether *intent* is plainly within every limit; False says nothing."""
        return self._clearance.covers(intent)

    def follow(self, update: BookUpdate) -> bool:
        """Apply *update* to its book; return whether what is valued there may be worth another."""
        name = update.instrument
        has_moved = self.books.apply(update)
        if self.clocks:
            self.clocks.date(self.books[name], update)
        if has_moved:
            self.exposures.priced(name)
        # A snapshot makes a book usable again, maybe at the touch it had.
        return has_moved or update.snapshot or name in self.holdings.floating

    def hold(self, order: Order) -> None:
        """Take in an admitted order: from here it holds its worst case."""
        name, qty = order.instrument, order.order_qty
        instrument = self.instruments[name]
        self.holdings.accounts[instrument.venue].reserve(order, instrument, qty)
        self.orders.add(order)
        self.exposures.moved(name)
        self.sent.note(self.now, (name, order.side, order.price, qty))

    def unhold(self, order: Order) -> None:
        """Take back the order held last: a later leg of its group was refused."""
        instrument = self.instruments[order.instrument]
        self.accounts[instrument.venue].reserve(order, instrument, -order.order_qty)
        self.orders.forget(order)
        self.exposures.moved(order.instrument)
        self.sent.undo()

    def moved(self, order: Order, left_before: int) -> None:
        """Account for a report that changed what *order* may still fill."""
        instrument = self.instruments[order.instrument]
        self.exposures.moved(order.instrument)
        account = self.holdings.accounts[instrument.venue]
        account.reserve(order, instrument, order.leaves_qty - left_before)
        self.orders.moved(order, left_before)

    def note_canceled(self) -> None:
        """A cancel leaves."""
        self.canceled.note(self.now)

    def regrid(self, instrument: Instrument) -> None:
        """
        Put *instrument* in place of the one with its id; its book starts empty.

        Raises:
            OffGrid: a position or open order does not fit its lots or ticks; nothing was changed.
            UnknownInstrument: there is none of that id.
        """
        old = self.books[instrument.id].instrument
        self.orders.check_grid(old, instrument)
        self.holdings.regrid(instrument)
        self.orders.regrid(old, instrument)
        self.instruments[instrument.id] = instrument
        self._of_base = by_base(self.instruments.values())
        self.books.open(instrument)
        self.exposures.regrid(old, instrument)
        self._clearance = Clearance(self)
