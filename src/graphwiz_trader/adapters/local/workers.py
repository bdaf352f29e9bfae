"""LocalWorkers: processes of this machine."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


class LocalWorkers:
    """
    As many processes as asked for, or as there are cores.

    They are started anew rather than forked, so that no thread's lock is copied in its middle;
    an interrupt from the keyboard reaches this process alone, which ends them.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or len(os.sched_getaffinity(0))

    def each(self, work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """Run *jobs*, as many at a time as there are workers."""
        if self.count == 1 or len(jobs) <= 1:
            yield from map(work, jobs)
            return
        pool = ProcessPoolExecutor(
            min(self.count, len(jobs)), get_context("spawn"), initializer=_undisturbed
        )
        try:
            for future in as_completed([pool.submit(work, job) for job in jobs]):
                yield future.result()
        finally:
            _end(pool)


def _undisturbed() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(pool: ProcessPoolExecutor) -> None:
    """Stop what runs: its result would be thrown away."""
    workers = list((pool._processes or {}).values())  # noqa: SLF001 # 3.14 has terminate_workers
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join()
