"""Guard: the circuit breaker and the drawdown limit, which halt even when nobody trades."""

from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.gate import Gate
from graphwiz_trader.engine.state import EngineState


class Guard:
    """Trips once the day's loss or the drawdown reaches its limit; a person resets it."""

    def __init__(self, state: EngineState, draft: Draft, gate: Gate) -> None:
        self._state = state
        self._draft = draft
        self._gate = gate

    def check(self) -> None:
        """Halt everything if a limit is reached; latched by the state it sets."""
        state = self._state
        if state.loss_limits.are_kept(state.now):
            return
        lost = state.day_pnl()
        down = state.drawdown_pct()
        bounds = state.policy.bounds
        if state.scopes.get("") is TradingState.HALTED:
            return
        text = (
            f"circuit breaker: the day lost {lost:.2f}, the limit is {bounds.day_floor:.2f}"
            if lost <= bounds.day_floor
            else f"drawdown {down:.2f} % of the equity peak,"
            f" the limit is {bounds.max_drawdown_pct} %"
        )
        self._draft.alert(Severity.CRITICAL, "CIRCUIT_BREAKER", text)
        self._gate.halt("", text, "engine")
