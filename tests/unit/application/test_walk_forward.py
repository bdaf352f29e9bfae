"""A walk chooses on one stretch and proves on the next, and never the other way round."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from graphwiz_trader.application.sweep import Job, Sweep
from graphwiz_trader.application.walk_forward import Walked, WalkForward
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.trial import Trial
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.testing.sampler import ScriptedSampler
from graphwiz_trader.testing.trials import MemoryTrials
from graphwiz_trader.testing.workers import InlineWorkers

PLAN = {"data": "d", "seed": "1"}


def moody(job: Job) -> Trial:
    """A market whose best parameter is the place of the stretch it is asked about."""
    place = int(job.plan["from"]) // 100
    worth = 10 - abs(int(job.params["a"]) - place)
    returns = tuple((worth + (-1) ** n) / 1000 for n in range(40))
    return Trial(job.number, job.params, Decimal(worth), 1, 1, returns)


def walked(folds: int = 4, *, anchored: bool = False) -> Walked:
    trials = MemoryTrials()

    def sweeps(plan: Mapping[str, str]) -> Sweep:
        points = [{"a": str(n)} for n in range(6)]
        return Sweep(trials, ScriptedSampler(points), InlineWorkers(), moody, plan, "net", 6)

    walk = WalkForward(sweeps, moody, PLAN)
    return walk.run((Nanos(0), Nanos(500)), folds, Nanos(10), lambda _: None, anchored=anchored)


def test_what_was_best_before_is_proven_after() -> None:
    found = walked()

    assert [step.chosen.params["a"] for step in found.steps] == ["0", "1", "2", "3"]
    assert [step.proven.net for step in found.steps] == [9, 9, 9, 9]
    assert [step.test for step in found.steps] == [(100, 200), (200, 300), (300, 400), (400, 500)]
    assert found.net == 36


def test_an_embargo_is_left_out_before_each_test() -> None:
    assert [step.train for step in walked().steps][:2] == [(0, 90), (100, 190)]


def test_folds_shorter_than_the_embargo_are_refused_in_seconds() -> None:
    walk = WalkForward(lambda plan: pytest.fail(f"searched in {plan}"), moody, PLAN)

    with pytest.raises(DomainError, match=r"2 folds of 20 s with an embargo of 60 s"):
        walk.run((Nanos(0), Nanos(60 * SECOND)), 2, Nanos(60 * SECOND), lambda _: None)


def test_an_anchored_walk_learns_from_the_beginning() -> None:
    assert [step.train[0] for step in walked(anchored=True).steps] == [0, 0, 0, 0]


def test_figures_are_those_out_of_sample() -> None:
    found = walked()

    assert found.sharpe is not None
    assert found.efficiency == pytest.approx(0.9, abs=0.02)
    assert found.intervals["mean"].low < 0.009 < found.intervals["mean"].high
