"""Agreement: what venues say of our accounts, set against what we think."""

from decimal import Decimal

from graphwiz_trader.domain.commands import CancelOrder, Severity
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import AccountAgrees, AccountDiffers, AccountDown
from graphwiz_trader.domain.facts import DifferenceFound, DifferenceSettled, TradingState
from graphwiz_trader.domain.units import Asset, ClOrdId, Venue
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.gate import Gate
from graphwiz_trader.engine.state import EngineState

ACCOUNT = "account:"
"""The scope of a venue's account; only the venue's agreement opens it again."""


class Agreement:
    """Closes an account that is not known to be what we think, until it is."""

    def __init__(self, state: EngineState, draft: Draft, gate: Gate) -> None:
        self._state = state
        self._draft = draft
        self._gate = gate
        self._open: dict[tuple[Venue, str], AccountDiffers] = {}

    def on_down(self, down: AccountDown) -> None:
        """Reports are lost: nothing may be sent there, and what works is withdrawn."""
        self._check(down.venue)
        self._state.blind[down.venue] = None
        self._gate.halt(ACCOUNT + down.venue, down.reason, "engine")

    def on_difference(self, found: AccountDiffers) -> None:
        """The venue says otherwise: only what reduces may be sent until that is settled."""
        self._check(found.venue)
        self._state.blind.pop(found.venue, None)
        self._withdraw(found)
        key = (found.venue, found.what)
        before, self._open[key] = self._open.get(key), found
        if before is not None and before.theirs == found.theirs:
            return
        self._draft.facts.append(DifferenceFound(found.venue, found.what, found.ours, found.theirs))
        text = f"{found.venue} {found.what}: we think {found.ours}, it says {found.theirs}"
        self._draft.alert(Severity.CRITICAL, "ACCOUNT_DIFFERS", text)
        self._gate.halt(ACCOUNT + found.venue, text, "engine")

    def on_agreement(self, agrees: AccountAgrees) -> None:
        """The venue says what we think: whatever differed is settled, and the account opens."""
        self._check(agrees.venue)
        self._state.blind.pop(agrees.venue, None)
        self._state.agreed[agrees.venue] = None
        for venue, what in [key for key in self._open if key[0] == agrees.venue]:
            del self._open[(venue, what)]
            self._draft.facts.append(DifferenceSettled(venue, what, "venue"))
        scope = ACCOUNT + agrees.venue
        self._gate.set(scope, TradingState.ACTIVE, "the venue agrees", "engine")

    def adopt(self, scope: str, who: str) -> None:
        """
        Take the venue's word on the difference *scope* names, `VENUE:` and what differs.

        A balance is taken over; an order is canceled, and settled when the venue says it is gone.
        """
        name, _, what = scope.partition(":")
        found = self._open.get((Venue(name), what))
        kind, _, subject = what.partition(":")
        if found is None or kind not in {"balance", "order"}:
            text = f"{scope}: no difference of that name can be adopted"
            self._draft.alert(Severity.WARNING, "NOT_ADOPTED", text)
        elif kind == "balance":
            self._state.accounts[found.venue].total[Asset(subject)] = Decimal(found.theirs)
            del self._open[(found.venue, what)]
            self._draft.facts.append(DifferenceSettled(found.venue, what, who))
        elif found.instrument is not None:
            self._draft.commands.append(CancelOrder(ClOrdId(subject), found.instrument))

    def _withdraw(self, found: AccountDiffers) -> None:
        """Cancel an order of ours that works though it was thought to have ended."""
        kind, _, name = found.what.partition(":")
        order = self._state.orders.find(ClOrdId(name)) if kind == "order" else None
        if order is not None and not order.is_live:
            self._draft.commands.append(CancelOrder(order.cl_ord_id, order.instrument))

    def _check(self, venue: Venue) -> None:
        if venue not in self._state.accounts:
            raise DomainError(f"{venue} is no venue of ours: its account means nothing")
