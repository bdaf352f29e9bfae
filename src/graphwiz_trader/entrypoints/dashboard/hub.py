"""Hub: the runs of a home, followed for as long as somebody looks."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from graphwiz_trader.application import replica_view
from graphwiz_trader.application.replica import STRIDE, Replica
from graphwiz_trader.application.replica_view import LADDER, Section, View
from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.control import Request
from graphwiz_trader.domain.errors import NotRunning, TraderError
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos, RunId
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.control import ControlCaller
from graphwiz_trader.ports.runs import Runs

TURN = 100 * MILLISECOND
"""How often a page is told what changed."""

KEPT = 4
"""Runs whose engines are kept when nobody looks at them, those looked at last."""

_ORDERS = 200 * MILLISECOND
_SUMS = SECOND
_STATUS = SECOND
_LISTING = 2 * SECOND
_RETRY = 5 * SECOND
_PATIENCE = 250 * MILLISECOND
_ASK_S = 1.0
_ALERTS = 100
_TOLD = ("latency_us", "loop_lag_ms", "clock_offset_ms", "audit", "running_s")

Observed = Callable[[int], Sequence[Alert]]
"""Returns at most so many alerts that the observer told of, oldest first."""

Begin = Callable[[RunId], Replica]
"""Returns a replica that has read nothing yet; raises `DataError` where there is no journal."""


class Followed:
    """One run: its replica, and what a page sees of it."""

    def __init__(self, run: RunId, begin: Begin, caller: ControlCaller, clock: Clock) -> None:
        """Read nothing yet; *caller* asks the run's engine how it is."""
        self.run = run
        self.watchers = 0
        self.ladders: Counter[InstrumentId] = Counter()
        """How many want to see each ladder."""
        self.view: View = {}
        """What there is to see; it is replaced, never changed."""
        self._begin = begin
        self._caller = caller
        self._clock = clock
        self._replica: Replica | None = None
        self._due: dict[str, Nanos] = {}

    async def turn(self) -> None:
        """Read what is new in the journal, and show it."""
        if self._clock.now() < self._due.get("retry", Nanos(0)):
            return
        shown = await asyncio.to_thread(self._turn, tuple(self.ladders))
        kept = {name: rows for name, rows in self.view.items() if not name.startswith(LADDER)}
        self.view = {**kept, **shown}

    async def ask(self) -> None:
        """Ask the engine itself for what is in no journal."""
        told = await asyncio.to_thread(self._status)
        self.view = {**self.view, "engine": told}

    def _turn(self, ladders: tuple[InstrumentId, ...]) -> View:
        try:
            if self._replica is None:
                self._replica = self._begin(self.run)
            behind = self._read(self._replica)
        except TraderError as error:
            # It is read anew, later: a run that has just begun may not have a journal yet.
            self._replica = None
            self._due = {"retry": Nanos(self._clock.now() + _RETRY)}
            return {"trouble": {"text": str(error)}}
        reading: Section = {"seq": self._replica.seq, "behind": behind}
        return {**self._shown(self._replica, ladders), "reading": reading, "trouble": {}}

    def _read(self, replica: Replica) -> bool:
        """Read on for a while; return whether there is more."""
        until = self._clock.now() + _PATIENCE
        while replica.read() == STRIDE:
            if self._clock.now() >= until:
                return True
        return False

    def _shown(self, replica: Replica, ladders: tuple[InstrumentId, ...]) -> View:
        state = replica.state
        if state is None:
            return {}
        view = replica_view.quick(replica, state, ladders)
        if self._is_due("orders", _ORDERS):
            view |= replica_view.orders(replica, state)
        if self._is_due("sums", _SUMS):
            view |= replica_view.sums(replica, state)
        return view

    def _is_due(self, part: str, every: int) -> bool:
        now = self._clock.now()
        if now < self._due.get(part, Nanos(0)):
            return False
        self._due[part] = Nanos(now + every)
        return True

    def _status(self) -> Section:
        try:
            answer = self._caller.ask(self.run, Request("status", {}), _ASK_S)
        except NotRunning:
            return {"up": False}
        told = answer.result.get("status")
        known = told if isinstance(told, dict) else {}
        return {"up": True, **{name: known[name] for name in _TOLD if name in known}}


