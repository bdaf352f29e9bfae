"""Watch: looks at the machine and every engine of a home, and says what is wrong with them."""

import asyncio
from collections.abc import Callable, Mapping

from graphwiz_trader.application.engine_report import report_of
from graphwiz_trader.domain.alerting import Alert, Alerting
from graphwiz_trader.domain.control import Request
from graphwiz_trader.domain.errors import DataError, NotRunning
from graphwiz_trader.domain.health import (
    EngineSample,
    Holder,
    Life,
    Limits,
    Process,
    Report,
    Sample,
    Symptom,
    symptoms,
)
from graphwiz_trader.domain.units import SECOND, Nanos, RunId
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.control import ControlCaller
from graphwiz_trader.ports.probe import Probe
from graphwiz_trader.ports.runs import Runs

TURN = SECOND
"""How often it is looked whether the engines live; the rest is sampled less often."""

GRACE = Nanos(60 * SECOND)
"""How long an engine may be silent after it took its run: it recovers and warms up."""

_ASK_S = 1.0


@value
class Eyes:
    """What a watch sees with; *behind* tells how far the graph is behind a run, in seconds."""

    probe: Probe
    holders: Callable[[], tuple[Holder, ...]]
    caller: ControlCaller
    runs: Runs
    behind: Callable[[RunId, Nanos], float]


class Watch:
    """
    Samples every *period*, and looks each second whether the engines live.

    What is wrong goes through *alerting* to *tell*; every sample goes to *measured*.
    """

    def __init__(
        self,
        eyes: Eyes,
        clock: Clock,
        limits: Limits,
        alerting: Alerting,
        tell: Callable[[Alert], None],
        measured: Callable[[Sample], None],
    ) -> None:
        self._eyes = eyes
        self._clock = clock
        self._limits = limits
        self._alerting = alerting
        self._tell = tell
        self._measured = measured
        self._period = Nanos(int(limits.machine.sample_s * SECOND))
        self._lives: dict[RunId, Holder] = {}
        self._reports: dict[RunId, Report | None] = {}
        self._messages: dict[RunId, float] = {}
        self._sample: Sample | None = None
        self._due = Nanos(0)

    async def run(self) -> None:
        """Watch until canceled."""
        while True:
            await self.turn()
            await self._clock.sleep_until(Nanos(self._clock.now() + TURN))

    async def turn(self) -> None:
        """Look once."""
        sample = await asyncio.to_thread(self._look, self._clock.now())
        for alert in self._alerting.take(sample.ts, symptoms(sample, self._limits)):
            self._tell(alert)

    def note(self, symptom: Symptom) -> None:
        """Take in a moment that somebody else noticed."""
        for alert in self._alerting.note(self._clock.now(), symptom):
            self._tell(alert)

    def _look(self, now: Nanos) -> Sample:
        is_due = self._sample is None or now >= self._due
        engines = tuple(self._engines(now, is_due=is_due))
        if self._sample is not None and not is_due:
            return Sample(now, self._sample.machine, engines)
        self._sample = Sample(now, self._eyes.probe.machine(), engines)
        self._due = Nanos(now + self._period)
        self._measured(self._sample)
        return self._sample

    def _engines(self, now: Nanos, *, is_due: bool) -> list[EngineSample]:
        latest = _latest(self._eyes.runs.names())
        holders = {one.run: one for one in self._eyes.holders() if one.run in latest}
        found = [self._engine(one, now, is_due=is_due) for one in holders.values()]
        self._lives |= {one.run: holders[one.run] for one in found if one.process is not None}
        for run, holder in list(self._lives.items()):
            if run in holders:
                continue
            life = self._ended(run) if run in latest else None
            if life is None:
                del self._lives[run]
            else:
                found.append(EngineSample(run, holder.pid, life))
        return found

    def _engine(self, holder: Holder, now: Nanos, *, is_due: bool) -> EngineSample:
        run, pid = holder.run, holder.pid
        process = self._process(holder, is_due=is_due)
        if process is None:
            return EngineSample(run, pid, Life.DEAD)
        if is_due:
            self._reports[run] = self._ask(run)
        report = self._reports.get(run)
        if report is None:
            life = Life.UP if now - holder.since < GRACE else Life.SILENT
            return EngineSample(run, pid, life, process)
        lag = self._lag(run, report, now) if is_due else self._last_lag(run)
        return EngineSample(run, pid, Life.UP, process, report, lag)

    def _process(self, holder: Holder, *, is_due: bool) -> Process | None:
        """Measure it; between samples, keep its figures, whose shares want a longer time."""
        found = self._eyes.probe.process(holder.pid, holder.since)
        if found is None or is_due or self._sample is None:
            return found
        known = {one.run: one.process for one in self._sample.engines}
        return known.get(holder.run) or found

    def _ask(self, run: RunId) -> Report | None:
        try:
            answer = self._eyes.caller.ask(run, Request("status", {}), _ASK_S)
        except NotRunning:
            return None
        told = answer.result.get("status")
        return report_of(told) if isinstance(told, Mapping) else None

    def _lag(self, run: RunId, report: Report, now: Nanos) -> float:
        """Return how far the graph is behind a run that took messages since the last sample."""
        before, messages = self._messages.get(run), report.count("messages")
        self._messages[run] = messages
        return self._eyes.behind(run, now) if before is not None and messages > before else 0.0

    def _last_lag(self, run: RunId) -> float:
        engines = self._sample.engines if self._sample is not None else ()
        return next((one.graph_lag_s for one in engines if one.run == run), 0.0)

    def _ended(self, run: RunId) -> Life | None:
        """Return how a run that nobody has any more ended, None if it ended well."""
        try:
            summary = self._eyes.runs.summary(run)
        except DataError:
            return Life.FAILED
        if not summary:
            return Life.FAILED
        return Life.LEFT_OPEN if summary.get("remaining") else None


def _latest(names: tuple[RunId, ...]) -> frozenset[RunId]:
    """Return the newest run of each kind: older ones are never gone on with."""
    kinds = {name.rpartition("-")[0]: name for name in sorted(names)}
    return frozenset(kinds.values())
