"""RayWorkers: the processes of a Ray cluster, of this machine or of many."""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import ray

from graphwiz_trader.domain.errors import ConfigError, Problem

Job = TypeVar("Job")
Done = TypeVar("Done")


class RayWorkers:
    """
    One job a core of the cluster at *address*; `local` starts one of *count* cores here.

    Every machine of the cluster needs this package, and the tapes at the same paths.
    """

    def __init__(self, address: str, count: int | None = None) -> None:
        if not ray.is_initialized():
            _join(address, count)
        cores: float = ray.cluster_resources().get("CPU", 1)  # type: ignore[no-untyped-call] # Ray's
        self.count = count or max(1, int(cores))

    def each(self, work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """Run *jobs*, never more at a time than there are workers; those left are canceled."""
        # Ray's stubs know no function of two type variables.
        remote = ray.remote(max_retries=0)(_call)  # type: ignore[var-annotated]
        waiting = iter(jobs)
        running: dict[ray.ObjectRef[Done], None] = {}
        try:
            while True:
                while len(running) < self.count and (job := next(waiting, None)) is not None:
                    running[remote.remote(work, job)] = None
                if not running:
                    return
                (done,), _ = ray.wait(list(running), num_returns=1)
                del running[done]
                yield _result(done)
        finally:
            for task in running:
                ray.cancel(task, force=True)


def _join(address: str, count: int | None) -> None:
    join = partial(ray.init, log_to_driver=False, logging_level=logging.ERROR)
    if address == "local":
        join(num_cpus=count, include_dashboard=False, _node_ip_address="127.0.0.1")
        return
    try:
        join(address)
    except (ConnectionError, OSError) as error:
        problem = Problem("--ray", address, "`local`, `auto` or the address of a Ray cluster")
        raise ConfigError([problem]) from error


def _call(work: Callable[[Job], Done], job: Job) -> Done:
    """Do *work*: Ray takes functions written in Python only, and this is one."""
    return work(job)


def _result(done: "ray.ObjectRef[Done]") -> Done:
    """Return what a job gave; raise what it raised, not Ray's wrapping of it."""
    try:
        result: Done = ray.get(done)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    return result
