"""Scopes: which parts of the engine may trade: everything, a venue, a strategy, an instrument."""

from typing import Final

from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, StrategyId, Venue

_SEVERITY: Final = {TradingState.ACTIVE: 0, TradingState.REDUCING: 1, TradingState.HALTED: 2}


def covers(scope: str, strategy: StrategyId, instrument: Instrument) -> bool:
    """Whether *scope*, as a person names it, holds what *strategy* does in *instrument*."""
    return scope in (
        "",
        f"venue:{instrument.venue}",
        f"strategy:{strategy}",
        f"instrument:{instrument.id}",
    )


class Scopes:
    """The state of every scope that is not ACTIVE, in `closed`; the worst that applies rules."""

    def __init__(self) -> None:
        self.closed: dict[str, TradingState] = {}

    def set(self, scope: str, state: TradingState) -> bool:
        """Put *scope* into *state*; return whether that changed anything."""
        if self.closed.get(scope, TradingState.ACTIVE) is state:
            return False
        if state is TradingState.ACTIVE:
            del self.closed[scope]
        else:
            self.closed[scope] = state
        return True

    def get(self, scope: str) -> TradingState:
        """Return the state of exactly this scope."""
        return self.closed.get(scope, TradingState.ACTIVE)

    def of(self, strategy: StrategyId, instrument: InstrumentId, venue: Venue) -> TradingState:
        """Return the worst state that rules an order of *strategy* in *instrument* at *venue*."""
        if not self.closed:
            return TradingState.ACTIVE
        names = (
            "",
            f"venue:{venue}",
            f"account:{venue}",
            f"strategy:{strategy}",
            f"instrument:{instrument}",
        )
        return max((self.get(name) for name in names), key=_SEVERITY.__getitem__)

    def content(self) -> tuple[tuple[str, str], ...]:
        """All that is not ACTIVE, sorted, for the digest."""
        return tuple(sorted((scope, state.value) for scope, state in self.closed.items()))
