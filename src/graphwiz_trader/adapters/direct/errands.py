"""Errands: work of a venue that nobody waits for, and what becomes of its failures."""

import asyncio
from collections.abc import Callable, Coroutine


class Errands:
    """Runs tasks to their end; what one raises is handed to *fail*."""

    def __init__(self, fail: Callable[[BaseException], None]) -> None:
        self._fail = fail
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Run *work* beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def soon(self, work: Callable[[], None]) -> None:
        """Do *work* right after whoever asks for it is done."""
        asyncio.get_running_loop().call_soon(self._guarded, work)

    async def end(self) -> None:
        """Cancel what is left, and return when nothing is."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 # comes out of `run`, as promised
            self._fail(error)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._fail(error)
