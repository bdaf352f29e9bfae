"""The invariants of a live run, checked after every step and before everything that is sent."""

from collections.abc import Callable
from decimal import Decimal

from graphwiz_trader.application.doubts import NOT_FOUND
from graphwiz_trader.domain.commands import OrderCommand, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import TapeMessage
from graphwiz_trader.domain.facts import (
    Entry,
    FillBooked,
    GroupChanged,
    GroupState,
    OrderChanged,
    TradingState,
)
from graphwiz_trader.domain.group import CLOSED
from graphwiz_trader.domain.order import TERMINAL
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.state import EngineState


class Oracle:
    """
    Raises as soon as one of I1, I2, I3, I5, I6, I8 and I10 does not hold.

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
            replaced = order.replaces and state.orders.find(order.replaces)
            # As the rule has it: one of the two works, never both.
            less = replaced.leaves_qty if replaced and replaced.side is order.side else 0
            held = state.position(order.instrument) * order.side
            worst = held + state.open_lots(order.instrument, order.side) - less
            lot = state.instruments[order.instrument].lot_size
            assert worst * lot <= self.limit, f"I5 {worst * lot} beyond {self.limit}"

    def _on_group(self, changed: GroupChanged, entry: Entry) -> None:
        self.groups[changed.group] = changed.state
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
