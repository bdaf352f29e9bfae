"""Live: a run on live feeds, from its first question to the proof that nothing is left open."""

import asyncio
from collections.abc import Callable, Mapping

from graphwiz_trader.application import state_view
from graphwiz_trader.application.listen import subscribe
from graphwiz_trader.application.order_lines import fill_lines, order_lines
from graphwiz_trader.application.places import Places, Tell
from graphwiz_trader.application.reload import Reload
from graphwiz_trader.application.session import Seek, Session
from graphwiz_trader.application.start import Identity, Starter
from graphwiz_trader.application.trade import Stopped
from graphwiz_trader.application.vitals import Gauges
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.control import ControlDoor
from graphwiz_trader.ports.lease import Leases
from graphwiz_trader.ports.runs import RunFolder, Runs


@value
class Ended:
    """How a live run ended: its folder, what remains open, and its summary as kept there."""

    folder: RunFolder
    stopped: Stopped
    summary: Mapping[str, object]


class Live:
    """Runs the configured strategies on live feeds until it is told to stop."""

    def __init__(
        self,
        starter: Starter,
        runs: Runs,
        places: Places,
        clock: Clock,
        leases: Leases,
        door: Callable[[RunId], ControlDoor],
        warm: Callable[[RunStarted], None],
        lag_limit: Nanos,
        gauges: Gauges,
        tell: Tell,
    ) -> None:
        """
        Know whom to ask.

        *leases* are those of accounts; *door* opens the way for people's orders to a run; *warm*
        gets the process ready for a run that begins so; above *lag_limit* a person is told of
        the event loop's lag; *gauges* measure the process.
        """
        self._starter = starter
        self._runs = runs
        self._places = places
        self._clock = clock
        self._leases = leases
        self._door = door
        self._warm = warm
        self._lag_limit = lag_limit
        self._gauges = gauges
        self._tell = tell

    async def run(
        self,
        identity: Identity,
        stop: asyncio.Event,
        seek: Seek | None = None,
        reload: Reload | None = None,
    ) -> Ended:
        """
        Trade until *stop* is set, or somebody orders it; *seek* finds routes meanwhile.

        *reload* takes over what was written since the start, when somebody asks for it.

        Raises:
            LeaseTaken: another process trades an account of ours; it is named.
            ConfigError: a venue does not trade a symbol that is wanted.
            PortError: a venue cannot be asked, or stayed away longer than its budget.
            JournalError: a step could not be journaled; nothing was sent since.
        """
        taken: list[str] = []
        try:
            for name in self._places.leases:
                self._leases.take(name, f"{identity.mode} of installation {identity.installation}")
                taken.append(name)
            return await self._ran(identity, stop, seek, reload)
        finally:
            for name in taken:
                self._leases.release(name)

    async def _ran(
        self,
        identity: Identity,
        stop: asyncio.Event,
        seek: Seek | None,
        reload: Reload | None,
    ) -> Ended:
        places = self._places
        instruments = await subscribe(places.sources, self._clock)
        costs = places.costs(instruments)
        start = self._starter.start(identity, instruments, costs, self._clock.now())
        try:
            for notice in start.notices:
                self._tell.say(notice)
            self._warm(start.started)
            journal = start.folder.journal()
            try:
                session = Session(
                    start,
                    places,
                    self._clock,
                    journal,
                    self._starter.prune,
                    self._lag_limit,
                    self._tell,
                    seek,
                    self._gauges,
                    reload,
                )
                stopped = await session.run(self._door(start.folder.run), stop)
            finally:
                journal.close()
            return self._finish(session, stopped)
        finally:
            self._starter.release(start.folder.run)

    def _finish(self, session: Session, stopped: Stopped) -> Ended:
        folder, first = session.start.folder, session.start.started
        kept = self._runs.decisions
        for line in order_lines(kept(folder.run), first.instruments):
            folder.add_order(line)
        for line in fill_lines(kept(folder.run), first.instruments):
            folder.add_fill(line)
        left = [{"venue": venue, "cl_ord_id": name} for venue, name in stopped.remaining]
        summary = {
            **session.about(),
            **state_view.open_ends(session.trade.engine.state),
            "reason": stopped.reason,
            "remaining": left,
            "latency_us": session.trade.latencies.us(),
        }
        folder.finish(summary)
        return Ended(folder, stopped, summary)
