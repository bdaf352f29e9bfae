"""Whatever venues do, a group's debt is traded away in time, or everything halts."""

from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from graphwiz_trader.domain.commands import RaiseAlert, SetTimer, SubmitOrder
from graphwiz_trader.domain.events import FeedDown, SubmitUnknown, TimerFired
from graphwiz_trader.domain.facts import GroupChanged, Outcome, TradingState
from graphwiz_trader.domain.group import CLOSED
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.settings import GroupSettings
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, BETA, MS, SECOND, Floor

DUST = Decimal("5.2")
"""The least either venue trades, at the worst price a hedge may have."""

PLANNED = Decimal("100.1")
"""The first leg's price in every plan."""

MIDS = st.sampled_from(["98.0", "99.5", "100.0", "100.2", "100.4", "103.0"])
PARTS = st.integers(1, 1000)


class Venues(RuleBasedStateMachine):
    """Two venues that answer when and how they like; time passes only as they say."""

    @initialize(patience=st.sampled_from([1, 2]))
    def open(self, patience: int) -> None:
        # Inside the band, then to complete or unwind at any price inside the collar, then a try.
        self.stated = patience * 2 * SECOND + 100 * MS + 1
        self.floor = Floor(
            min_notional="5",
            group=GroupSettings(hedge_s=Decimal(patience)),
            max_orders_per_second=10**6,
            max_identical_orders_per_second=3,
            max_exposure=Decimal(10**7),
            max_order_to_trade=10**6,
            circuit_breaker_threshold=Decimal(-1),
            max_drawdown_pct=Decimal(100),
        )
        self.open_orders: dict[str, tuple[SubmitOrder, int]] = {}
        self.ended: dict[str, tuple[SubmitOrder, int]] = {}
        self.timers: dict[tuple[str, str], int] = {}
        self.owed: dict[str, int] = {}
        self.base: dict[str, Decimal] = {}
        self.groups: dict[str, GroupChanged] = {}
        self.alerts = 0

    def hear(self, outcome: Outcome) -> None:
        """Take in what a step asked for."""
        for command in outcome.commands:
            if isinstance(command, SubmitOrder):
                self.open_orders[command.cl_ord_id] = (command, command.order_qty)
            elif isinstance(command, SetTimer):
                self.timers[command.owner, command.name] = command.at
            elif isinstance(command, RaiseAlert):
                self.alerts += command.code == "GROUP_STUCK"
        for fact in outcome.facts:
            if isinstance(fact, GroupChanged):
                self.groups[fact.group] = fact
        owing = [name for name, base in self.base.items() if abs(base) * PLANNED > DUST]
        self.owed = {name: self.owed.get(name, self.floor.now) for name in owing}

    @rule(qty=st.sampled_from(["0.2", "1", "3"]))
    def arbitrage(self, qty: str) -> None:
        self.hear(self.floor.say(self.floor.arbitrage(qty)))

    @rule(alpha=MIDS, beta=MIDS)
    def move(self, alpha: str, beta: str) -> None:
        def around(mid: str) -> tuple[str, str]:
            return f"{Decimal(mid) - Decimal('0.1')}", f"{Decimal(mid) + Decimal('0.1')}"

        self.hear(self.floor.books(around(alpha), around(beta)))

    @precondition(lambda self: self.open_orders)
    @rule(data=st.data(), part=PARTS)
    def fill(self, data: st.DataObject, part: int) -> None:
        order, left = self.open_orders[data.draw(st.sampled_from(sorted(self.open_orders)))]
        lots = max(1, left * part // 1000)
        if lots == left:
            del self.open_orders[order.cl_ord_id]
        else:
            self.open_orders[order.cl_ord_id] = (order, left - lots)
        self._trade(order, lots)

    @precondition(lambda self: self.open_orders)
    @rule(
        data=st.data(),
        exec_type=st.sampled_from([ExecType.EXPIRED, ExecType.CANCELED, ExecType.REJECTED]),
    )
    def end(self, data: st.DataObject, exec_type: ExecType) -> None:
        order, left = self.open_orders.pop(data.draw(st.sampled_from(sorted(self.open_orders))))
        if left < order.order_qty and exec_type is ExecType.REJECTED:
            exec_type = ExecType.EXPIRED
        self.ended[order.cl_ord_id] = (order, left)
        self.hear(self.floor.end(order, exec_type))

    @precondition(lambda self: self.ended)
    @rule(data=st.data(), part=PARTS)
    def fill_late(self, data: st.DataObject, part: int) -> None:
        order, left = self.ended.pop(data.draw(st.sampled_from(sorted(self.ended))))
        self._trade(order, max(1, left * part // 1000))

    @precondition(lambda self: self.open_orders)
    @rule(data=st.data())
    def fall_silent(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.open_orders)))
        order, _ = self.open_orders.pop(name)
        self.hear(self.floor.engine.step(SubmitUnknown(self.floor.now, order.cl_ord_id, "?")))

    @rule(venue=st.sampled_from(["alpha", "beta"]))
    def lose_feed(self, venue: str) -> None:
        self.hear(self.floor.engine.step(FeedDown(self.floor.now, Venue(venue), "gone")))

    @rule(ms=st.sampled_from([1, 50, 400, 1500]), books=st.booleans())
    def pass_time(self, ms: int, books: bool) -> None:
        self._wait(self.floor.now + ms * MS)
        if books:
            self.hear(self.floor.books())

    def teardown(self) -> None:
        """With nobody answering, all that is owed is gone or everything halts."""
        if not hasattr(self, "floor"):
            return
        self._wait(self.floor.now + self.stated + 200 * MS)
        self.debts_end_in_time()

    @invariant()
    def debts_end_in_time(self) -> None:
        if not hasattr(self, "floor"):
            return
        now, state = self.floor.now, self.floor.engine.state
        late = [name for name, since in self.owed.items() if now - since > self.stated]
        if late:
            assert state.scopes.get("") is TradingState.HALTED
            assert self.alerts > 0

    @invariant()
    def what_is_closed_owes_dust_at_most(self) -> None:
        if not hasattr(self, "floor"):
            return
        for group in self.groups.values():
            if group.state in CLOSED:
                assert group.debt < DUST

    def _trade(self, order: SubmitOrder, lots: int) -> None:
        of = ALPHA if order.instrument == ALPHA.id else BETA
        known = self.floor.engine.state.orders.find(order.cl_ord_id)
        assert known is not None
        self.base[known.group] = self.base.get(known.group, Decimal(0)) + order.side * of.qty(lots)
        report = make.report(
            of,
            order.cl_ord_id,
            ExecType.TRADE,
            qty=str(of.qty(lots)),
            price=str(of.price(order.price)),
            ts=self.floor.now,
        )
        self.hear(self.floor.engine.step(report))

    def _wait(self, until: int) -> None:
        """Let time pass, and timers fire when they are due."""
        while self.timers and min(self.timers.values()) <= until:
            key = min(self.timers, key=lambda k: (self.timers[k], k))
            self.floor.now = max(self.floor.now, self.timers.pop(key))
            self.hear(self.floor.engine.step(TimerFired(self.floor.now, *key)))
            self.debts_end_in_time()
        self.floor.now = max(self.floor.now, until)


TestGroupDebt = Venues.TestCase
TestGroupDebt.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
