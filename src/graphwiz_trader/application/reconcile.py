"""Reconcile: ask a venue what is true, and tell the engine until both say the same."""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from graphwiz_trader.application.alarm import Alarm
from graphwiz_trader.application.doubts import Doubts
from graphwiz_trader.application.limiter import Limiter
from graphwiz_trader.application.turn import Turn
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import (
    AccountAgrees,
    AccountDiffers,
    AccountDown,
    AccountUp,
    BalanceReport,
    Event,
    SubmitUnknown,
)
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.orders import ExecType, ExecutionReport
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Asset, InstrumentId, Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.domain.venue import VenueSnapshot
from graphwiz_trader.engine.agreement import ACCOUNT
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.ports.venue import ExecutionVenue

Differences: TypeAlias = dict[str, tuple[str, str, InstrumentId | None]]
"""What differs: our word, the venue's, and the instrument if it is an order or a position."""

SHOWN = 4
"""How many differences are named."""

_OF_ACCOUNTS = (AccountAgrees, AccountDiffers, AccountDown)

ROUNDING = Decimal("0.00000001")
"""What a venue's own rounding may make of a balance."""


@value
class Pace:
    """
    How often to ask: each `period` while all is well, else from `first`, doubling to `most`.

    An account is closed once no question was answered for `silence`.
    """

    period: Nanos = Nanos(30 * SECOND)
    first: Nanos = Nanos(200 * MILLISECOND)
    most: Nanos = Nanos(5 * SECOND)
    silence: Nanos = Nanos(30 * SECOND)


