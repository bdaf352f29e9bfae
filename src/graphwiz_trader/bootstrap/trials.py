"""Trials: one backtest of a search, as a worker in any process runs it."""

import os
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.application.sweep import Job
from graphwiz_trader.bootstrap.changed_tapes import ChangedTapes
from graphwiz_trader.bootstrap.container import backtest_app
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.equity import EquityPoint
from graphwiz_trader.domain.errors import TraderError
from graphwiz_trader.domain.tape_window import window
from graphwiz_trader.domain.trial import Trial
from graphwiz_trader.domain.units import Nanos, Venue

MOST_PERIODS = 512
"""Returns kept of one trial: equity is thinned to at most so many periods."""


def run_trial(job: Job) -> Trial:
    """
    Return what came of *job*; what is wrong with its point is its error, not the sweep's.

    The plan's keys: `settings` (as journals keep them), `tapes` and `offsets` (one a line),
    `seed`, and `from`, `until` where only a stretch is run.
    """
    assignments = [f"{key}={value}" for key, value in job.params.items()]
    try:
        return _run(job, assignments)
    except TraderError as error:
        return Trial(job.number, job.params, error=f"{type(error).__name__}: {error}")


def _run(job: Job, assignments: Sequence[str]) -> Trial:
    plan = job.plan
    settings = restored(plan["settings"], [*assignments, "backtest.bounds=false"]).settings
    shifts = dict(line.split("=") for line in plan["offsets"].splitlines())
    offsets = {Venue(venue): Decimal(seconds) for venue, seconds in shifts.items()}
    with TemporaryDirectory(prefix="graphwiz-trial-", dir=_scratch()) as folder:
        app = backtest_app(settings, Path(folder))
        if "from" in plan:
            span = Nanos(int(plan["from"])), Nanos(int(plan["until"]))
            stretch = ChangedTapes(FileTapes(), lambda tape: window(tape, *span))
            app.gateways.tapes.override(stretch)
        ran = app.backtest().run(plan["tapes"].splitlines(), offsets, int(plan["seed"]), _nothing)
        ran.folder.finish({})
    done = ran.simulated
    report = done.report
    start = report.start_equity
    return Trial(
        job.number,
        job.params,
        report.pnl.net,
        done.orders,
        done.fills,
        () if not start else returns_of(report.equity, start),
    )


def returns_of(points: Sequence[EquityPoint], start: Decimal) -> tuple[float, ...]:
    """Return what each of at most `MOST_PERIODS` equal periods earned, as a part of *start*."""
    thin = -(-max(len(points) - 1, 1) // MOST_PERIODS)
    profits = [point.profit for point in points[::thin]]
    return tuple(float((after - before) / start) for before, after in pairwise(profits))


def _scratch() -> str | None:
    """Return a folder in memory where there is one: a trial's journal is read by nobody."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 # a private folder in it


def _nothing(_: float) -> None:
    """Show nothing: the sweep shows its own progress."""
