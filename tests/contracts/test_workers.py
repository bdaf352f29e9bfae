"""Workers of every kind keep their promises."""

import os

import pytest

from graphwiz_trader.adapters.local.workers import LocalWorkers
from graphwiz_trader.ports.workers import Workers
from graphwiz_trader.testing.workers import InlineWorkers
from tests.contracts.workers import WorkersContract, where


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
