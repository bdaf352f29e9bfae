"""Gate: closes and opens scopes, and withdraws what works behind a closed one."""

from collections.abc import Callable

from graphwiz_trader.domain.facts import StateChanged, TradingState
from graphwiz_trader.domain.order import Order
from graphwiz_trader.engine.desk import Desk
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.scopes import covers
from graphwiz_trader.engine.state import EngineState


class Gate:
    """The one place that changes trading states."""

    def __init__(self, state: EngineState, desk: Desk, draft: Draft) -> None:
        self._state = state
        self._desk = desk
        self._draft = draft

    def set(self, scope: str, to: TradingState, reason: str, who: str) -> bool:
        """Put *scope* into *to* and say why; return whether that changed anything."""
        changed = self._state.scopes.set(scope, to)
        if changed:
            self._draft.facts.append(StateChanged(scope, to, reason, who))
        return changed

    def halt(self, scope: str, reason: str, who: str) -> None:
        """Stop everything in *scope* but exits, hedges and flattening; cancel all else."""
        if self.set(scope, TradingState.HALTED, reason, who):
            self._withdraw(scope, lambda order: order.reducing)

    def cancel(self, scope: str) -> None:
        """Cancel whatever works in *scope*."""
        self._withdraw(scope, lambda _: False)

    def cancel_all_but_hedges(self) -> None:
        """Cancel whatever does not trade away what a group owes."""
        self._withdraw("", lambda order: order.reducing and bool(order.group))

    def _withdraw(self, scope: str, is_spared: Callable[[Order], bool]) -> None:
        for order in tuple(self._state.orders):
            if self._is_in(scope, order) and not is_spared(order):
                self._desk.cancel(order)

    def _is_in(self, scope: str, order: Order) -> bool:
        instrument = self._state.instruments[order.instrument]
        if covers(scope, order.strategy, instrument):
            return True
        return scope in (f"account:{instrument.venue}", f"order:{order.cl_ord_id}")
