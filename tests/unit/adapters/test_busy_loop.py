"""A loop that never sleeps, while it is told not to."""

import asyncio

from graphwiz_trader.adapters.busy_loop import busy_loop


class Selector:
    """Counts how often a loop was ready to wait, and how often it did not have to."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.waited: list[float | None] = []
        self._select = loop._selector.select  # type: ignore[attr-defined] # asyncio shows no other way
        loop._selector.select = self.select  # type: ignore[attr-defined] # likewise

    def select(self, timeout: float | None = None) -> object:
        self.waited.append(timeout)
        return self._select(timeout)


def test_a_busy_loop_polls_without_waiting_and_rests_afterwards() -> None:
    async def polled() -> tuple[list[float | None], list[float | None]]:
        selector = Selector(asyncio.get_running_loop())
        with busy_loop():
            while len(selector.waited) < 100:  # noqa: ASYNC110 # turns are what is counted
                await asyncio.sleep(0.001)
        busy, selector.waited = selector.waited, []
        await asyncio.sleep(0.01)
        return busy, selector.waited

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        busy, idle = runner.run(polled())

    assert set(busy) == {0}
    assert any(idle)
