"""Operator: what a person orders: halt, reduce, resume, flatten, cancel, stop."""

from graphwiz_trader.domain.events import OperatorAction, OperatorOrder
from graphwiz_trader.domain.facts import OrderRefused, StateChanged, TradingState
from graphwiz_trader.domain.intent import Intent
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Refused
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, StrategyId, Ticks
from graphwiz_trader.engine.desk import Desk
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.groups import Groups
from graphwiz_trader.engine.state import EngineState

ADOPTED = StrategyId("operator")


class Operator:
    """Carries out operator orders, and halts on the engine's own behalf."""

    def __init__(self, state: EngineState, desk: Desk, draft: Draft, groups: Groups) -> None:
        self._state = state
        self._desk = desk
        self._draft = draft
        self._groups = groups
        self._condemned: dict[str, None] = {}

    def on_order(self, order: OperatorOrder) -> None:
        """Do what a person ordered."""
        if order.action is OperatorAction.HALT:
            self.halt(order.scope, order.reason, order.who)
        elif order.action is OperatorAction.REDUCE:
            self._set(order.scope, TradingState.REDUCING, order.reason, order.who)
        elif order.action is OperatorAction.RESUME:
            self._resume(order)
        else:
            self._cancel(order.scope)
            if order.action is OperatorAction.FLATTEN:
                self._flatten(order.scope)

    def halt(self, scope: str, reason: str, who: str) -> None:
        """Stop everything in *scope* but cancels, hedges and flattening; cancel what works."""
        if self._set(scope, TradingState.HALTED, reason, who):
            self._cancel(scope)

    def condemn(self, strategy: StrategyId) -> None:
        """Refuse to resume *strategy* for the rest of the run."""
        self._condemned[f"strategy:{strategy}"] = None

    def shut_down(self, reason: str) -> None:
        """Close the gate, then cancel our own."""
        self.halt("", reason, "engine")
        self._cancel("")

    def _resume(self, order: OperatorOrder) -> None:
        """From HALTED to REDUCING first, from there to ACTIVE; limits count anew from there."""
        scope = order.scope
        if scope in self._condemned:
            return
        halted = self._state.scopes.get(scope) is TradingState.HALTED
        to = TradingState.REDUCING if halted and not scope else TradingState.ACTIVE
        if self._set(scope, to, order.reason, order.who) and not scope:
            self._state.holdings.rearm(self._state.now)
            self._state.losses = 0
            self._groups.retry_stuck()

    def _set(self, scope: str, state: TradingState, reason: str, who: str) -> bool:
        changed = self._state.scopes.set(scope, state)
        if changed:
            self._draft.facts.append(StateChanged(scope, state, reason, who))
        return changed

    def _cancel(self, scope: str) -> None:
        for order in tuple(self._state.orders):
            if self._is_in(scope, order) and not order.reducing:
                self._desk.cancel(order)

    def _flatten(self, scope: str) -> None:
        band = self._state.policy.limits.group.band_bps
        for name, position in self._state.holdings.positions.items():
            venue = f"venue:{position.instrument.venue}"
            if not position.lots or scope not in ("", venue, f"instrument:{name}"):
                continue
            side = Side.SELL if position.lots > 0 else Side.BUY
            book = self._state.books[name]
            touch = book.bid if side is Side.SELL else book.ask
            if touch is None:
                no = Refused(Reason.BOOK_UNUSABLE, name, "no price", "a price to close at")
                self._draft.facts.append(OrderRefused(ADOPTED, "", no))
                continue
            price = Ticks(touch + side * int(abs(touch) * band / 10_000))
            self._close(name, side, price, Lots(abs(position.lots)))

    def _close(self, name: InstrumentId, side: Side, price: Ticks, qty: Lots) -> None:
        intent = Intent(
            ADOPTED,
            name,
            side,
            OrdType.LIMIT,
            TimeInForce.IOC,
            price,
            qty,
            self._state.now,
            reducing=True,
        )
        sent = self._desk.submit((intent,))
        if isinstance(sent, Refused):
            self._draft.facts.append(OrderRefused(ADOPTED, "", sent))

    def _is_in(self, scope: str, order: Order) -> bool:
        instrument = self._state.instruments[order.instrument]
        return scope in (
            "",
            f"venue:{instrument.venue}",
            f"strategy:{order.strategy}",
            f"instrument:{order.instrument}",
            f"order:{ClOrdId(order.cl_ord_id)}",
        )
