"""A sweep keeps every trial, goes on where it stopped, and judges its best."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.application.sweep import Job, Sweep, intervals
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.space import Params
from graphwiz_trader.domain.trial import Trial
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.testing.sampler import ScriptedSampler
from graphwiz_trader.testing.trials import MemoryTrials
from graphwiz_trader.testing.workers import InlineWorkers

PLAN = {"data": "d", "seed": "1"}
POINTS: Sequence[Params] = [{"a": str(n)} for n in range(6)]


def earned(job: Job) -> Trial:
    """Earns its parameter, with a little noise of its own."""
    chance, worth = Chance(job.number), int(job.params["a"])
    returns = tuple(worth / 100 + chance.normal() / 10 for _ in range(64))
    return Trial(job.number, job.params, Decimal(worth), 1, 1, returns)


def sweep(
    trials: MemoryTrials,
    work: Callable[[Job], Trial] = earned,
    points: Sequence[Params] = POINTS,
    batch: int | None = None,
) -> tuple[Sweep, ScriptedSampler]:
    sampler = ScriptedSampler(points, batch)
    return Sweep(trials, sampler, InlineWorkers(), work, PLAN, "net", len(points)), sampler


def nothing(_: float) -> None:
    pass


def test_the_best_is_first_and_every_trial_is_kept() -> None:
    trials = MemoryTrials()

    swept = sweep(trials)[0].run(nothing)

    assert [trial.net for trial in swept.trials] == [5, 4, 3, 2, 1, 0]
    assert len(trials.sweeps["sweep-0001"].kept()) == 6
    assert swept.ran == 6
    assert swept.verdict.trials_ever == 6
    assert set(swept.intervals) == {"mean", "sharpe", "drawdown"}


@pytest.mark.parametrize("batch", [None, 1, 4])
def test_the_sampler_is_told_in_the_order_of_the_numbers(batch: int | None) -> None:
    """However the workers finish: so that a search means the same on any machine."""
    made, sampler = sweep(MemoryTrials(), batch=batch)

    made.run(nothing)

    assert [trial.number for trial, _ in sampler.told] == [0, 1, 2, 3, 4, 5]
    assert [score for _, score in sampler.told] == [0, 1, 2, 3, 4, 5]


def test_an_interrupted_sweep_goes_on_with_what_is_missing() -> None:
    trials = MemoryTrials()
    ran: list[int] = []

    def interrupted(job: Job) -> Trial:
        if job.number == 2:
            raise KeyboardInterrupt
        return earned(job)

    def counted(job: Job) -> Trial:
        ran.append(job.number)
        return earned(job)

    with pytest.raises(KeyboardInterrupt):
        sweep(trials, interrupted)[0].run(nothing)
    swept = sweep(trials, counted)[0].run(nothing, "sweep-0001")

    assert ran == [2, 1, 0]
    assert swept.ran == 3
    assert swept.trials == sweep(MemoryTrials())[0].run(nothing).trials


def test_kept_trials_of_other_points_are_refused() -> None:
    trials = MemoryTrials()
    sweep(trials)[0].run(nothing)

    with pytest.raises(DataError, match="begin a new sweep"):
        sweep(trials, points=[{"a": "9"}])[0].run(nothing, "sweep-0001")


def test_trials_that_fail_are_told_of_and_do_not_stop_the_others() -> None:
    def half(job: Job) -> Trial:
        return Trial(job.number, job.params, error="bad") if job.number % 2 else earned(job)

    made, sampler = sweep(MemoryTrials(), half)
    swept = made.run(nothing)

    assert [trial.error for trial in swept.trials] == ["", "", "", "bad", "bad", "bad"]
    assert [score for _, score in sampler.told][1] == float("-inf")


def test_a_sweep_without_any_result_says_why() -> None:
    def failing(job: Job) -> Trial:
        return Trial(job.number, job.params, error=f"no such key {job.number}")

    with pytest.raises(DataError, match="no such key 0"):
        sweep(MemoryTrials(), failing)[0].run(nothing)


def test_progress_is_told_with_every_trial() -> None:
    shares: list[float] = []

    sweep(MemoryTrials())[0].run(shares.append)

    assert shares == [pytest.approx(n / 6) for n in range(1, 7)]


def test_a_sampler_that_has_no_more_ends_the_sweep() -> None:
    made, _ = sweep(MemoryTrials())
    made.count = 99

    assert len(made.run(nothing).trials) == 6


def test_returns_that_never_move_have_no_ratio() -> None:
    assert set(intervals((0.0,) * 40)) == {"mean", "drawdown"}
    assert intervals((0.1,)) == {}
