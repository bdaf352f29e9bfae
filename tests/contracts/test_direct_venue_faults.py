"""What direct venues tell of every execution fault, on sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.limits import GENEROUS, Limits
from graphwiz_trader.adapters.loopback.signing import Credentials
from graphwiz_trader.domain.commands import CancelAll
from graphwiz_trader.domain.errors import AccessDenied, Transient
from graphwiz_trader.domain.events import AccountDown, AccountUp, Event, SubmitUnknown
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.units import SECOND, Nanos, Ticks
from graphwiz_trader.domain.value import evolve
from tests.contracts.direct_stage import SocketStage, again, direct_stage, turns
from tests.contracts.venue import Session, running

pytestmark = [
    pytest.mark.contract,
    pytest.mark.parametrize("dialect", ["binance", "okx"]),
]

PLACE = {"binance": "order.place", "okx": "order"}
POST = {"binance": "POST /api/v3/order", "okx": "POST /api/v5/trade/order"}
USER = {"binance": "user", "okx": "*orders*"}
BALANCE = {"binance": "GET /api/v3/account", "okx": "GET /api/v5/account/balance"}
TIME = {"binance": "GET /api/v3/time", "okx": "GET /api/v5/public/time"}
PENDING = {"binance": "GET /api/v3/openOrders", "okx": "GET /api/v5/trade/orders-pending"}
ANSWER_MS = 600
"""Longer than the venue waits for an answer."""

T = TypeVar("T")


def play(
    dialect: str, scene: Callable[[Session, SocketStage], Awaitable[T]], limits: Limits = GENEROUS
) -> T:
    """Return what *scene* comes to, with a venue that runs."""

    async def played() -> T:
        async with direct_stage(dialect, limits) as stage, running(stage) as session:
            return await scene(session, stage)

    return asyncio.run(played())


def inject(stage: SocketStage, kind: Kind, match: str, **more: object) -> None:
    """Let *kind* strike *match* next."""
    stage.served.premises.faults.add(evolve(Fault(kind, match=match), **more))


def struck(stage: SocketStage, kind: Kind) -> list[object]:
    """What *kind* has struck."""
    entries = stage.served.premises.record.entries
    return [entry["target"] for entry in entries if entry["kind"] == kind.value]


def unknown(session: Session, name: str) -> int:
    """How often it was told that nobody knows what became of *name*."""
    return sum(isinstance(e, SubmitUnknown) and e.cl_ord_id == name for e in session.told)


def ups_and_downs(told: list[Event]) -> list[str]:
    """Whether reports come, as it was told."""
    return [type(e).__name__ for e in told if isinstance(e, AccountUp | AccountDown)]


def test_an_order_lost_before_it_was_taken_is_unknown(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> tuple[int, list[ExecType], object]:
        inject(stage, Kind.DROP_BEFORE_ACCEPT, PLACE[dialect])
        await s.submit("a1", stage.rests)
        return unknown(s, "a1"), s.kinds("a1"), await s.query("a1")

    assert play(dialect, scene) == (1, [], None)


def test_an_order_whose_answer_is_lost_is_told_by_the_stream(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> tuple[list[ExecType], list[str]]:
        inject(stage, Kind.DROP_AFTER_ACCEPT, PLACE[dialect])
        await s.submit("a1", stage.rests)
        return s.kinds("a1"), [name for name, *_ in await s.open()]

    assert play(dialect, scene) == ([ExecType.NEW], ["a1"])


def test_an_order_after_a_lost_socket_leaves_all_the_same(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> tuple[list[ExecType], list[str]]:
        inject(stage, Kind.DROP_BEFORE_ACCEPT, PLACE[dialect])
        await s.submit("a1", stage.rests)
        await s.submit("a2", stage.rests)
        return s.kinds("a2"), ups_and_downs(s.told)

    assert play(dialect, scene) == ([ExecType.NEW], ["AccountUp"])


def test_a_replacement_leaves_over_http_while_the_socket_is_down(dialect: str) -> None:
    """A fault that does nothing strikes what comes over HTTP, and thereby tells of it."""

    async def scene(s: Session, stage: SocketStage) -> tuple[list[ExecType], object, object]:
        await s.submit("a1", stage.rests)
        inject(stage, Kind.DELAY, "POST *", seconds=0.0)
        inject(stage, Kind.DROP_BEFORE_ACCEPT, PLACE[dialect])
        s.venue.send(s.order("a9", stage.rests, 2))
        while not unknown(s, "a9"):  # noqa: ASYNC110 # the line is down for milliseconds only
            await asyncio.sleep(0)
        await s.replace("a2", "a1", Ticks(stage.rests - 1), 3)
        await stage.settle()
        return s.kinds("a2"), await s.open(), struck(stage, Kind.DELAY)

    path = {"binance": "/api/v3/order/cancelReplace", "okx": "/api/v5/trade/cancel-order"}
    expected = ([ExecType.REPLACED], [("a2", 3, 0)], [f"POST {path[dialect]}"])
    assert play(dialect, scene) == expected


def test_a_cancel_leaves_over_http_while_nobody_listens(dialect: str) -> None:
    async def scene() -> tuple[object, object]:
        async with direct_stage(dialect) as stage:
            async with running(stage) as session:
                await session.submit("a1", stage.rests, qty=3)
            before = await session.open()
            await session.cancel("a1")
            return before, await session.open()

    assert asyncio.run(scene()) == ([("a1", 3, 0)], [])


def test_an_answer_does_not_wait_for_a_stream_that_is_not_up_yet(dialect: str) -> None:
    """The one thing that may come before `AccountUp`: keeping it would be keeping the truth."""

    async def scene() -> tuple[list[str], str]:
        told: list[Event] = []
        async with direct_stage(dialect) as stage:
            inject(stage, Kind.HTTP_5XX, TIME[dialect], count=4)  # each line needs it to begin
            session = Session(stage)
            run = asyncio.create_task(stage.venue.run(told.append))
            await asyncio.sleep(0)
            stage.venue.send(session.order("a1", stage.rests, 1))
            while not told:  # noqa: ASYNC110 # until it is told
                await asyncio.sleep(0.001)
            first = [type(event).__name__ for event in told]
            while not ups_and_downs(told):  # noqa: ASYNC110 # until it is up
                await asyncio.sleep(0.001)
            run.cancel()
            await asyncio.wait([run])
        return first, type(told[1]).__name__

    assert asyncio.run(scene()) == (["ExecutionReport"], "AccountUp")


def test_an_order_that_is_never_answered_is_told_by_the_stream(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> tuple[list[ExecType], int]:
        inject(stage, Kind.NO_ACK, PLACE[dialect])
        await s.submit("a1", stage.rests)
        await turns(ANSWER_MS)
        return s.kinds("a1"), unknown(s, "a1")

    assert play(dialect, scene) == ([ExecType.NEW], 0)


def test_an_order_of_which_nothing_is_heard_is_unknown_in_time(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> tuple[int, int, list[str]]:
        inject(stage, Kind.GAP, USER[dialect])
        inject(stage, Kind.NO_ACK, PLACE[dialect])
        await s.submit("a1", stage.rests)
        early = unknown(s, "a1")
        await turns(ANSWER_MS)
        return early, unknown(s, "a1"), [name for name, *_ in await s.open()]

    assert play(dialect, scene) == (0, 1, ["a1"])


def test_an_order_called_a_duplicate_is_rejected(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> tuple[list[ExecType], list[object]]:
        inject(stage, Kind.DUPLICATE_ID, PLACE[dialect])
        await s.submit("a1", stage.rests)
        return s.kinds("a1"), list(await s.open())

    assert play(dialect, scene) == ([ExecType.REJECTED], [])


@pytest.mark.parametrize("kind", [Kind.DROP_BEFORE_ACCEPT, Kind.DROP_AFTER_ACCEPT, Kind.NO_ACK])
def test_an_order_over_http_without_an_answer_is_unknown(dialect: str, kind: Kind) -> None:
    async def scene() -> tuple[int, list[ExecType]]:
        async with direct_stage(dialect) as stage:
            inject(stage, kind, POST[dialect])
            return await by_http(stage)

    assert asyncio.run(scene()) == (1, [])


@pytest.mark.parametrize("kind", [Kind.HTTP_5XX, Kind.BROKEN_BODY])
def test_an_order_over_http_answered_without_sense_is_unknown(dialect: str, kind: Kind) -> None:
    async def scene() -> tuple[int, list[ExecType]]:
        async with direct_stage(dialect) as stage:
            inject(stage, kind, POST[dialect])
            return await by_http(stage)

    assert asyncio.run(scene()) == (1, [])


@pytest.mark.parametrize("kind", [Kind.HTTP_429, Kind.HTTP_418, Kind.HTTP_403])
def test_an_order_over_http_that_is_one_too_many_is_rejected(dialect: str, kind: Kind) -> None:
    async def scene() -> tuple[object, bool, bool]:
        async with direct_stage(dialect) as stage:
            inject(stage, kind, POST[dialect], seconds=30.0)
            told = await by_http(stage)
            usage = stage.venue.usage
            assert usage is not None
            return told, usage.closed_until > usage.ts + SECOND, usage.is_ban

    assert asyncio.run(scene()) == ((0, [ExecType.REJECTED]), True, kind is Kind.HTTP_418)


async def by_http(stage: SocketStage) -> tuple[int, list[ExecType]]:
    """Send an order while no socket is open; return what is told of it, without the stream."""
    inject(stage, Kind.LOST_SUBSCRIBE, "*")
    session = Session(stage)
    stage.venue.send(session.order("a1", stage.rests, 4))
    async with running(stage) as session:
        await turns(ANSWER_MS)
        return unknown(session, "a1"), session.kinds("a1")


@pytest.mark.usefixtures("full_minute")
def test_a_limit_reached_on_the_socket_is_told(dialect: str) -> None:
    few = evolve(GENEROUS, weight=30, okx_scale=0.05)

    async def scene(s: Session, stage: SocketStage) -> tuple[set[ExecType], str]:
        for number in range(40):
            await asyncio.sleep(0)
            s.venue.send(s.order(f"a{number}", stage.rests, 2))
        await stage.settle()
        await stage.settle()
        refused = [r for n in range(40) for r in s.reports(f"a{n}") if r.text]
        return {r.exec_type for r in refused}, refused[-1].text[:5]

    words = {"binance": "-1003", "okx": "50011"}
    assert play(dialect, scene, few) == ({ExecType.REJECTED}, words[dialect])


@pytest.mark.parametrize(
    "kind",
    [Kind.CLOSE, Kind.ABORT, Kind.TRUNCATED_FRAME, Kind.GARBAGE, Kind.STREAM_TERMINATED],
    ids=lambda kind: kind.value,
)
def test_a_lost_stream_is_told_and_what_it_missed_is_found(dialect: str, kind: Kind) -> None:
    async def scene(s: Session, stage: SocketStage) -> tuple[list[str], int]:
        inject(stage, kind, USER[dialect])
        await s.take("a1")
        await turns(300)
        fills = await s.venue.fills(s.instrument.id, Nanos(0))
        return ups_and_downs(s.told), sum(fill.last_qty for fill in fills)

    assert play(dialect, scene) == (["AccountUp", "AccountDown", "AccountUp"], 4)


def test_a_report_that_comes_twice_is_told_once(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> list[ExecType]:
        inject(stage, Kind.DUPLICATE, USER[dialect], count=3)
        await s.submit("a1", stage.rests)
        await s.cancel("a1")
        return s.kinds("a1")

    assert play(dialect, scene) == [ExecType.NEW, ExecType.CANCELED]


def test_an_error_about_nothing_ends_nothing(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> tuple[list[ExecType], list[str], int]:
        inject(stage, Kind.IDLESS_ERROR, USER[dialect])
        await s.submit("a1", stage.rests)
        return s.kinds("a1"), ups_and_downs(s.told), stage.venue.refused

    assert play(dialect, scene) == ([ExecType.NEW], ["AccountUp"], 1)


def test_a_silent_socket_is_lost_in_time(dialect: str) -> None:
    async def scene(s: Session, stage: SocketStage) -> list[str]:
        inject(stage, Kind.SWALLOW_PONG, "*", count=20)
        await turns(1_200)
        return ups_and_downs(s.told)[:2]

    assert play(dialect, scene) == ["AccountUp", "AccountDown"]


def test_clocks_that_drift_apart_are_measured_again(dialect: str) -> None:
    """A complaint of the venue's comes over HTTP at OKX, whose sockets sign nothing."""

    async def scene() -> tuple[list[ExecType], list[ExecType], bool]:
        async with direct_stage(dialect) as stage:
            async with running(stage) as first:
                inject(stage, Kind.SKEW, "time", offset_ms=60_000, seconds=60.0)
                if dialect == "binance":
                    await first.submit("a1", stage.rests)
            session = Session(stage)
            if dialect == "okx":
                stage.venue.send(session.order("a1", stage.rests, 4))
            async with running(stage) as second:
                await second.submit("a2", stage.rests)
                kinds = first.kinds("a1") + second.kinds("a1")
                return kinds, second.kinds("a2"), stage.venue.offset > 50 * SECOND

    assert asyncio.run(scene()) == ([ExecType.REJECTED], [ExecType.NEW], True)


