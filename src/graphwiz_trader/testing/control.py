"""Fake control: a person and an engine in one process."""

import asyncio

from graphwiz_trader.domain.control import Answer, Misunderstood, Request
from graphwiz_trader.domain.errors import NotRunning, TraderError
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.ports.control import Answering

WHO = "ann"


class MemoryControl:
    """A `ControlDoor` for *run* and the `ControlCaller` that finds it."""

    def __init__(self, run: RunId) -> None:
        self._run = run
        self._answering: Answering | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, answering: Answering) -> None:
        """Answer until canceled."""
        self._answering, self._loop = answering, asyncio.get_running_loop()
        try:
            await self._loop.create_future()
        finally:
            self._answering = None

    def runs(self) -> tuple[RunId, ...]:
        """Return the run while it is served."""
        return (self._run,) if self._answering is not None else ()

    def ask(self, run: RunId, request: Request, timeout_s: float) -> Answer:
        """Ask from another thread than the engine's."""
        if run not in self.runs() or self._loop is None:
            raise NotRunning(f"the engine of {run} does not answer")
        asked = asyncio.run_coroutine_threadsafe(self._answered(request), self._loop)
        try:
            return asked.result(timeout_s)
        except TimeoutError as error:
            raise NotRunning(f"the engine of {run} does not answer") from error

    async def _answered(self, request: Request) -> Answer:
        if self._answering is None:
            raise NotRunning(f"the engine of {self._run} does not answer")
        try:
            return await self._answering(request, WHO)
        except TraderError as error:
            code = "misunderstood" if isinstance(error, Misunderstood) else "refused"
            return Answer({}, code, str(error))
