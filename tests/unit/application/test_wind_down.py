"""WindDown: stops whose accounts are not known to be what we think when they begin."""

from decimal import Decimal

from graphwiz_trader.application.state_view import agrees
from graphwiz_trader.domain.facts import DifferenceFound
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.venue import Usage, VenueTerms
from tests.unit.application.test_trade import ALPHA, MS, USDT, Scene, play, rest

COUNTING = VenueTerms(capacity=6_000, window=Nanos(60 * SECOND), query=20, snapshot=100)
"""As Binance counts: sixty snapshots a minute, and no more."""
SLOW = VenueTerms(settle=Nanos(15 * SECOND))
"""A difference counts once it has stood for fifteen seconds."""


async def stop(s: Scene) -> float:
    """Stop; return how long that took, in s."""
    began = s.floor.clock.now()
    stopped = await s.floor.stop()
    assert stopped.remaining == ()
    return (s.floor.clock.now() - began) / SECOND


def deposit(s: Scene) -> None:
    """Somebody puts 5 USDT into our account at alpha."""
    s.floor.exchanges[ALPHA].floor.accounts["own"].credit(Money(Decimal(5), USDT))


def why(s: Scene) -> list[tuple[object, object]]:
    """Whose account is not ours, and why."""
    assert s.floor.trade is not None
    return [(each["venue"], each["why"]) for each in s.floor.trade.unreconciled]


def test_a_stop_asks_though_other_questions_have_used_the_venue_s_budget_up() -> None:
    """As the feed's questions for books do; what is left of it is left to orders."""

    async def scene(s: Scene) -> None:
        s.alpha.said = Usage(s.floor.clock.now(), used=4_000)
        s.alpha.break_stream()
        await s.pass_time(SECOND)
        s.alpha.mend_stream()
        await s.pass_time(SECOND)
        starved = "it may not be asked again yet: too much was asked of the venue"
        assert why(s) == [(ALPHA, f"stream broken; {starved}")]
        assert await stop(s) < 3
        assert agrees(s.floor.engine.state, ALPHA)

    play(scene, asked=COUNTING)


def test_a_stop_asks_what_became_of_its_orders_though_the_budget_is_used_up() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(100 * MS)
        s.alpha.said = Usage(s.floor.clock.now(), used=5_000)
        s.alpha.break_stream()
        s.crowd.sell(40, s.floor.clock.now())
        await s.pass_time(SECOND)
        assert await stop(s) < 10
        assert (agrees(s.floor.engine.state, ALPHA), s.position()) == (True, 40)

    play(scene, asked=COUNTING)


def test_a_stop_that_waits_for_an_account_uses_no_more_than_the_venue_gives() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.break_stream()
        deposit(s)
        await s.pass_time(100 * MS)
        before = s.alpha.questions
        await stop(s)
        assert s.alpha.questions - before <= 60

    play(scene, asked=COUNTING)


def test_once_nothing_works_a_venue_agrees_though_no_reports_come_in() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(SECOND)
        s.alpha.break_stream()
        await s.pass_time(9 * SECOND)
        assert why(s) == [(ALPHA, "stream broken; reports of our orders do not come in")]
        assert await stop(s) < 5
        assert why(s) == []
        assert agrees(s.floor.engine.state, ALPHA)

    play(scene)


def test_a_stop_waits_until_it_is_known_whether_a_venue_agrees() -> None:
    """The venue says otherwise, and a stop ten seconds later would say that nobody knows."""

    async def scene(s: Scene) -> None:
        s.alpha.break_stream()
        deposit(s)
        took = await stop(s)
        assert 15 <= took <= 27
        assert [found.what for found in s.facts(DifferenceFound)] == ["balance:USDT"]
        told = "stream broken; balance:USDT: we think 1000, it says 1005"
        assert why(s) == [(ALPHA, told)]

    play(scene, asked=SLOW)


def test_who_does_not_answer_is_named_with_its_reason() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.unanswerable = 1_000_000
        s.alpha.break_stream()
        await s.pass_time(10 * SECOND)
        assert s.floor.trade is not None
        (told,) = s.floor.trade.unreconciled
        assert told["venue"] == ALPHA
        assert told["for_s"] == 10
        assert str(told["why"]).startswith("stream broken; no answer: ")

    play(scene)
