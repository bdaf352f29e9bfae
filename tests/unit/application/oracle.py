"""The invariants of a live run, checked after every step and before everything that is sent."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from graphwiz_trader.application.doubts import NOT_FOUND
from graphwiz_trader.domain.commands import CancelOrder, OrderCommand, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import (
    BookUpdate,
    Event,
    OperatorOrder,
    RunStarted,
    TapeMessage,
    TimerFired,
)
from graphwiz_trader.domain.facts import (
    Entry,
    FillBooked,
    GroupChanged,
    GroupState,
    OrderChanged,
    StateChanged,
    TradingState,
)
from graphwiz_trader.domain.group import CLOSED
from graphwiz_trader.domain.order import TERMINAL
from graphwiz_trader.domain.orders import ExecutionReport, OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, Asset, ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.state import EngineState

OWED = 5 * SECOND
"""Twice the time a group may take to hedge, and a second."""


class Oracle:
    """
    Raises as soon as an invariant does not hold that can be seen after a step.

    That is all of I1 to I16 but I4 and I12, which compare with the venue's and a second engine's
    record once a run has settled, I13, which is measured, and I15, which is about its end.
    *limit* is that of a position, in base units; *is_known* asks the venues themselves.
    """

    def __init__(self, limit: Decimal, is_known: Callable[[ClOrdId], bool]) -> None:
        self.engine: Engine | None = None
        self.limit = limit
        self.is_known = is_known
        self.journaled: set[ClOrdId] = set()
        self.sent: set[ClOrdId] = set()
        self.positions: dict[InstrumentId, int] = {}
        self.fills: set[tuple[Venue, str]] = set()
        self.ended: dict[ClOrdId, OrdStatus] = {}
        self.groups: dict[str, GroupState] = {}
        self.owed: dict[str, Nanos] = {}
        self.retried: set[str] = set()
        self.canceled: set[ClOrdId] = set()
        self.totals: dict[tuple[Venue, Asset], Decimal] = {}

    def on_entry(self, entry: Entry) -> None:
        """Look at a step that was just journaled."""
        for command in entry.outcome.commands:
            if isinstance(command, SubmitOrder | ReplaceOrder):
                self.journaled.add(command.cl_ord_id)
                self._check_intent(command, entry)
        for fact in entry.outcome.facts:
            if isinstance(fact, FillBooked):
                self._on_fill(fact)
            elif isinstance(fact, OrderChanged):
                self._on_order(fact)
            elif isinstance(fact, GroupChanged):
                self._on_group(fact, entry)
        for name, lots in self.positions.items():
            assert self._engine.position(name) == lots, f"I3 {name}"
        self._check_debts(entry)
        self._check_cancels(entry)
        self._check_book(entry.event)
        self._check_money(entry)
        if isinstance(entry.event, ExecutionReport):
            assert entry.outcome.facts, f"I16 nothing was said of {entry.event}"

    def _check_debts(self, entry: Entry) -> None:
        """I7: what is owed is traded away in time, or everything halts."""
        event = entry.event
        assert not isinstance(event, TapeMessage)
        if self._engine.blind or isinstance(event, RunStarted):
            # Nothing is hedged where a hedge may be under way already: time counts from there.
            self.owed = dict.fromkeys(self.owed, event.ts)
        for group, since in self.owed.items():
            is_over = event.ts - since > OWED and isinstance(event, TimerFired | BookUpdate)
            halted = self._engine.scopes.get("") is TradingState.HALTED
            was_stuck = self.groups[group] is GroupState.STUCK or group in self.retried
            assert halted or was_stuck or not is_over, f"I7 {group} owes since {since}"

    def _check_cancels(self, entry: Entry) -> None:
        """I9: a halt withdraws all that could add risk, however often was canceled before."""
        for command in entry.outcome.commands:
            if isinstance(command, CancelOrder):
                self.canceled.add(command.cl_ord_id)
        for fact in entry.outcome.facts:
            if isinstance(fact, StateChanged) and fact == StateChanged(
                "", TradingState.HALTED, fact.reason, fact.who
            ):
                left = [o.cl_ord_id for o in self._engine.orders if not o.reducing]
                assert self.canceled.issuperset(left), f"I9 {left} work on"

    def _check_book(self, event: Event) -> None:
        """I11: a usable book is sorted, holds no zero and is not crossed."""
        if not isinstance(event, BookUpdate):
            return
        book = self._engine.books[event.instrument]
        bids, asks = (book.levels(side, 20) for side in Side)
        for side, (ticks, lots) in zip(Side, (bids, asks), strict=True):
            assert (np.diff(ticks) * side < 0).all(), f"I11 {event.instrument} is not sorted"
            assert (lots > 0).all(), f"I11 {event.instrument} holds a zero"
        if book.is_usable:
            assert bids[0][0] <= asks[0][0], f"I11 {event.instrument} is crossed"

    def _check_money(self, entry: Entry) -> None:
        """I14: over a fill and its fee no asset comes from nowhere or goes anywhere."""
        engine, event = self._engine, entry.event
        now = {
            (venue, asset): total
            for venue, account in engine.accounts.items()
            for asset, total in account.total.items()
        }
        before, self.totals = self.totals, now
        fills = [fact for fact in entry.outcome.facts if isinstance(fact, FillBooked)]
        if not fills or not isinstance(event, ExecutionReport):
            return
        (fill,) = fills
        of = engine.instruments[fill.instrument]
        moved = {
            (of.venue, of.base): fill.side * of.qty(fill.qty),
            (of.venue, of.quote): -fill.side * of.notional(fill.price, fill.qty),
        }
        if event.commission is not None:
            paid = (of.venue, event.commission.asset)
            moved[paid] = moved.get(paid, Decimal(0)) - event.commission.amount
        for key in {*before, *now}:
            change = now.get(key, Decimal(0)) - before.get(key, Decimal(0))
            assert change == moved.get(key, Decimal(0)), f"I14 {key} moved by {change}"

    def on_send(self, venue: Venue, command: OrderCommand) -> None:
        """Look at a command that is about to leave."""
        if not isinstance(command, SubmitOrder | ReplaceOrder):
            return
        name = command.cl_ord_id
        assert name in self.journaled, f"I1 {name} was sent without a journaled intent"
        assert name not in self.sent, f"I2 {name} was sent twice"
        self.sent.add(name)
        order = self._engine.orders.find(name)
        assert order is not None
        state = self._engine.trading_state(order.strategy, order.instrument, venue)
        assert order.reducing or state is not TradingState.HALTED, f"I10 {name} left in HALTED"

    @property
    def _engine(self) -> EngineState:
        assert self.engine is not None
        return self.engine.state

    def _check_intent(self, command: SubmitOrder | ReplaceOrder, entry: Entry) -> None:
        state, event = self._engine, entry.event
        order = state.orders.find(command.cl_ord_id)
        book = state.books[command.instrument]
        assert order is not None
        assert not isinstance(event, TapeMessage)
        assert book.is_usable, f"I6 {command.cl_ord_id} relies on an unusable book"
        age_ms = (event.ts - book.ts) / 1e6
        assert age_ms <= state.policy.limits.max_book_age_ms, f"I6 a book of {age_ms} ms"
        if not order.reducing:
            held = state.position(order.instrument) * order.side
            worst = held + state.open_lots(order.instrument, order.side)
            lot = state.instruments[order.instrument].lot_size
            assert worst * lot <= self.limit, f"I5 {worst * lot} beyond {self.limit}"

    def _on_group(self, changed: GroupChanged, entry: Entry) -> None:
        if self.groups.get(changed.group) is GroupState.STUCK:
            self.retried.add(changed.group)
        self.groups[changed.group] = changed.state
        if isinstance(entry.event, OperatorOrder):
            # Who is told to flatten, or resumed, has all of its time anew.
            self.owed.pop(changed.group, None)
        # What a closed group still owes is dust: less than any venue takes.
        if (
            changed.debt
            and changed.state not in CLOSED
            and not isinstance(entry.event, TapeMessage)
        ):
            self.owed.setdefault(changed.group, entry.event.ts)
        else:
            self.owed.pop(changed.group, None)

    def _on_fill(self, fill: FillBooked) -> None:
        venue = self._engine.instruments[fill.instrument].venue
        assert (venue, fill.exec_id) not in self.fills, f"I3 {fill.exec_id} booked twice"
        self.fills.add((venue, fill.exec_id))
        before = self.positions.get(fill.instrument, 0)
        self.positions[fill.instrument] = before + fill.side * fill.qty

    def _on_order(self, changed: OrderChanged) -> None:
        ended = self.ended.get(changed.cl_ord_id)
        if ended is not None:
            absorbed = changed.ord_status in (ended, OrdStatus.FILLED)
            assert absorbed, f"I8 {changed.cl_ord_id} from {ended} to {changed.ord_status}"
        if changed.ord_status is OrdStatus.REJECTED and changed.text == NOT_FOUND:
            assert not self.is_known(changed.cl_ord_id), f"I2 {changed.cl_ord_id} was given up"
        if changed.ord_status in TERMINAL:
            self.ended[changed.cl_ord_id] = changed.ord_status
