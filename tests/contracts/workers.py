"""What all workers promise."""

import math
import os

import pytest

from graphwiz_trader.ports.workers import Workers


def fail(number: int) -> int:
    if number == 2:
        raise ArithmeticError("job 2")
    return number


def where(number: int) -> tuple[int, int]:
    return number, os.getpid()


class WorkersContract:
    """Promises of ports/workers.py."""

    def test_every_job_is_done_once(self, workers: Workers) -> None:
        assert sorted(workers.each(math.isqrt, [81, 4, 36, 9, 1])) == [1, 2, 3, 6, 9]

    def test_nothing_to_do_is_done(self, workers: Workers) -> None:
        assert list(workers.each(math.isqrt, [])) == []

    def test_what_a_job_raises_comes_out(self, workers: Workers) -> None:
        with pytest.raises(ArithmeticError, match="job 2"):
            list(workers.each(fail, [1, 2, 3]))

    def test_one_may_stop_in_the_middle(self, workers: Workers) -> None:
        done = workers.each(math.isqrt, [4, 4, 4, 4])

        assert next(done) == 2
        getattr(done, "close")()  # noqa: B009 # what a `for` that breaks does
        assert list(workers.each(math.isqrt, [9])) == [3]

    def test_it_says_how_many_run_at_a_time(self, workers: Workers) -> None:
        assert workers.count >= 1
