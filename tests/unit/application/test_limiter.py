"""Limiter: what is urgent goes first, cancels always, and the venue's word holds."""

import asyncio

import pytest

from graphwiz_trader.application.limiter import Lane, Limiter
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.venue import Usage, VenueTerms
from graphwiz_trader.testing.clock import ManualClock

TERMS = VenueTerms(capacity=100, window=Nanos(SECOND))


def drain(limiter: Limiter, lane: Lane) -> int:
    taken = 0
    while limiter.take(lane, 1):
        taken += 1
    return taken


@pytest.mark.parametrize(
    ("lane", "taken"), [(Lane.HEDGE, 95), (Lane.SUBMIT, 80), (Lane.QUERY, 60), (Lane.DATA, 40)]
)
def test_a_lane_leaves_a_share_to_those_before_it(lane: Lane, taken: int) -> None:
    limiter = Limiter(ManualClock(0), TERMS)

    assert drain(limiter, lane) == taken


def test_a_cancel_is_never_held_back_by_the_budget() -> None:
    limiter = Limiter(ManualClock(0), TERMS)

    taken = [limiter.take(Lane.CANCEL, 1) for _ in range(300)]

    assert all(taken)


def test_the_bucket_fills_again() -> None:
    clock = ManualClock(0)
    limiter = Limiter(clock, TERMS)
    drain(limiter, Lane.SUBMIT)

    asyncio.run(clock.advance(SECOND // 10))

    assert drain(limiter, Lane.SUBMIT) == 10


def test_ready_says_when_and_not_before() -> None:
    clock = ManualClock(0)
    limiter = Limiter(clock, TERMS)
    drain(limiter, Lane.SUBMIT)

    at = limiter.ready(Lane.SUBMIT, 5)
    asyncio.run(clock.advance(at - 1000))
    early = limiter.take(Lane.SUBMIT, 5)
    asyncio.run(clock.advance(1000))

    assert (early, limiter.take(Lane.SUBMIT, 5)) == (False, True)


def test_what_weighs_more_than_a_lane_may_have_waits_for_a_full_bucket() -> None:
    clock = ManualClock(0)
    limiter = Limiter(clock, TERMS)
    limiter.take(Lane.HEDGE, 50)

    at = limiter.ready(Lane.DATA, 90)

    assert at == pytest.approx(SECOND // 2, abs=10)


def test_the_venue_s_own_count_is_believed() -> None:
    limiter = Limiter(ManualClock(0), TERMS)

    limiter.sync(Usage(Nanos(0), used=95))

    assert drain(limiter, Lane.HEDGE) == 0


def test_retry_after_holds_back_even_cancels() -> None:
    clock = ManualClock(0)
    limiter = Limiter(clock, TERMS)

    limiter.sync(Usage(Nanos(0), closed_until=Nanos(3 * SECOND)))

    assert not limiter.take(Lane.CANCEL, 1)
    assert limiter.ready(Lane.CANCEL, 1) == 3 * SECOND


@pytest.mark.parametrize(("seconds", "is_news"), [(10, False), (11, True)])
def test_a_venue_that_is_long_away_is_news_too(seconds: int, is_news: bool) -> None:
    limiter = Limiter(ManualClock(0), TERMS)
    closed = Usage(Nanos(0), closed_until=Nanos(seconds * SECOND))

    assert [limiter.sync(closed), limiter.sync(closed)] == [is_news, False]


def test_a_ban_is_news_once() -> None:
    limiter = Limiter(ManualClock(0), TERMS)
    ban = Usage(Nanos(0), closed_until=Nanos(3 * SECOND), is_ban=True)

    assert [limiter.sync(ban), limiter.sync(ban)] == [True, False]


def test_a_question_waits_for_its_turn() -> None:
    async def scene() -> list[int]:
        clock = ManualClock(0)
        limiter = Limiter(clock, TERMS)
        drain(limiter, Lane.HEDGE)
        asked: list[int] = []

        async def ask() -> None:
            await limiter.wait(Lane.QUERY, 10)
            asked.append(clock.now())

        async with asyncio.TaskGroup() as group:
            group.create_task(ask())
            await clock.advance(SECOND)
        return asked

    assert asyncio.run(scene()) == [pytest.approx(0.45 * SECOND, abs=1000)]


COUNTED = VenueTerms(capacity=10_000, orders=10, orders_window=Nanos(10 * SECOND))


def test_orders_are_counted_in_any_window() -> None:
    """However the venue's own windows lie: ten at the end of one, none at the start of the next."""
    clock = ManualClock(0)
    limiter = Limiter(clock, COUNTED)
    sent: list[int] = []

    for _ in range(300):
        while limiter.take(Lane.HEDGE, 1):
            sent.append(clock.now())
        asyncio.run(clock.advance(SECOND // 7))

    assert len(sent) > 20
    for begin in sent:
        assert sum(begin <= at < begin + 10 * SECOND for at in sent) <= 10


def test_hedges_find_room_that_submits_leave() -> None:
    limiter = Limiter(ManualClock(0), COUNTED)

    assert (drain(limiter, Lane.SUBMIT), drain(limiter, Lane.HEDGE)) == (8, 1)


def test_questions_and_cancels_are_no_orders() -> None:
    limiter = Limiter(ManualClock(0), COUNTED)

    drain(limiter, Lane.HEDGE)

    assert limiter.take(Lane.CANCEL, 1)
    assert limiter.take(Lane.QUERY, 1)
    assert limiter.ready(Lane.SUBMIT, 1) == 10 * SECOND
