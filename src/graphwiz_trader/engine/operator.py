"""Operator: what a person orders: halt, reduce, resume, flatten, cancel, stop."""

from graphwiz_trader.domain.events import OperatorAction, OperatorOrder
from graphwiz_trader.domain.facts import OrderRefused, TradingState
from graphwiz_trader.domain.intent import Intent
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Refused
from graphwiz_trader.domain.units import InstrumentId, Lots, StrategyId, Ticks
from graphwiz_trader.engine.agreement import ACCOUNT, Agreement
from graphwiz_trader.engine.desk import Desk
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.gate import Gate
from graphwiz_trader.engine.groups import Groups
from graphwiz_trader.engine.scopes import covers
from graphwiz_trader.engine.state import EngineState


class Operator:
    """Carries out operator orders."""

    def __init__(
        self,
        state: EngineState,
        desk: Desk,
        draft: Draft,
        gate: Gate,
        groups: Groups,
        agreement: Agreement,
    ) -> None:
        self._state = state
        self._agreement = agreement
        self._desk = desk
        self._draft = draft
        self._gate = gate
        self._groups = groups
        self._condemned: dict[str, None] = {}
        self._before_end: TradingState | None = None

    def on_order(self, order: OperatorOrder) -> None:
        """Do what a person ordered."""
        if order.action is OperatorAction.HALT:
            self._gate.halt(order.scope, order.reason, order.who)
        elif order.action is OperatorAction.REDUCE:
            self._gate.set(order.scope, TradingState.REDUCING, order.reason, order.who)
        elif order.action is OperatorAction.RESUME:
            self._resume(order)
        elif order.action is OperatorAction.ADOPT:
            self._agreement.adopt(order.scope, order.who)
        else:
            self._gate.cancel(order.scope)
            if order.action is OperatorAction.FLATTEN:
                self._flatten(order.scope)

    def condemn(self, strategy: StrategyId) -> None:
        """Refuse to resume *strategy* for the rest of the run."""
        self._condemned[f"strategy:{strategy}"] = None

    def begin(self) -> None:
        """Open what only the last incarnation's end closed; condemned strategies may resume."""
        self._condemned.clear()
        if self._before_end is not None:
            self._gate.set("", self._before_end, "started again", "engine")
            self._before_end = None

    def shut_down(self, reason: str) -> None:
        """Close the gate, then cancel all that is ours, exits too; what is owed is traded on."""
        state = self._state.scopes.get("")
        if state is not TradingState.HALTED:
            self._before_end = state
        self._gate.halt("", reason, "engine")
        self._gate.cancel_all_but_hedges()

    def _resume(self, order: OperatorOrder) -> None:
        """From HALTED to REDUCING first, from there to ACTIVE; limits count anew from there."""
        scope = order.scope
        if scope in self._condemned or scope.startswith(ACCOUNT):
            return
        halted = self._state.scopes.get(scope) is TradingState.HALTED
        to = TradingState.REDUCING if halted and not scope else TradingState.ACTIVE
        if self._gate.set(scope, to, order.reason, order.who) and not scope:
            self._state.holdings.rearm(self._state.now)
            self._state.losses = 0
            self._groups.retry_stuck()

    def _flatten(self, scope: str) -> None:
        """
        Close what each strategy holds, in its own name, so that it knows.

        What open groups hold they close themselves, once nothing of theirs is in flight.
        """
        theirs = self._groups.hand_over(scope)
        for (strategy, name), position in self._state.holdings.by_strategy.items():
            held = position.lots - theirs.get((strategy, name), 0)
            if held and covers(scope, strategy, position.instrument):
                self._close(strategy, name, Lots(held))
        self._groups.flatten()

    def _close(self, strategy: StrategyId, name: InstrumentId, held: Lots) -> None:
        side = Side.SELL if held > 0 else Side.BUY
        book = self._state.books[name]
        touch = book.bid if side is Side.SELL else book.ask
        if touch is None:
            no = Refused(Reason.BOOK_UNUSABLE, name, "no price", "a price to close at")
            self._draft.facts.append(OrderRefused(strategy, "", no))
            return
        band = self._state.policy.limits.group.band_bps
        price = Ticks(touch + side * int(abs(touch) * band / 10_000))
        intent = Intent(
            strategy,
            name,
            side,
            OrdType.LIMIT,
            TimeInForce.IOC,
            price,
            Lots(abs(held)),
            self._state.now,
            reducing=True,
        )
        sent = self._desk.send(intent)
        if isinstance(sent, Refused):
            self._draft.facts.append(OrderRefused(strategy, "", sent))
