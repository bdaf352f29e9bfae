"""WindDown: how a live run ends: nothing new, own orders canceled, and proof that none is left."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from graphwiz_trader.application.limiter import Lane
from graphwiz_trader.application.link import Link
from graphwiz_trader.application.state_view import agrees
from graphwiz_trader.domain.commands import CancelAll
from graphwiz_trader.domain.errors import PortError
from graphwiz_trader.domain.events import Event, Shutdown
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.units import MILLISECOND, SECOND, ClOrdId, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock

Remaining: TypeAlias = tuple[tuple[Venue, ClOrdId], ...]
"""Orders not proven gone, by venue and id; the id is `*` where the venue did not answer."""

_AGAIN = Nanos(250 * MILLISECOND)
_SELDOM = Nanos(2 * SECOND)
"""What a venue counts must last for the hedges and cancels of a stop, too."""

_ANY = ClOrdId("*")
_WORKS = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)


@value
class StopTimes:
    """
    How long a stop may take.

    `gone`: until own orders are gone, and every account is known. `agree`: from when they are
    gone, until a venue that says otherwise than we think has changed its mind.
    """

    gone: Nanos = Nanos(30 * SECOND)
    agree: Nanos = Nanos(10 * SECOND)


class WindDown:
    """Ends a run on *links*; *own* begins the ids of our orders."""

    def __init__(
        self,
        state: EngineState,
        links: Mapping[Venue, Link],
        clock: Clock,
        deliver: Callable[[Event], None],
        own: str,
        times: StopTimes,
    ) -> None:
        self._state = state
        self._links = links
        self._clock = clock
        self._deliver = deliver
        self._own = own
        self._times = times

    async def run(self, reason: str) -> Remaining:
        """
        Close the gate, cancel what is ours, and prove that nothing is left; return what is.

        What groups owe is hedged on. The accounts are asked until they agree: for a little where
        a venue says otherwise than we think, as long as there is time where nobody knows.
        """
        now = due = self._clock.now()
        deadline = Nanos(now + self._times.gone)
        self._deliver(Shutdown(now, reason))
        wait, empty_since = _AGAIN, None
        listed: Remaining | None = None
        while True:
            is_due = now >= due
            if self._is_busy():
                listed = None
            elif listed is None or (listed and is_due):
                listed = await self._listed()
                now = self._clock.now()
            # Looked at again: a person may have flattened while the venues were asked.
            is_over = listed == () and not self._is_busy()
            if is_over and empty_since is None:
                wait, is_due, empty_since = _AGAIN, True, now
            elif not is_over:
                empty_since = None
            if empty_since is not None and self._is_enough(empty_since, now, deadline):
                self._close()
                return ()
            if empty_since is None and now >= deadline:
                return await self._at_last()
            if is_due:
                self._ask(is_over=is_over)
                due, wait = Nanos(now + wait), min(Nanos(2 * wait), _SELDOM)
            await self._clock.sleep_until(Nanos(now + _AGAIN))
            now = self._clock.now()
            if any(order.ord_status in _WORKS for order in self._state.orders):
                self._deliver(Shutdown(now, reason))

    async def abandon(self) -> Remaining:
        """
        Cancel at the venues themselves: the engine can no longer be trusted, journaled or run.

        Nothing but cancels leaves, and nothing of it is kept: the next start asks the venues. One
        that does not answer counts as long as the engine knows of orders there.
        """
        deadline = Nanos(self._clock.now() + self._times.gone)
        for link in self._links.values():
            link.venue.send(CancelAll(link.venue.venue))
        while remaining := await self._feared():
            if self._clock.now() >= deadline:
                break
            await self._clock.sleep_until(Nanos(self._clock.now() + _AGAIN))
        return remaining

    def _is_busy(self) -> bool:
        """Whether anything of ours works or is still to be hedged, as far as we know."""
        return self._state.is_hedging or bool(self._working())

    def _is_enough(self, empty_since: Nanos, now: Nanos, deadline: Nanos) -> bool:
        """Whether the accounts agree, or no more is to be learned of them in time."""
        if now >= deadline or all(agrees(self._state, venue) for venue in self._links):
            return True
        is_known = not any(self._state.is_blind(venue) for venue in self._links)
        return is_known and now - empty_since >= self._times.agree

    def _ask(self, *, is_over: bool) -> None:
        """Ask the accounts, which need no reports to agree once all *is_over*."""
        for link in self._links.values():
            link.is_over = is_over
            link.reconciler.ask()

    async def _at_last(self) -> Remaining:
        """Return what is left when no more is waited for; what never left is no part of it."""
        listed = await self._listed()
        self._close()
        return self._working() or listed

    def _close(self) -> None:
        """Let nothing leave any more that nobody would prove gone."""
        for link in self._links.values():
            link.outbox.close()

    async def _feared(self) -> Remaining:
        unsent = {name for link in self._links.values() for name in link.outbox.unsent}
        known = {venue for venue, name in self._working() if name not in unsent}
        return tuple(
            (venue, name) for venue, name in await self._listed() if name != _ANY or venue in known
        )

    def _working(self) -> Remaining:
        state = self._state
        return tuple((state.instruments[o.instrument].venue, o.cl_ord_id) for o in state.orders)

    async def _listed(self) -> Remaining:
        """Return what venues still list under our ids; one that bans us is not asked."""
        found: list[tuple[Venue, ClOrdId]] = []
        for name, link in self._links.items():
            link.limiter.sync(link.venue.usage)
            if not link.limiter.take(Lane.CANCEL, link.venue.terms.snapshot):
                found.append((name, _ANY))
                continue
            try:
                orders = (await link.venue.snapshot()).orders
            except PortError:
                found.append((name, _ANY))
                continue
            ours = [o.cl_ord_id for o in orders if o.cl_ord_id.startswith(self._own)]
            found += [(name, cl_ord_id) for cl_ord_id in ours]
        return tuple(found)
