"""Planner: approved quotes and exits against working orders, to the fewest commands."""

from collections.abc import Sequence
from typing import Final

from graphwiz_trader.domain.facts import SignalApproved, SignalRefused
from graphwiz_trader.domain.intent import Approved, Intent
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Reason, Refused, Signal, SignalKind
from graphwiz_trader.domain.units import InstrumentId, Lots, StrategyId
from graphwiz_trader.engine.desk import Desk
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.state import EngineState

_EXIT: Final = SignalKind.EXIT
CHANGEABLE: Final = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)


class Planner:
    """Emits only what differs from what already works."""

    def __init__(self, state: EngineState, desk: Desk, draft: Draft) -> None:
        self._state = state
        self._desk = desk
        self._draft = draft

    def plan(self, approved: Approved) -> None:
        """Carry out a QUOTE or an EXIT; it is approved if anything of it was sent."""
        signal = approved.signal
        is_sent = self._exit(signal) if signal.kind is _EXIT else self._quote(signal)
        if is_sent:
            self._draft.facts.append(SignalApproved(signal, ""))

    def _exit(self, signal: Signal) -> bool:
        """Close what the strategy holds; never more, so that an exit cannot open a position."""
        is_sent = False
        for leg in signal.legs:
            held = self._state.own(signal.strategy, leg.instrument)
            working = self._state.working(signal.strategy, leg.instrument)
            closable = abs(held) - working if held * leg.side < 0 else 0
            qty = min(leg.qty, max(0, closable))
            if qty:
                is_sent |= self._submit(signal, _sized(leg, qty))
        return is_sent

    def _quote(self, signal: Signal) -> bool:
        """Let exactly the wanted quotes work, each side at as many prices as it has legs."""
        state, is_sent = self._state, False
        for leg in signal.legs:
            if state.hedged or state.orders.working_in(leg.instrument):
                return self._requote(signal)
        for leg in signal.legs:
            if leg.qty:
                is_sent |= self._submit(signal, leg)
        return is_sent

    def _requote(self, signal: Signal) -> bool:
        """Do so where something works already, or a group may hedge."""
        state, is_sent = self._state, False
        wanted: list[Leg] = []
        names: dict[InstrumentId, None] = {}
        for leg in signal.legs:
            names[leg.instrument] = None
            if leg.qty and not (state.hedged and self._is_in_the_way(signal, leg)):
                wanted.append(leg)
        for name in names:
            if state.orders.working_in(name):
                is_sent |= self._rearrange(signal, name, wanted)
        for leg in wanted:
            is_sent |= self._submit(signal, leg)
        return is_sent

    def _rearrange(self, signal: Signal, name: InstrumentId, wanted: list[Leg]) -> bool:
        """
        Keep, change or cancel what is quoted in *name*, and take off *wanted* what that answers.

        An order that is already where it is wanted stays; of the others the oldest moves first.
        One whose end is awaited keeps its place, so that nothing is sent twice.
        """
        is_sent = False
        for order in self._misplaced(signal.strategy, name, wanted):
            is_leaving = order.ord_status is OrdStatus.PENDING_REPLACE
            leg = _first(wanted, name, order.side)
            if leg is not None:
                wanted.remove(leg)
                if order.ord_status in CHANGEABLE:
                    is_sent |= self._replace(signal, order, leg)
            elif not is_leaving:
                self._desk.cancel(order)
        return is_sent

    def _misplaced(
        self, strategy: StrategyId, name: InstrumentId, wanted: list[Leg]
    ) -> Sequence[Order]:
        """Return the quotes that no leg asks for as they are; take the other legs off *wanted*."""
        quotes = [
            order
            for order in self._state.orders.of(name)
            if order.strategy == strategy and not order.reducing
        ]
        replaced = [order.replaces for order in quotes]
        found: list[Order] = []
        for order in quotes:
            if order.cl_ord_id in replaced:
                continue  # the order that takes its place answers for it
            for leg in wanted:
                if _is_as_wanted(order, leg):
                    wanted.remove(leg)
                    break
            else:
                found.append(order)
        return found

    def _is_in_the_way(self, signal: Signal, leg: Leg) -> bool:
        """Whether a group hedges there: that goes before any quote."""
        if not self._state.is_hedged(leg.instrument):
            return False
        found = Refused(Reason.HEDGE_DEBT, leg.instrument, "a group hedges there", "none does")
        self._draft.facts.append(SignalRefused(signal, found))
        return True

    def _submit(self, signal: Signal, leg: Leg) -> bool:
        sent = self._desk.send(Intent.of_leg(signal, leg))
        if isinstance(sent, Refused):
            self._draft.facts.append(SignalRefused(signal, sent))
            return False
        return True

    def _replace(self, signal: Signal, order: Order, leg: Leg) -> bool:
        sent = self._desk.send(Intent.of_leg(signal, leg, replaces=order))
        if isinstance(sent, Refused):
            self._draft.facts.append(SignalRefused(signal, sent))
            self._desk.cancel(order)
            return False
        return True


def _is_as_wanted(order: Order, leg: Leg) -> bool:
    return (
        order.price == leg.price
        and order.side is leg.side
        and order.leaves_qty == leg.qty
        and order.instrument == leg.instrument
    )


def _first(legs: Sequence[Leg], name: InstrumentId, side: Side) -> Leg | None:
    for leg in legs:
        if leg.side is side and leg.instrument == name:
            return leg
    return None


def _sized(leg: Leg, qty: int) -> Leg:
    return Leg(leg.instrument, leg.side, leg.price, Lots(qty), leg.time_in_force, leg.post_only)
