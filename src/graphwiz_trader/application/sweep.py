"""Sweep: many backtests of one strategy, and how far the best of them is to be believed."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs
import numpy as np

from graphwiz_trader.domain.errors import DataError, DomainError
from graphwiz_trader.domain.resampling import Interval, Statistic, interval
from graphwiz_trader.domain.space import Params
from graphwiz_trader.domain.trial import Trial, Verdict, ranked, score, verdict
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.sampler import Sampler
from graphwiz_trader.ports.trials import TrialLog, Trials
from graphwiz_trader.ports.workers import Workers
from graphwiz_trader.simulation.chance import units

RESAMPLES = 2_000
METRICS = ("sharpe", "net")


@value
class Job:
    """What a worker needs to run one trial: `plan` is everything that all trials share."""

    number: int
    params: Params
    plan: Mapping[str, str]


Work = Callable[[Job], Trial]


@value
class Swept:
    """
    A finished sweep: `trials` best first; intervals are 95 %, of the best trial's returns.

    `ran` counts those that were not already kept from before.
    """

    path: str
    trials: tuple[Trial, ...]
    verdict: Verdict
    intervals: Mapping[str, Interval]
    ran: int


@attrs.define
class Sweep:
    """
    Runs *count* points of *sampler* on *workers*; each is kept as soon as it is done.

    `plan["data"]` names the data: trials on the same data are counted over all sweeps.
    """

    trials: Trials
    sampler: Sampler
    workers: Workers
    work: Work
    plan: Mapping[str, str]
    metric: str
    count: int

    def run(self, progress: Callable[[float], None], resume: str = "") -> Swept:
        """
        Run what *resume*, a sweep that was interrupted, has not kept; without it, all.

        Raises:
            DataError: no trial came to an end, with the first one's reason; or *resume* was
                another sweep.
        """
        log = self._log(resume)
        kept = {trial.number: trial for trial in log.kept()}
        had = len(kept)
        first = 0
        while first < self.count:
            points = self.sampler.ask(min(self.sampler.batch or self.count, self.count - first))
            if not points:
                break
            jobs = [Job(first + n, point, self.plan) for n, point in enumerate(points)]
            _check_same(kept, jobs)
            for trial in self._done([job for job in jobs if job.number not in kept]):
                log.keep(trial)
                kept[trial.number] = trial
                progress(len(kept) / self.count)
            for job in jobs:
                self.sampler.tell(kept[job.number], score(kept[job.number], self.metric))
            first += len(points)
        return self._result(log, tuple(kept[n] for n in range(first)), had)

    def _log(self, resume: str) -> TrialLog:
        return self.trials.reopen(resume, self.plan) if resume else self.trials.create(self.plan)

    def _done(self, jobs: Sequence[Job]) -> Iterator[Trial]:
        return self.workers.each(self.work, jobs) if jobs else iter(())

    def _result(self, log: TrialLog, trials: Sequence[Trial], had: int) -> Swept:
        best = ranked(trials, self.metric)
        if best[0].error:
            raise DataError(f"found no trial that came to its end: {best[0].error}")
        found = verdict(best[0], trials, self.trials.ever(self.plan["data"]))
        return Swept(log.path, best, found, intervals(best[0].returns), len(trials) - had)


def intervals(returns: Sequence[float], seed: int = 1) -> Mapping[str, Interval]:
    """
    Return 95 % stationary-bootstrap intervals of figures of *returns*, empty for too few.

    `mean` and `sharpe` are per period, `drawdown` a fraction of the peak.
    """
    series = np.array(returns, np.float64)
    n = len(series)
    if n < 2:
        return {}
    starts = units(seed, RESAMPLES * n).reshape(RESAMPLES, n)
    places = units(seed + 1, RESAMPLES * n).reshape(RESAMPLES, n)
    found: dict[str, Interval] = {}
    for name, figure in _FIGURES.items():
        try:
            found[name] = interval(series, figure, starts, places)
        except DomainError:  # no resample has it: a series that never moves has no ratio
            continue
    return found


def _check_same(kept: Mapping[int, Trial], jobs: Sequence[Job]) -> None:
    for job in jobs:
        before = kept.get(job.number)
        if before is not None and dict(before.params) != dict(job.params):
            raise DataError(
                f"trial {job.number}: found {dict(before.params)} kept, expected {dict(job.params)}"
                ": it was made by another version; begin a new sweep"
            )


def _mean(dealt: Float64s) -> Float64s:
    return np.asarray(dealt.mean(axis=1), np.float64)


def _sharpe(dealt: Float64s) -> Float64s:
    moves = (dealt != dealt[:, :1]).any(axis=1)
    deviation = np.where(moves, dealt.std(axis=1, ddof=1), np.nan)
    return np.asarray(dealt.mean(axis=1) / deviation, np.float64)


def _drawdown(dealt: Float64s) -> Float64s:
    equity = 1.0 + np.cumsum(dealt, axis=1)
    peaks = np.maximum(np.maximum.accumulate(equity, axis=1), 1.0)
    return np.asarray(((peaks - equity) / peaks).max(axis=1), np.float64)


_FIGURES: Mapping[str, Statistic] = {
    "mean": _mean,
    "sharpe": _sharpe,
    "drawdown": _drawdown,
}
