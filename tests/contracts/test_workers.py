"""Workers of every kind keep their promises."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.trials import FileTrials
from graphwiz_trader.adapters.local.workers import LocalWorkers
from graphwiz_trader.application.grid_sampler import GridSampler
from graphwiz_trader.application.sweep import Job, Sweep
from graphwiz_trader.domain.space import axis
from graphwiz_trader.domain.trial import Trial
from graphwiz_trader.ports.workers import Workers
from graphwiz_trader.testing.workers import InlineWorkers
from tests.contracts.workers import WorkersContract, where


def worth(job: Job) -> Trial:
    return Trial(job.number, job.params, Decimal(job.params["a"]))


class TestInlineWorkers(WorkersContract):
    @pytest.fixture
    def workers(self) -> Workers:
        return InlineWorkers()


class TestLocalWorkers(WorkersContract):
    @pytest.fixture
    def workers(self) -> Workers:
        return LocalWorkers(2)

    def test_jobs_run_in_other_processes(self) -> None:
        processes = {process for _, process in LocalWorkers(2).each(where, [1, 2, 3])}

        assert processes
        assert os.getpid() not in processes

    def test_by_default_there_is_one_a_core(self) -> None:
        assert LocalWorkers().count == len(os.sched_getaffinity(0))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Workers]:
    """A Ray cluster of this machine."""
    import ray

    from graphwiz_trader.adapters.ray.workers import RayWorkers

    yield RayWorkers("local", 2)
    ray.shutdown()


@pytest.mark.contract
class TestRayWorkers(WorkersContract):
    @pytest.fixture
    def workers(self, cluster: Workers) -> Workers:
        return cluster

    def test_jobs_run_in_other_processes(self, cluster: Workers) -> None:
        assert os.getpid() not in {process for _, process in cluster.each(where, [1, 2, 3])}

    def test_a_sweep_on_a_cluster_finds_what_a_sweep_here_finds(
        self, cluster: Workers, tmp_path: Path
    ) -> None:
        """Trials are pickled, sent, run and sent back."""
        here, there = (
            Sweep(
                FileTrials(tmp_path / name),
                GridSampler([axis("a=1,2,3")]),
                crew,
                worth,
                {"data": "d"},
                "net",
                3,
            ).run(lambda _: None)
            for name, crew in (("here", InlineWorkers()), ("there", cluster))
        )

        assert there.trials == here.trials
