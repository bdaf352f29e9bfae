"""Holdings: positions, accounts and equity, valued where they could be closed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.position import ZERO, Position, flow
from graphwiz_trader.domain.units import (
    DAY,
    Asset,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.engine.books import Books
from graphwiz_trader.engine.rates import Rates


class Holdings:
    """
    What we hold and what it has earned, from fills only; the endowment is not in it.

    `pnl` is after fees, in the reporting currency, longs valued at the bid and shorts at the ask.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        accounts: Mapping[Venue, Account],
        books: Books,
        rates: Rates,
    ) -> None:
        self.accounts = dict(accounts)
        self.positions: dict[InstrumentId, Position] = {i.id: Position(i) for i in instruments}
        self.by_strategy: dict[tuple[StrategyId, InstrumentId], Position] = {}
        self._books = books
        self._rates = rates
        self.floating = frozenset(i.id for i in instruments if settlement(i) != rates.reporting)
        """What is worth another once a book of its currency moves."""
        self._parts: dict[InstrumentId, float] = {}
        self._valued: dict[InstrumentId, tuple[int, float]] = {}
        """At which price and rate each position was valued last, as it is now."""
        self.pnl = 0.0
        self.changes = 0
        """Counts what may have changed the day's result or the drawdown."""
        self.day_begins = self.day_ends = -1
        self._day_base = 0.0
        self._endowment: float | None = None
        self._peak = 0.0

    def fill(
        self, order: Order, price: Ticks, qty: Lots, commission: Money | None, now: Nanos
    ) -> tuple[Decimal, Decimal]:
        """Book one fill; return its fee, and what it realised for its strategy, as settled."""
        self._roll(now)
        position = self.positions[order.instrument]
        instrument = position.instrument
        self._value_endowment()
        fee = self._fee(instrument, price, commission)
        position.fill(order.side, price, qty, fee)
        own = self.of_strategy(order.strategy, order.instrument)
        earned = own.fill(order.side, price, qty, fee)
        account = self.accounts[instrument.venue]
        account.settle(instrument, order.side, flow(instrument, order.side, price, qty), qty)
        if commission is not None:
            account.add(commission.asset, -commission.amount)
        self._valued.pop(order.instrument, None)
        self.mark(order.instrument, now)
        return fee, earned

    def of_strategy(self, strategy: StrategyId, name: InstrumentId) -> Position:
        """Return what *strategy*'s own fills of *name* add up to."""
        key = (strategy, name)
        if key not in self.by_strategy:
            self.by_strategy[key] = Position(self.positions[name].instrument)
        return self.by_strategy[key]

    def regrid(self, instrument: Instrument) -> None:
        """Count positions in *instrument* in its new lots; raise `OffGrid` if they do not fit."""
        held = [p for p in self.by_strategy.values() if p.instrument.id == instrument.id]
        held.append(self.positions[instrument.id])
        lots = [instrument.lots(p.instrument.qty(p.lots)) for p in held]
        for position, count in zip(held, lots, strict=True):
            position.instrument, position.lots = instrument, count
        self._valued.pop(instrument.id, None)

    def mark(self, name: InstrumentId, now: Nanos) -> None:
        """Value the position in *name* at its book; an unusable book leaves the last value."""
        self._roll(now)
        position, price = self.positions[name], 0
        if position.lots:
            touch = self._books[name].usable_touch()
            if touch is None:
                return
            price = touch[0] if position.lots > 0 else touch[1]
        rate = self._rates.of(settlement(position.instrument))
        if rate is None or self._valued.get(name) == (price, rate):
            return
        self._valued[name] = (price, rate)
        worth = float(position.pnl(price)) * rate
        self.changes += 1
        self.pnl += worth - self._parts.get(name, 0.0)
        self._parts[name] = worth
        self._peak = max(self._peak, self.pnl)

    def part(self, name: InstrumentId) -> float:
        """Return what the position in *name* was last counted as."""
        return self._parts.get(name, 0.0)

    def standing(self, now: Nanos) -> tuple[float, float, float, float]:
        """Return the result, its peak, that of the day's begin, and what we were given."""
        self._roll(now)
        return self.pnl, self._peak, self._day_base, self._endowment or 0.0

    def take_over(self, parts: Mapping[InstrumentId, float], pnl: float, peak: float) -> None:
        """Go on from what a reader of our books has valued."""
        self._parts.update(parts)
        self._valued.clear()
        self.changes += 1
        self.pnl, self._peak = pnl, peak

    def day_pnl(self, now: Nanos) -> float:
        """Return the result of the UTC day so far."""
        self._roll(now)
        return self.pnl - self._day_base

    def drawdown_pct(self) -> float:
        """Return the distance from the equity peak, in percent of the peak."""
        peak = (self._endowment or 0.0) + self._peak
        return (self._peak - self.pnl) / peak * 100 if peak > 0 else 0.0

    def rearm(self, now: Nanos) -> None:
        """Count the day's loss and the drawdown from here: an operator has resumed."""
        self._roll(now)
        self.changes += 1
        self._day_base = self.pnl
        self._peak = self.pnl

    def content(self) -> tuple[tuple[object, ...], ...]:
        """Positions and balances in a fixed order, for the digest."""
        held = tuple(
            (name, p.lots, str(p.cash), str(p.fees)) for name, p in sorted(self.positions.items())
        )
        owned = tuple(
            (venue, asset, str(amount.normalize()))
            for venue, account in sorted(self.accounts.items())
            for asset, amount in sorted(account.total.items())
        )
        return held + owned

    def _roll(self, now: Nanos) -> None:
        if not self.day_begins <= now < self.day_ends:
            self.day_begins = now // DAY * DAY
            self.day_ends = self.day_begins + DAY
            self._day_base = self.pnl
            self.changes += 1

    def _value_endowment(self) -> None:
        if self._endowment is None:
            self.changes += 1
            totals = (t for account in self.accounts.values() for t in account.total.items())
            self._endowment = sum(float(a) * (self._rates.of(x) or 0.0) for x, a in totals)

    def _fee(self, instrument: Instrument, price: Ticks, commission: Money | None) -> Decimal:
        if commission is None:
            return ZERO
        if commission.asset == settlement(instrument):
            return commission.amount
        if commission.asset == instrument.base:
            return commission.amount * instrument.price(price)
        rate = self._rates.of(commission.asset)
        into = self._rates.of(settlement(instrument))
        return commission.amount * Decimal((rate or 0.0) / (into or 1.0))


def settlement(instrument: Instrument) -> Asset:
    """Return the asset a contract's profit is paid in."""
    return instrument.base if instrument.kind is Kind.INVERSE else instrument.quote
