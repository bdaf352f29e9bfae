"""Groups: legs sent together or in turn, hedged fill by fill, never left open."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from graphwiz_trader.domain.commands import SetTimer, Severity
from graphwiz_trader.domain.facts import (
    FillBooked,
    GroupChanged,
    GroupState,
    OrderRefused,
    SignalApproved,
    SignalRefused,
    TradeClosed,
)
from graphwiz_trader.domain.group import CLOSED, GroupLeg, OrderGroup
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.intent import Approved, Intent
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.settings import GroupSettings
from graphwiz_trader.domain.signal import Reason, Refused
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos, StrategyId, Ticks
from graphwiz_trader.engine.desk import Desk
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.gate import Gate
from graphwiz_trader.engine.hedge import Hedge, all_hedges, closings
from graphwiz_trader.engine.holdings import settlement
from graphwiz_trader.engine.scopes import covers
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.engine.ways import exits, keep, release, ways

RETRY = Nanos(100 * MILLISECOND)
OWNER = "group:"
CLOSED_KEPT = 4096


class Groups:
    """The open groups, by id."""

    def __init__(self, state: EngineState, desk: Desk, draft: Draft, gate: Gate) -> None:
        self._state = state
        self._desk = desk
        self._draft = draft
        self._gate = gate
        self._open: dict[str, OrderGroup] = {}
        self._closed: OrderedDict[str, OrderGroup] = OrderedDict()
        self._count = 0

    @property
    def _settings(self) -> GroupSettings:
        return self._state.policy.limits.group

    def __len__(self) -> int:
        return len(self._open)

    def open(self, approved: Approved) -> None:
        """
        Admit every leg, then send them together; or refuse the whole signal.

        Of a sequential one the first leg leaves alone: each other is planned when its turn comes.
        """
        signal = approved.signal
        refused = self._debt_refusal()
        name = f"g{self._count + 1}"
        intents = [Intent.of_leg(signal, leg, name, i) for i, leg in enumerate(signal.legs)]
        sent = refused or self._desk.send_all(intents[:1] if signal.sequential else intents)
        if isinstance(sent, Refused):
            self._draft.facts.append(SignalRefused(signal, sent))
            return
        self._count += 1
        planned = signal.legs + (exits(signal, self._state) if signal.sequential else ())
        legs = tuple(GroupLeg(x, self._state.instruments[x.instrument]) for x in planned)
        group = OrderGroup(
            name,
            signal.strategy,
            signal.opportunity,
            legs,
            self._state.now,
            live=dict.fromkeys(order.cl_ord_id for order in sent),
            is_sequential=signal.sequential,
        )
        group.expect(self._state.accounts)
        self._open[name] = group
        self._draft.facts.append(SignalApproved(signal, name))
        self._tell(group)

    def is_multi(self, name: str) -> bool:
        """Whether *name* is a group of several legs, open or closed lately."""
        group = self._open.get(name) or self._closed.get(name)
        return group is not None and len(group.legs) > 1

    def on_order(
        self, order: Order, fill: FillBooked | None, commission: Money | None
    ) -> TradeClosed | None:
        """
        Book what changed an order of a group and settle what it leaves owed.

        A fill that arrives after the group was closed opens it again: it is owed like any other.
        Returns the trade that ended with it, if one did.
        """
        group = self._open.get(order.group)
        if group is None and fill is not None and order.group in self._closed:
            group = self._open[order.group] = self._closed.pop(order.group)
            group.state, group.deadline = GroupState.WORKING, None
        if group is None:
            return None
        if fill is not None:
            group.book(order.leg, fill.side, fill.price, fill.qty, fill.fee, commission)
        if not order.is_live:
            group.live.pop(order.cl_ord_id, None)
        self._settle(group)
        if fill is not None and group.id in self._open:
            self._tell(group)
        if group.state not in CLOSED or not group.fills or len(group.legs) < 2:
            return None
        pnl, fees = group.settle()
        asset = settlement(group.earning[0].instrument)
        now = self._state.now
        return TradeClosed(group.strategy, group.id, group.opened, now, asset, pnl, fees)

    def on_timer(self, name: str) -> None:
        """Time to try again."""
        if (group := self._open.get(name)) is not None:
            group.alarm = None
            self._settle(group)

    def regrid(self, instrument: Instrument) -> None:
        """Count legs in *instrument* on its new grid."""
        for group in (*self._open.values(), *self._closed.values()):
            group.regrid(instrument)

    def begin(self) -> None:
        """Time that passed while nothing ran is not held against what is owed."""
        for group in self._open.values():
            group.deadline = None

    def hand_over(self, scope: str) -> Mapping[tuple[StrategyId, InstrumentId], int]:
        """Mark what open groups hold in *scope* for closing; return it in lots, with its sign."""
        held: dict[tuple[StrategyId, InstrumentId], int] = {}
        for group in self._open.values():
            for leg in group.legs if len(group.legs) > 1 else ():
                if covers(scope, group.strategy, leg.instrument):
                    key = (group.strategy, leg.instrument.id)
                    group.flattened[leg.instrument.id] = None
                    held[key] = held.get(key, 0) + leg.lots
        return held

    def flatten(self) -> None:
        """Close what is marked, as soon as nothing of its group is in flight."""
        self._unwind([group for group in self._open.values() if group.flattened])

    def retry_stuck(self) -> None:
        """An operator resumed: give what is stuck another chance."""
        self._unwind([g for g in self._open.values() if g.state is GroupState.STUCK])

    @property
    def _patience(self) -> Nanos:
        return Nanos(int(self._settings.hedge_s * SECOND))

    def _unwind(self, groups: Sequence[OrderGroup]) -> None:
        for group in groups:
            group.state = GroupState.UNWINDING
            group.deadline = Nanos(self._state.now + self._patience)
            self._state.stuck.pop(group.id, None)
            self._tell(group)
            self._settle(group)

    def _debt_refusal(self) -> Refused | None:
        limit = self._settings.hedge_debt_notional or self._state.policy.limits.max_order_notional
        debt = self._state.hedge_debt()
        if limit is None or debt <= limit:
            return None
        return Refused(Reason.HEDGE_DEBT, None, f"{debt:.2f}", str(limit))

    def _settle(self, group: OrderGroup) -> None:
        """Close the group, wait for what is in flight, or trade what is owed or carried."""
        self._owe(group)
        if not group.is_sequential:
            found = closings(group, self._state) or all_hedges(group, self._state)
            self._trade(group, found)
            return
        release(group, self._state)
        self._trade(group, closings(group, self._state) or ways(group, self._state))
        if group.state not in CLOSED:
            keep(group, self._state)

    def _trade(self, group: OrderGroup, found: Sequence[Hedge]) -> None:
        if not found:
            group.deadline = None
            if not group.live:
                self._close(group)
            return
        if group.state is GroupState.STUCK:
            return
        now = self._state.now
        if group.deadline is None:
            group.deadline = Nanos(now + self._patience)
        overdue = group.deadline + self._patience
        if now > overdue:
            self._stick(group)
        elif group.live or self._try(group, found):
            # What is in flight may never be heard of again.
            self._wake(group, Nanos(overdue + 1))
        else:
            self._wake(group, Nanos(now + RETRY))

    def _wake(self, group: OrderGroup, at: Nanos) -> None:
        if group.alarm != at:
            group.alarm = at
            self._draft.commands.append(SetTimer(at, OWNER + group.id, "hedge"))

    def _try(self, group: OrderGroup, found: Sequence[Hedge]) -> bool:
        """Send the best hedge that is admitted; inside the band only the planned leg may hedge."""
        band = self._settings.band_bps
        if group.is_sequential:
            return self._go_on(group, found)
        if group.state is GroupState.WORKING:
            if self._state.now <= (group.deadline or self._state.now):
                planned = (h for h in found if h.completes)
                if any(self._send(group, h, h.within(band)) for h in planned):
                    return True
                if group.id in self._state.hedged:
                    return False  # our own orders are leaving its way
            group.state = GroupState.UNWINDING
            self._tell(group)
        return any(self._send(group, h, h.marketable(band)) for h in found)

    def _go_on(self, group: OrderGroup, found: Sequence[Hedge]) -> bool:
        """Send what brings most and is admitted; off the plan, or too late, it is given up."""
        is_working = group.state is GroupState.WORKING
        is_late = group.deadline is not None and self._state.now > group.deadline
        for way in found:
            if self._send(group, way, way.limit or way.marketable(self._settings.band_bps)):
                if is_working and (is_late or not way.completes):
                    group.state = GroupState.UNWINDING
                    self._tell(group)
                return True
            if is_working and group.id in self._state.hedged:
                return False  # our own orders are leaving its way
        return False

    def _send(self, group: OrderGroup, hedge: Hedge, price: Ticks | None) -> bool:
        if price is None:
            return False
        intent = hedge.intent(group, price, self._state.now)
        sent = self._desk.send(intent)
        if isinstance(sent, Refused):
            self._draft.facts.append(OrderRefused(group.strategy, group.id, sent))
            if sent.reason is Reason.SELF_MATCH:
                self._clear_way(group, intent)
            return False
        group.live[sent.cl_ord_id] = None
        group.was_unwound |= not hedge.completes
        return True

    def _clear_way(self, group: OrderGroup, hedge: Intent) -> None:
        """Withdraw our own orders that *hedge* would trade with, and let none take their place."""
        self._state.hedged.setdefault(group.id, {})[hedge.instrument] = None
        for order in self._state.orders.of(hedge.instrument):
            if order.side is not hedge.side and not order.reducing:
                self._desk.cancel(order)

    def _close(self, group: OrderGroup) -> None:
        del self._open[group.id]
        self._state.debts.pop(group.id, None)
        self._state.hedged.pop(group.id, None)
        self._state.stuck.pop(group.id, None)
        if not group.fills:
            group.state = GroupState.MISSED
        else:
            group.state = GroupState.UNWOUND if group.was_unwound else GroupState.DONE
        self._closed[group.id] = group
        if len(self._closed) > CLOSED_KEPT:
            self._closed.popitem(last=False)
        self._tell(group)

    def _stick(self, group: OrderGroup) -> None:
        group.state = GroupState.STUCK
        self._state.stuck[group.id] = None
        self._tell(group)
        owed = ", ".join(f"{debt} {asset}" for asset, debt in group.debts.items() if debt)
        text = f"group {group.id} still owes {owed} after hedging for {self._settings.hedge_s} s"
        self._draft.alert(Severity.CRITICAL, "GROUP_STUCK", text)
        self._gate.halt("", text, "engine")

    def _owe(self, group: OrderGroup) -> None:
        debt = group.debt
        if debt:
            self._state.debts[group.id] = float(debt) * (self._state.rate(group.money) or 1.0)
        else:
            self._state.debts.pop(group.id, None)

    def _tell(self, group: OrderGroup) -> None:
        self._draft.facts.append(
            GroupChanged(group.id, group.state, group.debt, group.expected, group.realised)
        )
