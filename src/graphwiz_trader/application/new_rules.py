"""New rules: what a venue changes of an instrument while a run goes on, for all to count by."""

from collections.abc import Callable, Sequence

from graphwiz_trader.application.places import Place
from graphwiz_trader.application.trade import Trade
from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.events import Event, InstrumentUpdated, OperatorAction, OperatorOrder
from graphwiz_trader.domain.facts import Outcome, TradingState
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos
from graphwiz_trader.domain.value import evolve

WHO = "new rules"
"""Who halts an instrument whose rules change, and resumes it; no user can have that name."""

_AGAIN = Nanos(50 * MILLISECOND)


class NewRules:
    """
    Has engine, venue and feed count on an instrument's new grid, all from the same step on.

    Nothing of the instrument may work or be under way then: it is halted until that is so. What
    does not come to rest within *patience*, or is held in other than whole new lots, goes on by
    the old rules until they are looked at again.
    """

    def __init__(
        self,
        trade: Trade,
        places: Sequence[Place],
        alert: Callable[[RaiseAlert], None],
        patience: Nanos = Nanos(30 * SECOND),  # noqa: B008 # a number
    ) -> None:
        """Follow *trade*, which trades at *places*, from its first step on."""
        self._trade = trade
        self._state = trade.engine.state
        self._clock = trade.clock
        self._places = {place.feed.venue: place for place in places}
        self._alert = alert
        self._patience = patience
        self._theirs: dict[str, None] = {}
        trade.watches.append(self._hear)

    async def take(self, update: InstrumentUpdated) -> None:
        """Let the instrument come to rest, and have all take its new rules over."""
        new, name = update.instrument, update.instrument.id
        old = self._state.instruments[name]
        scope = f"instrument:{name}"
        is_ours = self._state.scopes.get(scope) is TradingState.ACTIVE
        self._theirs.pop(scope, None)
        if is_ours:
            self._order(OperatorAction.HALT, scope)
        if await self._rests(name):
            self._trade.deliver(evolve(update, ts=self._clock.now()))
        if is_ours and scope not in self._theirs:
            self._order(OperatorAction.RESUME, scope)
        self._tell(old, new)

    async def _rests(self, name: InstrumentId) -> bool:
        """Wait until no order works or is under way; return whether that came about."""
        deadline = self._clock.now() + self._patience
        while any(True for _ in self._state.orders.of(name)):
            if self._clock.now() >= deadline:
                return False
            await self._clock.sleep_until(Nanos(self._clock.now() + _AGAIN))
        return True

    def _hear(self, event: Event, outcome: Outcome) -> None:  # noqa: ARG002 # as every watch
        """Follow the engine, which has taken new rules; note what a person orders meanwhile."""
        if isinstance(event, InstrumentUpdated):
            place = self._places[event.instrument.venue]
            place.venue.regrid(event.instrument)
            place.feed.unsubscribe([event.instrument.id])
            place.feed.subscribe([event.instrument])
        elif isinstance(event, OperatorOrder) and event.who != WHO:
            self._theirs[event.scope] = None

    def _order(self, action: OperatorAction, scope: str) -> None:
        self._trade.deliver(order(self._clock.now(), action, scope))

    def _tell(self, old: Instrument, new: Instrument) -> None:
        words = f"{new.id}: {_words(old)} → {_words(new)}"
        if self._state.instruments[new.id] == new:
            self._alert(RaiseAlert(Severity.INFO, "NEW_RULES", words))
            return
        why = "not taken over, looked at again in an hour: orders work, or a position is no whole"
        text = f"{words}; {why} number of new lots"
        self._alert(RaiseAlert(Severity.WARNING, "NEW_RULES", text))


def order(now: Nanos, action: OperatorAction, scope: str) -> OperatorOrder:
    """Return what is ordered of an instrument whose rules change."""
    return OperatorOrder(now, action, scope, "the venue changes its rules", WHO)


def _words(rules: Instrument) -> str:
    """Return what may change, in words."""
    least, worth = rules.qty(rules.min_qty).normalize(), rules.min_notional.normalize()
    return f"tick {rules.tick_size:f}, lot {rules.lot_size:f}, least {least:f} and {worth:f}"
