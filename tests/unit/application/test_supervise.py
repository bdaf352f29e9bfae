"""Supervision: it restarts what may come back, in its own time, and lets the rest through."""

import asyncio
from collections.abc import Sequence

import pytest

from graphwiz_trader.application.supervise import supervise
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.errors import Garbled, Transient
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.testing.clock import ManualClock

WAITS = Backoff(Nanos(SECOND), Nanos(4 * SECOND), budget=5, steady=Nanos(60 * SECOND))


class Play:
    """A task that ends as told: each part lasts seconds, then raises, or returns on None."""

    def __init__(self, parts: Sequence[tuple[int, Exception | None]]) -> None:
        self.clock = ManualClock()
        self.parts = list(parts)
        self.starts: list[int] = []
        self.downs: list[str] = []

    async def run(self) -> None:
        self.starts.append(self.clock.now() // SECOND)
        lasts, error = self.parts.pop(0)
        await self.clock.sleep_until(Nanos(self.clock.now() + lasts * SECOND))
        if error is not None:
            raise error

    async def supervised(self) -> None:
        task = asyncio.create_task(
            supervise(self.run, self.clock, WAITS, lambda e: self.downs.append(str(e)))
        )
        await self.clock.advance(1000 * SECOND)
        task.cancel()
        await asyncio.wait([task])
        task.result()


def test_waits_double_up_to_the_most() -> None:
    play = Play([*[(0, Transient("gone"))] * 5, (0, None)])

    asyncio.run(play.supervised())

    assert play.starts == [0, 1, 3, 7, 11, 15]
    assert play.downs == ["gone"] * 5


def test_a_spent_budget_lets_the_failure_through() -> None:
    play = Play([(0, Transient(f"gone {n}")) for n in range(9)])

    with pytest.raises(Transient, match="gone 5"):
        asyncio.run(play.supervised())

    assert len(play.starts) == 6


def test_what_held_long_enough_starts_a_new_row() -> None:
    play = Play([(0, Transient("a")), (0, Transient("b")), (60, Transient("c")), (0, None)])

    asyncio.run(play.supervised())

    assert play.starts == [0, 1, 3, 64]


def test_anything_else_escapes_at_once() -> None:
    play = Play([(0, Garbled("nonsense")), (0, None)])

    with pytest.raises(Garbled, match="nonsense"):
        asyncio.run(play.supervised())

    assert play.starts == [0]


def test_it_ends_when_its_task_does() -> None:
    play = Play([(5, None)])

    asyncio.run(play.supervised())

    assert play.starts == [0]
    assert play.downs == []
