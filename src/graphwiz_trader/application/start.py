"""Start: which run a live session goes on with, and its engine as the journal left it."""

from collections.abc import Collection, Sequence

from graphwiz_trader.application import new_rules
from graphwiz_trader.application.backtest import EngineMaker
from graphwiz_trader.application.live_run import live_engine
from graphwiz_trader.application.recovery import Recovered, recover
from graphwiz_trader.application.replay import first_entry
from graphwiz_trader.application.rerun import Restore
from graphwiz_trader.application.tally import Tally
from graphwiz_trader.domain.errors import DataError, JournalError, LeaseTaken
from graphwiz_trader.domain.events import (
    Event,
    InstrumentUpdated,
    OperatorAction,
    OperatorOrder,
    RunStarted,
    VenueCost,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.settings_reloaded import SettingsReloaded
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.lease import Leases
from graphwiz_trader.ports.runs import RunFolder, Runs

_GB = 1_000_000_000


@value
class Identity:
    """Who runs: the mode, what order ids begin with, and the seed of all chance."""

    mode: str
    installation: str
    incarnation: int
    seed: int


@value
class Start:
    """
    A run about to go on, or to begin.

    `strategies` are those enabled; `news` what it does not know yet: rules that changed since its
    first entry, and that it may trade again what was halted for such; `notices` what a person
    should know of the choice.
    """

    folder: RunFolder
    started: RunStarted
    engine: Engine
    recovered: Recovered
    tally: Tally
    strategies: tuple[str, ...]
    news: tuple[Event, ...] = ()
    notices: tuple[str, ...] = ()


class Starter:
    """
    Goes on with the newest run of the mode unless it ended with nothing left open.

    A run ends with its summary. One that was killed, or that left something open, is recovered
    from its journal if it was started with the same settings on the same instruments; otherwise
    a new run begins, and the accounts stay closed until what it left is settled. One that another
    process has is left alone.
    """

    def __init__(
        self,
        runs: Runs,
        leases: Leases,
        engines: EngineMaker,
        settings: Settings,
        text: str,
        version: str,
        restore: Restore,
    ) -> None:
        """
        Know where runs are.

        *leases* are those of runs; *text* is *settings* as the journal keeps them, of which
        *restore* makes settings again.
        """
        self._restore = restore
        self._runs = runs
        self._leases = leases
        self._engines = engines
        self._settings = settings
        self._text = text
        self._version = version

    def start(
        self,
        identity: Identity,
        instruments: Sequence[Instrument],
        costs: Sequence[VenueCost],
        now: Nanos,
    ) -> Start:
        """Return the run that *identity* goes on with at *now*."""
        started = RunStarted(
            now,
            RunId(""),
            identity.mode,
            identity.installation,
            identity.incarnation,
            identity.seed,
            self._text,
            self._version,
            (),
            tuple(instruments),
            tuple(costs),
        )
        last = self._unfinished(identity.mode)
        if last is None or not self._is_taken(last, identity):
            return self._new(started, identity, ())
        try:
            return self._resumed(last, started)
        except (DataError, JournalError) as error:
            self.release(last)
            notice = f"{last} did not end and cannot go on: {error}"
            return self._new(started, identity, (notice,))

    def release(self, run: RunId) -> None:
        """Let others go on with *run*."""
        self._leases.release(run)

    def prune(self) -> Sequence[str]:
        """Delete market data beyond what the settings keep; return it in words."""
        kept = self._settings.journal
        return self._runs.prune(float(kept.market_days), int(kept.market_max_gb * _GB))

    def _is_taken(self, run: RunId, identity: Identity) -> bool:
        try:
            self._leases.take(run, f"incarnation {identity.incarnation}")
        except LeaseTaken:
            return False
        return True

    def _unfinished(self, mode: str) -> RunId | None:
        ours = [run for run in self._runs.names() if run.startswith(f"{mode}-")]
        if not ours:
            return None
        summary = self._runs.summary(ours[-1])
        return ours[-1] if not summary or summary.get("remaining") else None

    def _new(self, started: RunStarted, identity: Identity, notices: tuple[str, ...]) -> Start:
        folder = self._runs.create(started.mode)
        self._leases.take(folder.run, f"incarnation {identity.incarnation}")
        begun = evolve(started, run=folder.run)
        engine = live_engine(self._engines, self._settings, begun)
        return Start(folder, begun, engine, Recovered(), Tally(), self._enabled(), (), notices)

    def _resumed(self, run: RunId, started: RunStarted) -> Start:
        reader = self._runs.reader(run)
        first = first_entry(reader)
        settings_then, halted = self._last_decided(first)
        if settings_then != self._text:
            raise DataError("its settings are not those of now")
        known = {instrument.id: instrument for instrument in first.instruments}
        if set(known) != {instrument.id for instrument in started.instruments}:
            raise DataError("it traded other instruments")
        # It began as its first entry says; what was reloaded since is in its journal.
        settings = self._restore(first.settings, ())
        engine, tally = live_engine(self._engines, settings, first), Tally()
        recovered = recover(reader, engine, tally.feed)
        news: list[Event] = [
            InstrumentUpdated(started.ts, instrument)
            for instrument in started.instruments
            if engine.state.instruments[instrument.id] != instrument
        ]
        news += [new_rules.order(started.ts, OperatorAction.RESUME, scope) for scope in halted]
        begun = evolve(
            started,
            ts=max(started.ts, recovered.ts),
            run=run,
            instruments=first.instruments,
            costs=first.costs,
            seed=first.seed,
        )
        notice = f"{run} goes on after {recovered.entries} entries"
        if recovered.torn:
            notice += f"; its tail was torn: {recovered.torn}"
        folder = self._runs.reopen(run)
        return Start(
            folder, begun, engine, recovered, tally, self._enabled(), tuple(news), (notice,)
        )

    def _last_decided(self, first: RunStarted) -> tuple[str, Collection[str]]:
        """Return the settings of the run at its end, and the scopes halted for new rules then."""
        last, halted = first.settings, dict[str, None]()
        for entry in self._runs.decisions(first.run):
            event = entry.event
            if isinstance(event, SettingsReloaded):
                last = event.settings
            elif isinstance(event, OperatorOrder):
                halted.pop(event.scope, None)
                if event.who == new_rules.WHO and event.action is OperatorAction.HALT:
                    halted[event.scope] = None
        return last, halted

    def _enabled(self) -> tuple[str, ...]:
        held = self._settings.hft.strategies
        return tuple(name for name, one in held.items() if one.enabled)