class Reconciler:
    """
    Keeps one account what its venue says.

    It asks at the start, whenever reports were missing or an answer did not come, and every
    `Pace.period`. A difference counts once it has stood, unchanged, for the venue's settle
    window: until then a report may be under way that explains it. While reports do not come in
    (*is_up*) nothing can agree. *heed* takes over what an answer said of how much we ask; *own*
    begins our ids.
    `looked` is set once it is known, for the first time, whether the account agrees.
    """

    def __init__(
        self,
        venue: ExecutionVenue,
        state: EngineState,
        limiter: Limiter,
        clock: Clock,
        deliver: Deliver,
        heed: Callable[[], None],
        is_up: Callable[[], bool],
        own: str,
        pace: Pace = Pace(),  # noqa: B008 # a value
    ) -> None:
        self.looked = asyncio.Event()
        self._closed: tuple[Nanos, str] | None = None
        self._why = ""
        self._venue = venue
        self._state = state
        self._turn = Turn(limiter, clock)
        self._clock = clock
        self._deliver = deliver
        self._heed = heed
        self._is_up = is_up
        self._own = own
        self._pace = pace
        self._wanted = asyncio.Event()
        self._alarm = Alarm(clock, self._wanted.set)
        self._moved: dict[str, None] = {}
        self._standing: dict[str, tuple[Nanos, str, str]] = {}
        self._unanswered: Nanos | None = None
        self._is_silent = False
        self._doubts = Doubts(venue, state, self._turn, clock, deliver)

    def heard(self, event: Event) -> None:
        """Note what moves while an answer is under way, and whether it is time to ask."""
        self._note(event)
        if isinstance(event, ExecutionReport):
            self._moved[event.cl_ord_id] = None
            if event.exec_type is ExecType.TRADE:
                self._moved[""] = None
            if self._state.orders.find(event.cl_ord_id) is None:
                self._wanted.set()
        elif isinstance(event, SubmitUnknown) or (
            isinstance(event, AccountUp | AccountDown) and event.venue == self._venue.venue
        ):
            self._wanted.set()

    def ask(self) -> None:
        """Ask now, for the run is about to end: no new orders need any of the venue's budget."""
        self._turn.is_stopping = True
        self._wanted.set()

    def standing(self, now: Nanos) -> Mapping[str, object]:
        """Say for how long the account has been closed, by what, and what keeps it so."""
        since, closed_by = self._closed or (now, "")
        waits = "it may not be asked again yet: too much was asked of the venue"
        parts = dict.fromkeys((closed_by, waits if self._turn.waits else self._why))
        return {"for_s": (now - since) / SECOND, "why": "; ".join(part for part in parts if part)}

    async def run(self) -> None:
        """Ask whenever it is time, until canceled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._alarm.run())
            wait = self._pace.first
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                agrees = await self._round()
                wait = self._pace.first if agrees else Nanos(min(2 * wait, self._pace.most))
                after = self._pace.period if agrees else wait
                self._alarm.set(Nanos(self._clock.now() + after))

    async def _round(self) -> bool:
        """Ask once; return whether nothing is left to ask."""
        self._moved.clear()
        try:
            await self._turn.wait(self._venue.terms.snapshot)
            snapshot = await self._venue.snapshot()
            self._endow(snapshot)
            differs = self._differences(snapshot)
            settled = await self._doubts.settle(snapshot, balanced=not differs)
            if differs:
                await self._doubts.catch_up()
        except Transient as error:
            self._heed()
            self._miss(error)
            return False
        self._heed()
        self._unanswered, self._is_silent = None, False
        self._why = self._obstacle(differs, settled=settled)
        if differs:
            self._tell(differs)
            return False
        self._standing.clear()
        if self._why:
            return False
        if self._is_closed():
            self._deliver(AccountAgrees(self._clock.now(), self._venue.venue))
        self.looked.set()
        return True

    def _obstacle(self, differs: Differences, *, settled: bool) -> str:
        """Say what keeps the account from agreeing, though it was answered for."""
        if differs:
            told = [
                f"{what}: we think {ours}, it says {theirs}"
                for what, (ours, theirs, _) in differs.items()
            ]
            more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
            return "; ".join(told[:SHOWN]) + more
        if not settled:
            return "what became of an order is not known yet"
        if self._moved:
            return "reports came in while it was asked"
        return "" if self._is_up() else "reports of our orders do not come in"

    def _note(self, event: Event) -> None:
        """Note what closes the account and what opens it."""
        if not isinstance(event, _OF_ACCOUNTS) or event.venue != self._venue.venue:
            return
        if isinstance(event, AccountAgrees):
            self._closed = None
        elif self._closed is None and isinstance(event, AccountDown):
            self._closed, self._why = (event.ts, event.reason), ""
        elif self._closed is None:
            self._closed = (event.ts, "")

    def _miss(self, error: Transient) -> None:
        """Close the account, once, when nobody has answered for too long: it may be anything."""
        self._why = f"no answer: {error}"
        now = self._clock.now()
        since = self._unanswered = self._unanswered or now
        if not self._is_silent and now - since >= self._pace.silence:
            self._is_silent = True
            waited = f"no answer to our questions for {(now - since) / SECOND:.0f} s: {error}"
            self._deliver(AccountDown(now, self._venue.venue, waited))

    def _tell(self, differs: Differences) -> None:
        """Tell what has stood long enough."""
        now, name = self._clock.now(), self._venue.venue
        for what in [known for known in self._standing if known not in differs]:
            del self._standing[what]
        for what, (ours, theirs, instrument) in differs.items():
            since, *before = self._standing.get(what, (now, ours, theirs))
            if before != [ours, theirs]:
                since = now
            self._standing[what] = (since, ours, theirs)
            if now - since >= self._venue.terms.settle:
                self._deliver(AccountDiffers(now, name, what, ours, theirs, instrument))
                self.looked.set()

    def _is_closed(self) -> bool:
        scope = self._state.scopes.get(ACCOUNT + self._venue.venue)
        return scope is not TradingState.ACTIVE or self._state.is_blind(self._venue.venue)

    def _endow(self, snapshot: VenueSnapshot) -> None:
        """Take over what the account holds, until it agrees for the first time."""
        if self._venue.venue in self._state.agreed:
            return
        account, now = self._state.accounts[self._venue.venue], self._clock.now()
        for told in snapshot.balances:
            if account.total.get(told.asset) != told.total:
                self._deliver(BalanceReport(now, told.venue, told.asset, told.total, told.free))

    def _differences(self, snapshot: VenueSnapshot) -> Differences:
        """Return what differs and did not move while the answer was under way."""
        found: Differences = {}
        for order in snapshot.orders:
            ours = self._state.orders.find(order.cl_ord_id)
            is_strange = ours is None or not ours.is_live
            if (
                is_strange
                and order.cl_ord_id.startswith(self._own)
                and order.cl_ord_id not in self._moved
            ):
                said = ours.ord_status.value if ours is not None else "not known"
                theirs = f"working, {order.cum_qty} of {order.order_qty}"
                found[f"order:{order.cl_ord_id}"] = (said, theirs, order.instrument)
        if "" in self._moved:
            return found
        for asset, ours_, theirs_ in self._balances(snapshot):
            if abs(ours_ - theirs_) > ROUNDING:
                found[f"balance:{asset}"] = (str(ours_), str(theirs_), None)
        for name, held, said_ in self._holdings(snapshot):
            if held != said_:
                found[f"position:{name}"] = (str(held), str(said_), name)
        return found

    def _balances(self, snapshot: VenueSnapshot) -> list[tuple[Asset, Decimal, Decimal]]:
        ours = self._state.accounts[self._venue.venue].total
        theirs = {balance.asset: balance.total for balance in snapshot.balances}
        known = dict.fromkeys(ours)
        for instrument in self._state.instruments.values():
            if instrument.venue == self._venue.venue:
                known.update(dict.fromkeys((instrument.base, instrument.quote)))
        return [(asset, ours.get(asset, ZERO), theirs.get(asset, ZERO)) for asset in known]

    def _holdings(self, snapshot: VenueSnapshot) -> list[tuple[InstrumentId, int, int]]:
        theirs = {holding.instrument: holding.lots for holding in snapshot.holdings}
        return [
            (name, self._state.position(name), theirs.get(name, 0))
            for name, instrument in self._state.instruments.items()
            if instrument.venue == self._venue.venue and instrument.kind is not Kind.SPOT
        ]
