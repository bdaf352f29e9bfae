"""Rounds: what the knowledge graph says of routes, as far as we trade them."""

from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.route import RoutesFound
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.state import EngineState


class Rounds:
    """Keeps the rounds that were named last; those with an instrument not known are left out."""

    def __init__(self, state: EngineState, draft: Draft) -> None:
        self._state = state
        self._draft = draft

    def on_found(self, found: RoutesFound) -> None:
        """Take the place of what was named before."""
        known = self._state.instruments
        kept = tuple(route for route in found.routes if all(name in known for name in route))
        self._state.routes = kept
        strange = len(found.routes) - len(kept)
        if strange:
            text = f"{strange} of {len(found.routes)} routes name an instrument not known here"
            self._draft.alert(Severity.WARNING, "ROUTES_UNKNOWN", text)
