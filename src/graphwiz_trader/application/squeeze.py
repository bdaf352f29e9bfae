"""Squeeze: closed market data of live runs made smaller, now and then, beside the engine."""

import asyncio
from collections.abc import Callable

from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.runs import Runs

EVERY = Nanos(60 * SECOND)


class Squeeze:
    """Packs what *runs* have closed; *say* tells a person."""

    def __init__(self, runs: Runs, clock: Clock, say: Callable[[str], None]) -> None:
        self._runs = runs
        self._clock = clock
        self._say = say

    async def run(self) -> None:
        """Look each minute, until canceled; what fails is told, and tried again."""
        while True:
            try:
                await self._round()
            except OSError as error:
                self._say(f"market data stays as large as it is: {error}")
            await self._clock.sleep_until(Nanos(self._clock.now() + EVERY))

    async def _round(self) -> None:
        packed = self._runs.squeeze()
        while (told := await asyncio.to_thread(next, packed, None)) is not None:
            self._say(told)
