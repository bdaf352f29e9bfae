"""Planner: approved quotes and exits against working orders, to the fewest commands."""

from graphwiz_trader.domain.facts import SignalApproved, SignalRefused
from graphwiz_trader.domain.intent import Intent
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Approved, Leg, Reason, Refused, Signal, SignalKind
from graphwiz_trader.domain.units import InstrumentId, Lots
from graphwiz_trader.engine.desk import Desk
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.state import EngineState

CHANGEABLE = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)


class Planner:
    """Emits only what differs from what already works."""

    def __init__(self, state: EngineState, desk: Desk, draft: Draft) -> None:
        self._state = state
        self._desk = desk
        self._draft = draft

    def plan(self, approved: Approved) -> None:
        """Carry out a QUOTE or an EXIT."""
        signal = approved.signal
        if signal.kind is SignalKind.EXIT:
            self._exit(signal)
        else:
            self._quote(signal)

    def _exit(self, signal: Signal) -> None:
        """Close what the strategy holds; never more, so that an exit cannot open a position."""
        for leg in signal.legs:
            held = self._state.own(signal.strategy, leg.instrument)
            working = self._state.working(signal.strategy, leg.instrument)
            closable = abs(held) - working if held * leg.side < 0 else 0
            qty = min(leg.qty, max(0, closable))
            if qty:
                self._submit(signal, _sized(leg, qty))

    def _quote(self, signal: Signal) -> None:
        wanted = {
            (leg.instrument, leg.side): leg
            for leg in signal.legs
            if not (leg.qty and self._is_in_the_way(signal, leg))
        }
        replaced: dict[tuple[InstrumentId, Side], None] = {}
        for name in dict.fromkeys(leg.instrument for leg in signal.legs):
            for order in self._state.orders.of(name):
                if order.strategy != signal.strategy or order.reducing:
                    continue
                if order.ord_status is OrdStatus.PENDING_REPLACE:
                    # The order that takes its place answers for it, if it lives.
                    replaced[(name, order.side)] = None
                    continue
                leg = wanted.pop((name, order.side), None)
                if leg is None or not leg.qty:
                    self._desk.cancel(order)
                elif order.ord_status in CHANGEABLE and _differs(order, leg):
                    self._replace(signal, order, leg)
        for place, leg in wanted.items():
            if leg.qty and place not in replaced:
                self._submit(signal, leg)

    def _is_in_the_way(self, signal: Signal, leg: Leg) -> bool:
        """Whether a group hedges there: that goes before any quote."""
        if not self._state.is_hedged(leg.instrument):
            return False
        found = Refused(Reason.HEDGE_DEBT, leg.instrument, "a group hedges there", "none does")
        self._draft.facts.append(SignalRefused(signal, found))
        return True

    def _submit(self, signal: Signal, leg: Leg) -> None:
        sent = self._desk.submit((Intent.of_leg(signal, leg),))
        if isinstance(sent, Refused):
            self._draft.facts.append(SignalRefused(signal, sent))
        else:
            self._draft.facts.append(SignalApproved(signal, ""))

    def _replace(self, signal: Signal, order: Order, leg: Leg) -> None:
        sent = self._desk.submit((Intent.of_leg(signal, leg, replaces=order),))
        if isinstance(sent, Refused):
            self._draft.facts.append(SignalRefused(signal, sent))
            self._desk.cancel(order)


def _differs(order: Order, leg: Leg) -> bool:
    return order.price != leg.price or order.leaves_qty != leg.qty


def _sized(leg: Leg, qty: int) -> Leg:
    return Leg(leg.instrument, leg.side, leg.price, Lots(qty), leg.time_in_force, leg.post_only)
