"""Turn: when a question may leave."""

import asyncio

from graphwiz_trader.application.limiter import Lane, Limiter
from graphwiz_trader.application.turn import Turn
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.domain.venue import Usage, VenueTerms
from graphwiz_trader.testing.clock import ManualClock

TERMS = VenueTerms(capacity=100, window=SECOND)


class Scene:
    """A venue that gives a weight of 100 a second, of which orders took *taken*."""

    def __init__(self, taken: int) -> None:
        self.clock = ManualClock()
        self.limiter = Limiter(self.clock, TERMS)
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


def test_the_last_question_leaves_at_once_though_it_waited_before() -> None:
    async def scene() -> None:
        s = Scene(taken=1_000)
        await s.clock.advance(SECOND)
        assert not s.asked.done()
        s.turn.is_last = True
        await s.clock.advance(SECOND // 4)
        assert s.asked.done()

    asyncio.run(scene())


def test_not_even_the_last_question_is_asked_of_who_wants_to_hear_nothing() -> None:
    async def scene() -> None:
        s = Scene(taken=1_000)
        s.limiter.sync(Usage(s.clock.now(), closed_until=2 * SECOND))
        s.turn.is_last = True
        await s.clock.advance(SECOND)
        assert not s.asked.done()
        await s.clock.advance(SECOND)
        assert s.asked.done()

    asyncio.run(scene())
