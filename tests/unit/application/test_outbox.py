"""Outbox: in sequence per order, within the budget, bounded, and never silent."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

from graphwiz_trader.application import outbox as outbox_module
from graphwiz_trader.application.limiter import Limiter
from graphwiz_trader.application.outbox import FULL, LATE, NEVER_SENT, SIZE, Outbox
from graphwiz_trader.domain.commands import CancelAll, CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import AccountDown, CancelReject, Event
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Asset,
    ClOrdId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.domain.venue import Usage, VenueTerms
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.venue import FillingVenue

BTC = make.instrument()


class Post:
    """An outbox before a venue that answers only when a test lets it."""

    def __init__(self, capacity: int = 1_000) -> None:
        self.clock = ManualClock(make.START)
        self.venue = FillingVenue(BTC, self.clock, {Asset("USDT"): Decimal(1_000)})
        self.venue.terms = VenueTerms(capacity=capacity, window=Nanos(SECOND))
        self.hedges: set[str] = set()
        self.events: list[Event] = []
        self.outbox = Outbox(
            self.venue,
            Limiter(self.clock, self.venue.terms),
            self.clock,
            self.events.append,
            lambda name: name in self.hedges,
        )

    @property
    def sent(self) -> list[str]:
        return [getattr(command, "cl_ord_id", "all") for command in self.venue.sent]

    @property
    def refused(self) -> list[tuple[str, str]]:
        reports = (e for e in self.events if isinstance(e, ExecutionReport))
        return [(r.cl_ord_id, r.text) for r in reports if r.exec_type is ExecType.REJECTED]

    def submit(self, name: str) -> None:
        self.outbox.put(
            SubmitOrder(
                ClOrdId(name),
                StrategyId("s"),
                BTC.id,
                Side.BUY,
                OrdType.LIMIT,
                TimeInForce.GTC,
                Ticks(1000),
                Lots(1),
            )
        )

    def cancel(self, name: str) -> None:
        self.outbox.put(CancelOrder(ClOrdId(name), BTC.id))

    def replace(self, new: str, old: str) -> None:
        self.outbox.put(ReplaceOrder(ClOrdId(new), ClOrdId(old), BTC.id, Ticks(990), Lots(1)))

    def answer(self, name: str) -> None:
        self.outbox.heard(make.report(BTC, name, ExecType.NEW))

    def exhaust(self) -> None:
        """Use up what submits may have."""
        self.venue.usage = Usage(self.clock.now(), used=self.venue.terms.capacity)


def play(scene: Callable[[Post], Awaitable[None]], capacity: int = 1_000) -> Post:
    async def played() -> Post:
        post = Post(capacity)
        task = asyncio.create_task(post.outbox.run())
        await post.clock.advance(0)
        await scene(post)
        task.cancel()
        await asyncio.wait([task])
        return post

    return asyncio.run(played())


def test_what_may_leave_leaves_within_the_call() -> None:
    async def scene(post: Post) -> None:
        post.submit("a")
        assert post.sent == ["a"]

    assert play(scene).refused == []


def test_a_cancel_does_not_overtake_its_order() -> None:
    async def scene(post: Post) -> None:
        post.submit("a")
        post.cancel("a")
        assert post.sent == ["a"]
        post.answer("a")
        await post.clock.advance(0)

    assert play(scene).sent == ["a", "a"]


def test_what_is_too_late_is_refused_then_and_not_when_the_venue_opens() -> None:
    async def scene(post: Post) -> None:
        post.venue.usage = Usage(post.clock.now(), closed_until=Nanos(make.START + 5 * SECOND))
        post.submit("a")
        post.submit("b")
        await post.clock.advance(500 * MILLISECOND)
        assert post.refused == []
        await post.clock.advance(1)
        assert post.refused == [("a", LATE), ("b", LATE)]

    assert play(scene).sent == []


def test_once_closed_nothing_leaves_but_cancels() -> None:
    async def scene(post: Post) -> None:
        post.submit("a")
        post.answer("a")
        post.exhaust()
        post.hedges.add("b")
        post.submit("b")
        assert set(post.outbox.unsent) == {"b"}
        post.outbox.close()
        post.submit("c")
        post.cancel("a")
        await post.clock.advance(60 * SECOND)

    post = play(scene)

    assert post.sent == ["a", "a"]
    assert post.refused == [("b", NEVER_SENT), ("c", NEVER_SENT)]


def test_other_orders_do_not_wait_for_it() -> None:
    async def scene(post: Post) -> None:
        post.submit("a")
        post.submit("b")

    assert play(scene).sent == ["a", "b"]


def test_a_replacement_waits_for_the_order_it_replaces() -> None:
    async def scene(post: Post) -> None:
        post.submit("a")
        post.replace("b", "a")
        assert post.sent == ["a"]
        post.answer("a")
        await post.clock.advance(0)

    assert play(scene).sent == ["a", "b"]


def test_a_lost_stream_frees_what_waits_for_answers() -> None:
    async def scene(post: Post) -> None:
        post.submit("a")
        post.cancel("a")
        post.outbox.heard(AccountDown(post.clock.now(), BTC.venue, "closed"))
        await post.clock.advance(0)

    assert play(scene).sent == ["a", "a"]


def test_what_the_budget_holds_back_leaves_when_it_may() -> None:
    async def scene(post: Post) -> None:
        post.exhaust()
        post.submit("a")
        assert post.sent == []
        await post.clock.advance(300 * MILLISECOND)

    assert play(scene).sent == ["a"]


def test_an_order_that_waited_too_long_is_refused() -> None:
    async def scene(post: Post) -> None:
        post.venue.usage = Usage(post.clock.now(), closed_until=Nanos(make.START + SECOND))
        post.submit("a")
        await post.clock.advance(2 * SECOND)

    post = play(scene)

    assert (post.sent, post.refused) == ([], [("a", LATE)])


def test_hedges_leave_before_other_orders() -> None:
    async def scene(post: Post) -> None:
        post.hedges.add("h")
        post.exhaust()
        post.submit("a")
        post.submit("h")
        await post.clock.advance(450 * MILLISECOND)

    assert play(scene, capacity=10).sent == ["h", "a"]


def test_cancels_leave_though_the_budget_is_spent() -> None:
    async def scene(post: Post) -> None:
        post.submit("a")
        post.answer("a")
        post.exhaust()
        post.cancel("a")

    assert play(scene).sent == ["a", "a"]


def test_an_order_canceled_in_the_outbox_never_leaves() -> None:
    async def scene(post: Post) -> None:
        post.exhaust()
        post.submit("a")
        post.cancel("a")
        await post.clock.advance(SECOND)

    post = play(scene)

    assert (post.sent, post.refused) == ([], [("a", NEVER_SENT)])


def test_cancel_all_drops_what_waits() -> None:
    async def scene(post: Post) -> None:
        post.exhaust()
        post.submit("a")
        post.outbox.put(CancelAll(BTC.venue))

    post = play(scene)

    assert (post.sent, post.refused) == (["all"], [("a", NEVER_SENT)])


def test_a_full_outbox_refuses_orders_and_says_so() -> None:
    async def scene(post: Post) -> None:
        post.exhaust()
        for i in range(SIZE + 1):
            post.submit(f"a{i}")

    post = play(scene)

    assert len(post.outbox) == SIZE
    assert post.refused == [(f"a{SIZE}", FULL)]


def test_a_cancel_displaces_the_newest_order() -> None:
    async def scene(post: Post) -> None:
        post.submit("x")
        post.exhaust()
        for i in range(SIZE):
            post.submit(f"a{i}")
        post.cancel("x")

    post = play(scene)

    assert (len(post.outbox), post.refused) == (SIZE, [(f"a{SIZE - 1}", FULL)])


def test_a_refused_replacement_leaves_the_old_order_as_it_was() -> None:
    async def scene(post: Post) -> None:
        post.exhaust()
        post.replace("b", "a")
        post.outbox.put(CancelAll(BTC.venue))

    post = play(scene)

    assert post.refused == [("b", NEVER_SENT)]
    assert [e.cl_ord_id for e in post.events if isinstance(e, CancelReject)] == ["a"]


def test_a_ban_closes_the_account_with_a_countdown() -> None:
    async def scene(post: Post) -> None:
        until = Nanos(make.START + 30 * SECOND)
        post.venue.usage = Usage(post.clock.now(), closed_until=until, is_ban=True)
        post.submit("a")
        post.submit("b")

    post = play(scene)

    downs = [e.reason for e in post.events if isinstance(e, AccountDown)]
    assert downs == ["the venue takes no requests for 30.0 s: we asked too often"]


def test_what_is_in_flight_is_bounded() -> None:
    async def scene(post: Post) -> None:
        for i in range(outbox_module.IN_FLIGHT + 10):
            post.submit(f"a{i}")

    post = play(scene, capacity=1_000_000)

    assert len(post.outbox._unanswered) == outbox_module.IN_FLIGHT