def test_a_question_refused_for_our_clock_is_answered_when_it_is_asked_again(dialect: str) -> None:
    """As when the venue's clock was wrong while we measured it, and is right again."""

    async def scene(s: Session, stage: SocketStage) -> tuple[int, bool]:
        stage.venue.offset = 60 * SECOND
        with pytest.raises(Transient):
            await s.venue.snapshot()
        return len((await s.venue.snapshot()).balances), abs(stage.venue.offset) < SECOND

    balances, is_measured = play(dialect, scene)

    assert balances > 0
    assert is_measured


@pytest.mark.parametrize("kind", [Kind.HTTP_5XX, Kind.HTTP_429, Kind.HTTP_403, Kind.BROKEN_BODY])
def test_a_question_without_an_answer_is_transient(dialect: str, kind: Kind) -> None:
    async def scene(s: Session, stage: SocketStage) -> int:
        inject(stage, kind, BALANCE[dialect])
        with pytest.raises(Transient):
            await s.venue.snapshot()
        return len((await s.venue.snapshot()).balances)

    assert play(dialect, scene) > 0


def test_cancel_all_leaves_other_peoples_orders_alone(dialect: str) -> None:
    async def scene() -> list[tuple[str, int, int]]:
        async with direct_stage(dialect) as stage:
            async with running(stage) as session:
                await session.submit("b1", stage.rests, qty=2)
                await session.submit("a1", stage.rests, qty=3)
            fresh = again(stage)
            async with running(fresh) as session:
                session.venue.send(CancelAll(session.venue.venue))
                await fresh.settle()
                await fresh.settle()
            working = stage.served.premises.host.exchange.working()
            return [(o.cl_ord_id, o.order_qty, o.cum_qty) for o in working]

    assert asyncio.run(scene()) == [("b1", 2, 0)]


def test_a_venue_that_stays_away_ends_the_run(dialect: str) -> None:
    async def scene() -> list[str]:
        told: list[Event] = []
        async with direct_stage(dialect) as stage:
            run = asyncio.create_task(stage.venue.run(told.append))
            await stage.settle()
            await stage.settle()
        with pytest.raises(Transient, match="failures in a row"):
            await asyncio.wait_for(run, 10)
        return ups_and_downs(told)

    assert asyncio.run(scene()) == ["AccountUp", "AccountDown"]


def test_a_key_that_the_venue_does_not_take_needs_a_person(dialect: str) -> None:
    async def scene() -> None:
        async with direct_stage(dialect) as stage:
            stage.served.premises.credentials = Credentials("other", "other", "other")
            await stage.venue.snapshot()

    with pytest.raises(AccessDenied):
        asyncio.run(scene())
