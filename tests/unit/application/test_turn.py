"""Turn: when a question may leave."""

import asyncio

from graphwiz_trader.application.limiter import Lane, Limiter
from graphwiz_trader.application.turn import Turn
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import Usage, VenueTerms
from graphwiz_trader.testing.clock import ManualClock

TERMS = VenueTerms(capacity=100, window=SECOND)


class Scene:
    """A venue that gives a weight of 100 a second, of which orders took *taken*."""

    def __init__(self, taken: int, orders: int = 0) -> None:
        self.clock = ManualClock()
        self.limiter = Limiter(self.clock, evolve(TERMS, orders=orders))
        self.limiter.take(Lane.CANCEL, taken)
        self.turn = Turn(self.limiter, self.clock)
        self.asked = asyncio.ensure_future(self.turn.wait(10))


def test_a_question_leaves_a_part_of_the_budget_alone() -> None:
    async def scene() -> None:
        s = Scene(taken=80)
        await s.clock.advance(290 * SECOND // 1_000)
        assert (s.asked.done(), s.turn.waits) == (False, True)
        await s.clock.advance(20 * SECOND // 1_000)
        assert (s.asked.done(), s.turn.waits) == (True, False)

    asyncio.run(scene())


def test_at_a_stop_a_question_leaves_hedges_their_part_and_no_more() -> None:
    async def scene() -> None:
        s = Scene(taken=1_000)
        await s.clock.advance(9_140 * SECOND // 1_000)
        s.turn.is_stopping = True
        await s.clock.advance(SECOND // 1_000)
        assert not s.asked.done()
        await s.clock.advance(SECOND // 4)
        assert s.asked.done()
        assert s.limiter.ready(Lane.HEDGE, 1) <= s.clock.now()

    asyncio.run(scene())


def test_no_question_counts_as_an_order() -> None:
    async def scene() -> None:
        s = Scene(taken=0, orders=2)
        s.turn.is_stopping = True
        for _ in range(3):
            await s.turn.wait(10)
        assert s.limiter.ready(Lane.HEDGE, 1) <= s.clock.now()

    asyncio.run(scene())


def test_not_even_a_stop_asks_who_wants_to_hear_nothing() -> None:
    async def scene() -> None:
        s = Scene(taken=0)
        s.limiter.sync(Usage(s.clock.now(), closed_until=Nanos(2 * SECOND)))
        s.turn.is_stopping = True
        await s.clock.advance(SECOND)
        assert not s.asked.done()
        await s.clock.advance(SECOND)
        assert s.asked.done()

    asyncio.run(scene())
