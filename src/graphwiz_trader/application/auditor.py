"""Auditor: the invariants of a live run, checked as it goes; it counts and tells."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from graphwiz_trader.domain.commands import OrderCommand, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import Event, InstrumentUpdated
from graphwiz_trader.domain.facts import (
    FillBooked,
    GroupChanged,
    OrderChanged,
    Outcome,
    TradingState,
)
from graphwiz_trader.domain.group import CLOSED
from graphwiz_trader.domain.order import TERMINAL
from graphwiz_trader.domain.orders import ExecutionReport, OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    Venue,
)
from graphwiz_trader.domain.venue import OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.ports.venue import ExecutionVenue

KEPT = 65_536
"""Orders and fills remembered; older ones are no longer checked for being told twice."""

NAMED = 100
"""Violations kept in words; all are counted."""

EVERY = Nanos(SECOND)
OWED = Nanos(60 * SECOND)
"""How long a group may owe a hedge while nothing is halted: far beyond any settle window."""

LEVELS = 20

K = TypeVar("K")
V = TypeVar("V")


class Auditor:
    """
    Checks I1, I2, I3, I5, I6, I7, I8, I10 and I11 on a running engine, whose *state* it reads.

    I4 is the reconciler's, I9 and I13 hold by construction, I12, I14 and I16 are proven on the
    journal, I15 at the end of the run. *tell* hears of each violation, in words.
    """

    def __init__(self, state: EngineState, clock: Clock, tell: Callable[[str], None]) -> None:
        self.checks = 0
        self.violations = 0
        self.named: list[str] = []
        self._state = state
        self._clock = clock
        self._tell = tell
        self._intended: OrderedDict[ClOrdId, None] = OrderedDict()
        self._sent: OrderedDict[ClOrdId, None] = OrderedDict()
        self._fills: OrderedDict[tuple[Venue, str], None] = OrderedDict()
        self._ended: OrderedDict[ClOrdId, OrdStatus] = OrderedDict()
        self._owed: dict[str, Nanos] = {}
        self._leaving: list[tuple[Venue, SubmitOrder | ReplaceOrder]] = []
        self._positions = {name: p.lots for name, p in state.holdings.positions.items()}

    def watch(self, event: Event, outcome: Outcome) -> None:
        """Look at a step that was journaled, and whose commands have left."""
        if not (outcome.commands or outcome.facts):
            return
        if isinstance(event, InstrumentUpdated):
            name = event.instrument.id
            self._positions[name] = self._state.position(name)
        intents = [c for c in outcome.commands if isinstance(c, SubmitOrder | ReplaceOrder)]
        for place, command in enumerate(intents, 1):
            _keep(self._intended, command.cl_ord_id, None)
            self._on_intent(command, intents[place:])
        for fact in outcome.facts:
            if isinstance(fact, FillBooked):
                self._on_fill(fact)
            elif isinstance(fact, OrderChanged):
                self._on_change(fact)
            elif isinstance(fact, GroupChanged):
                self._on_group(fact)
        self._look_at_leaving()

    def leaves(self, venue: Venue, command: OrderCommand) -> None:
        """Note a command that is about to be handed to the wire; an order of this step waits."""
        if not isinstance(command, SubmitOrder | ReplaceOrder):
            return
        if command.cl_ord_id in self._intended:
            self._on_leaving(venue, command)
        else:
            self._leaving.append((venue, command))

    async def run(self) -> None:
        """Look at all of the state once a second, until canceled."""
        while True:
            await self._clock.sleep_until(Nanos(self._clock.now() + EVERY))
            self.sweep()

    def sweep(self) -> None:
        """Look at all of the state now."""
        self._look_at_leaving()
        state, now = self._state, self._clock.now()
        for name, lots in self._positions.items():
            held = state.position(name)
            self._hold(held == lots, f"I3 {name}: {held} lots, its fills add up to {lots}")
        for name in state.books:
            self._look_at_book(name)
        is_halted = state.scopes.get("") is TradingState.HALTED
        for group, since in self._owed.items():
            in_time = is_halted or now - since < OWED
            self._hold(in_time, f"I7 {group} owes a hedge since {(now - since) / SECOND:.0f} s")

    def end(self, remaining: int, named: int) -> None:
        """Check that what remained open was named: I15."""
        self._hold(remaining <= named, f"I15 {remaining} orders open, {named} named")

    def _look_at_leaving(self) -> None:
        leaving, self._leaving = self._leaving, []
        for venue, command in leaving:
            self._on_leaving(venue, command)

    def _on_leaving(self, venue: Venue, command: SubmitOrder | ReplaceOrder) -> None:
        name = command.cl_ord_id
        self._hold(name in self._intended, f"I1 {name} leaves without a journaled intent")
        self._hold(name not in self._sent, f"I2 {name} leaves twice")
        _keep(self._sent, name, None)
        order = self._state.orders.find(name)
        if order is not None and not order.reducing:
            state = self._state.trading_state(order.strategy, order.instrument, venue)
            self._hold(state is not TradingState.HALTED, f"I10 {name} leaves while HALTED")

    def _on_intent(
        self, command: SubmitOrder | ReplaceOrder, later: Sequence[SubmitOrder | ReplaceOrder]
    ) -> None:
        """Check *command* as it was admitted: before the *later* ones of its step."""
        state, name = self._state, command.cl_ord_id
        order = state.orders.find(name)
        if order is None:
            self._hold(False, f"I2 {name} is not known to the engine that wants it")
            return
        book = state.books[command.instrument]
        self._hold(book.is_usable, f"I6 {name} relies on an unusable book")
        age_ms = (state.now - book.ts) / MILLISECOND
        most = state.policy.limits.max_book_age_ms
        self._hold(age_ms <= most, f"I6 {name} relies on a book of {age_ms:.0f} ms")
        if order.reducing:
            return
        replaced = state.orders.find(order.replaces) if order.replaces else None
        # As the rule has it: one of the two works, never both.
        less: int = replaced.leaves_qty if replaced and replaced.side is order.side else 0
        for other in map(state.orders.find, (each.cl_ord_id for each in later)):
            if other and (other.instrument, other.side) == (order.instrument, order.side):
                less += other.leaves_qty
        held = state.position(order.instrument) * order.side
        worst = held + state.open_lots(order.instrument, order.side) - less
        qty = state.instruments[order.instrument].qty(worst)
        limit = state.position_limit(order.strategy)
        self._hold(qty <= limit, f"I5 {name}: {qty} at the worst, the limit is {limit}")

    def _on_fill(self, fill: FillBooked) -> None:
        venue = self._state.instruments[fill.instrument].venue
        key = (venue, f"{fill.instrument} {fill.exec_id}")
        self._hold(key not in self._fills, f"I3 fill {fill.exec_id} at {venue} is booked twice")
        _keep(self._fills, key, None)
        held = self._positions[fill.instrument] + fill.side * fill.qty
        self._positions[fill.instrument] = Lots(held)

    def _on_change(self, changed: OrderChanged) -> None:
        name, now = changed.cl_ord_id, changed.ord_status
        ended = self._ended.get(name)
        if ended is not None:
            absorbed = now in (ended, OrdStatus.FILLED)
            self._hold(absorbed, f"I8 {name} goes from {ended.value} to {now.value}")
        if now in TERMINAL:
            _keep(self._ended, name, now)

    def _on_group(self, changed: GroupChanged) -> None:
        # What a closed group still owes is dust: less than any venue takes.
        if changed.debt and changed.state not in CLOSED:
            self._owed.setdefault(changed.group, self._state.now)
        else:
            self._owed.pop(changed.group, None)

    def _look_at_book(self, name: InstrumentId) -> None:
        book = self._state.books[name]
        if not book.is_usable:
            return
        bid, ask = book.bid, book.ask
        is_apart = bid is None or ask is None or bid <= ask
        self._hold(is_apart, f"I11 {name}: a usable book with bid {bid} above ask {ask}")
        for side in (Side.BUY, Side.SELL):
            ticks, lots = book.levels(side, LEVELS)
            prices = ticks.tolist()
            in_order = all(side * (a - b) > 0 for a, b in pairwise(prices))
            self._hold(in_order, f"I11 {name}: levels out of order")
            self._hold(bool((lots > 0).all()), f"I11 {name}: a level of nothing")

    def _hold(self, holds: bool, violation: str) -> None:  # noqa: FBT001 # what is asserted
        self.checks += 1
        if not holds:
            self.violations += 1
            if len(self.named) < NAMED:
                self.named.append(violation)
            self._tell(violation)


class AuditedVenue:
    """A venue whose commands *auditor* sees just before they leave."""

    def __init__(self, venue: ExecutionVenue, auditor: Auditor) -> None:
        self._inner = venue
        self._auditor = auditor

    @property
    def venue(self) -> Venue:
        """Its name."""
        return self._inner.venue

    @property
    def terms(self) -> VenueTerms:
        """As the venue's."""
        return self._inner.terms

    @property
    def usage(self) -> Usage | None:
        """As the venue's."""
        return self._inner.usage

    def send(self, command: OrderCommand) -> None:
        """Let the auditor look, then send."""
        self._auditor.leaves(self._inner.venue, command)
        self._inner.send(command)

    async def run(self, deliver: Deliver) -> None:
        """Run the venue."""
        await self._inner.run(deliver)

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """Ask the venue."""
        return await self._inner.query(order)

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Ask the venue."""
        return await self._inner.fills(instrument, since)

    async def snapshot(self) -> VenueSnapshot:
        """Ask the venue."""
        return await self._inner.snapshot()

    async def server_time(self) -> Nanos:
        """Ask the venue."""
        return await self._inner.server_time()


def _keep(known: OrderedDict[K, V], key: K, what: V) -> None:
    known[key] = what
    if len(known) > KEPT:
        known.popitem(last=False)