class Hub:
    """Knows which runs there are, and follows those somebody watches."""

    def __init__(
        self,
        runs: Runs,
        begin: Begin,
        observed: Observed,
        caller: ControlCaller,
        clock: Clock,
    ) -> None:
        """Know nothing yet; *begin* makes replicas."""
        self.listing: Section = {}
        """Every run: whether its engine answers, and whether it has ended."""
        self.observed: Section = {}
        """What the observer alerted of: when, how urgent, in words, of what, why it is told."""
        self._runs = runs
        self._begin = begin
        self._alerts = observed
        self._caller = caller
        self._clock = clock
        self._followed: dict[RunId, Followed] = {}
        self._ended: dict[RunId, bool] = {}
        self._turned = asyncio.Event()

    @property
    def latest(self) -> RunId | None:
        """The run whose engine answers and began last; else the last of all."""
        live = [run for run, row in self.listing.items() if isinstance(row, dict) and row["live"]]
        names = live or list(self.listing)
        return RunId(names[-1]) if names else None

    async def run(self) -> None:
        """Follow until canceled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(_LISTING, self._list))
            group.create_task(self._every(_STATUS, self._hear))
            group.create_task(self._every(TURN, self._turn))
            group.create_task(self._every(_STATUS, self._ask))

    async def turned(self) -> None:
        """Return once all that is watched has had its next turn."""
        await self._turned.wait()

    def watch(self, run: RunId) -> Followed:
        """Return *run*, followed until it is let go; unknown ones are none of ours."""
        if run not in self.listing:
            raise KeyError(run)
        followed = self._followed.pop(run, None)
        if followed is None:
            followed = Followed(run, self._begin, self._caller, self._clock)
        self._followed[run] = followed
        followed.watchers += 1
        idle = [one for one in self._followed.values() if not one.watchers]
        for one in idle[: max(0, len(self._followed) - KEPT)]:
            del self._followed[one.run]
        return followed

    async def _every(self, span: int, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            due = Nanos(self._clock.now() + span)
            await act()
            await self._clock.sleep_until(due)

    @property
    def _watched(self) -> tuple[Followed, ...]:
        return tuple(one for one in self._followed.values() if one.watchers)

    async def _turn(self) -> None:
        for followed in self._watched:
            await followed.turn()
        self._turned.set()
        self._turned = asyncio.Event()

    async def _ask(self) -> None:
        for followed in self._watched:
            await followed.ask()

    async def _hear(self) -> None:
        told = await asyncio.to_thread(self._alerts, _ALERTS)
        # What is noted came from an engine, whose journal tells it.
        self.observed = {
            f"{alert.ts} {alert.code} {alert.subject}": _alert(alert)
            for alert in told
            if alert.news is not News.NOTED
        }

    async def _list(self) -> None:
        self.listing = await asyncio.to_thread(self._listed)

    def _listed(self) -> Section:
        live = self._caller.runs()
        return {run: self._row(run, live) for run in self._runs.names()}

    def _row(self, run: RunId, live: tuple[RunId, ...]) -> Plain:
        is_live = run in live
        if is_live or not self._ended.get(run):
            self._ended[run] = not is_live and bool(self._summary(run))
        return {"live": is_live, "ended": self._ended[run]}

    def _summary(self, run: RunId) -> Mapping[str, object]:
        try:
            return self._runs.summary(run)
        except TraderError:
            return {}


def _alert(alert: Alert) -> Plain:
    text = f"{alert.code}: {alert.text}"
    return [alert.ts / MILLISECOND, alert.severity.value, text, alert.subject, alert.news.value]
