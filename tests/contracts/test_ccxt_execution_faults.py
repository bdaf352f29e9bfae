"""What befalls orders on their way through ccxt, one fault at a time, on real sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import AccountDown, AccountUp, SubmitUnknown
from graphwiz_trader.domain.orders import ExecType, OrdStatus
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.ports.venue import SignedByClock
from tests.contracts.ccxt_stage import STEP, CcxtStage, ccxt_stage
from tests.contracts.venue import Session, running

pytestmark = pytest.mark.contract

PLACE = {
    ("binance", "socket"): "order.place",
    ("binance", "rest"): "POST /api/v3/order",
    ("okx", "socket"): "batch-orders",
    ("okx", "rest"): "POST /api/v5/trade/batch-orders",
}
CANCEL = {
    ("binance", "socket"): "order.cancel",
    ("binance", "rest"): "DELETE /api/v3/order",
    ("okx", "socket"): "cancel-order",
    ("okx", "rest"): "POST /api/v5/trade/cancel-order",
}
USER = {"binance": "user", "okx": '{"channel":"orders",*'}
FAR = {"binance": 20_000, "okx": 45_000}
PATIENCE_S = 20.0

T = TypeVar("T")
Scene = Callable[[CcxtStage, Session], Awaitable[T]]

dialects = pytest.mark.parametrize("dialect", ["binance", "okx"])
ways = pytest.mark.parametrize("way", ["socket", "rest"])


def play(dialect: str, way: str, scene: Scene[T]) -> T:
    async def played() -> T:
        async with ccxt_stage(dialect, way=way) as stage, running(stage) as session:
            return await asyncio.wait_for(scene(stage, session), PATIENCE_S)

    return asyncio.run(played())


async def until(holds: Callable[[], bool]) -> None:
    clock = SystemClock()
    while not holds():
        await clock.sleep_until(Nanos(clock.now() + STEP))


def ups(session: Session) -> int:
    return sum(isinstance(event, AccountUp) for event in session.told)


def unknown(session: Session, name: str) -> int:
    return sum(isinstance(e, SubmitUnknown) and e.cl_ord_id == name for e in session.told)


@dialects
@ways
def test_an_order_lost_on_its_way_is_unknown_and_never_sent_again(dialect: str, way: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(Kind.DROP_BEFORE_ACCEPT, match=PLACE[dialect, way]))
        await s.submit("a1", stage.rests)
        return unknown(s, "a1"), s.kinds("a1"), stage.accepted(), await s.query("a1")

    assert play(dialect, way, scene) == (1, [], [], None)


@dialects
@ways
@pytest.mark.parametrize("kind", [Kind.DROP_AFTER_ACCEPT, Kind.NO_ACK])
def test_an_order_whose_answer_is_lost_is_unknown_and_lives_once(
    dialect: str, way: str, kind: Kind
) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(kind, match=PLACE[dialect, way], seconds=3.0))
        await s.submit("a1", stage.rests)
        found = await s.query("a1")
        return s.kinds("a1"), stage.accepted(), found and found.ord_status, await s.open()

    kinds, accepted, status, still_open = play(dialect, way, scene)

    # The stream told of it before the answer was given up, which is as good as an answer.
    assert kinds == [ExecType.NEW]
    assert accepted == ["a1"]
    assert status is OrdStatus.NEW
    assert still_open == [("a1", 4, 0)]


@dialects
@ways
@pytest.mark.parametrize("kind", [Kind.DROP_AFTER_ACCEPT, Kind.NO_ACK])
def test_an_order_of_which_nothing_is_heard_is_unknown(dialect: str, way: str, kind: Kind) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(kind, match=PLACE[dialect, way], seconds=3.0))
        stage.fault(Fault(Kind.MUTE, match=USER[dialect], seconds=0.6))
        await s.submit("a1", stage.rests)
        found = await s.query("a1")
        return unknown(s, "a1"), stage.accepted(), found and found.ord_status

    assert play(dialect, way, scene) == (1, ["a1"], OrdStatus.NEW)


@dialects
def test_an_answer_with_a_broken_body_leaves_the_order_open(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(Kind.BROKEN_BODY, match=PLACE[dialect, "rest"]))
        stage.fault(Fault(Kind.MUTE, match=USER[dialect], seconds=0.6))
        await s.submit("a1", stage.rests)
        return unknown(s, "a1"), s.kinds("a1"), stage.accepted()

    assert play(dialect, "rest", scene) == (1, [], ["a1"])


@dialects
def test_a_broken_answer_to_a_question_is_no_answer(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        await s.submit("a1", stage.rests)
        stage.fault(Fault(Kind.BROKEN_BODY, match="GET *"))
        with pytest.raises(Transient):
            await s.query("a1")
        found = await s.query("a1")
        return found and found.ord_status

    assert play(dialect, "socket", scene) is OrdStatus.NEW


@dialects
@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_venue_leaves_the_order_open(dialect: str, status: int) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(Kind.HTTP_5XX, match=PLACE[dialect, "rest"], status=status))
        await s.submit("a1", stage.rests)
        return unknown(s, "a1"), s.kinds("a1"), stage.accepted()

    assert play(dialect, "rest", scene) == (1, [], [])


@dialects
@pytest.mark.parametrize("kind", [Kind.HTTP_429, Kind.HTTP_418])
def test_too_many_requests_are_a_no_with_a_time_to_wait(dialect: str, kind: Kind) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(kind, match=PLACE[dialect, "rest"], seconds=7.0))
        began = s.venue.usage
        await s.submit("a1", stage.rests)
        usage = s.venue.usage
        assert usage is not None
        assert usage is not began
        waits_s = (usage.closed_until - usage.ts) / 1e9
        return s.kinds("a1"), unknown(s, "a1"), round(waits_s), usage.is_ban

    assert play(dialect, "rest", scene) == ([ExecType.REJECTED], 0, 7, kind is Kind.HTTP_418)


@dialects
def test_a_forbidden_order_is_answered_and_not_sent_again(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(Kind.HTTP_403, match=PLACE[dialect, "rest"]))
        await s.submit("a1", stage.rests)
        return unknown(s, "a1") + len(s.kinds("a1")), stage.accepted()

    assert play(dialect, "rest", scene) == (1, [])


@dialects
@ways
def test_a_duplicate_is_a_no(dialect: str, way: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(Kind.DUPLICATE_ID, match=PLACE[dialect, way]))
        await s.submit("a1", stage.rests)
        return s.kinds("a1"), unknown(s, "a1")

    assert play(dialect, way, scene) == ([ExecType.REJECTED], 0)


@dialects
@ways
def test_a_cancel_without_an_answer_is_unknown_until_its_report_comes(
    dialect: str, way: str
) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        await s.submit("a1", stage.rests)
        stage.fault(Fault(Kind.DROP_AFTER_ACCEPT, match=CANCEL[dialect, way]))
        await s.cancel("a1")
        return unknown(s, "a1"), s.refused("a1"), s.kinds("a1"), await s.open()

    assert play(dialect, way, scene) == (1, 0, [ExecType.NEW, ExecType.CANCELED], [])


@dialects
def test_an_end_the_stream_does_not_tell_is_asked_for(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> list[ExecType]:
        await s.submit("a1", stage.rests)
        stage.fault(Fault(Kind.GAP, match=USER[dialect]))
        await s.cancel("a1")
        await until(lambda: len(s.kinds("a1")) == 2)
        return s.kinds("a1")

    assert play(dialect, "socket", scene) == [ExecType.NEW, ExecType.CANCELED]


@dialects
@pytest.mark.parametrize(
    "kind",
    [
        Kind.CLOSE,
        Kind.ABORT,
        Kind.TRUNCATED_FRAME,
        Kind.GARBAGE,
        Kind.STREAM_TERMINATED,
        Kind.IDLESS_ERROR,
    ],
)
def test_a_lost_user_stream_is_told_and_its_fills_are_found_once(dialect: str, kind: Kind) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(kind, match=USER[dialect]))
        await s.take("a1")
        await until(lambda: sum(r.last_qty for r in s.reports("a1")) == 4)
        await until(lambda: ups(s) == 2)
        await s.take("a2")
        ids = [r.exec_id for r in s.reports("a1") + s.reports("a2")]
        changes = [type(e) for e in s.told if isinstance(e, AccountUp | AccountDown)]
        filled = [sum(r.last_qty for r in s.reports(name)) for name in ("a1", "a2")]
        return changes, len(ids) == len(set(ids)), filled

    changes, are_unique, filled = play(dialect, "socket", scene)

    assert changes == [AccountUp, AccountDown, AccountUp]
    assert are_unique
    assert filled == [4, 4]


@dialects
def test_a_silent_user_stream_is_given_up(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> list[type]:
        stage.fault(Fault(Kind.MUTE, match=USER[dialect], seconds=60.0))
        stage.fault(Fault(Kind.SWALLOW_PONG, match="*", count=8))
        await s.take("a1")
        await until(lambda: ups(s) == 2)
        await until(lambda: sum(r.last_qty for r in s.reports("a1")) == 4)
        return [type(e) for e in s.told if isinstance(e, AccountUp | AccountDown)]

    assert play(dialect, "socket", scene)[:3] == [AccountUp, AccountDown, AccountUp]


@dialects
@pytest.mark.parametrize("kind", [Kind.DUPLICATE, Kind.REORDER, Kind.DELAY])
def test_reports_twice_late_or_out_of_order_count_once(dialect: str, kind: Kind) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(kind, match=USER[dialect], seconds=0.2))
        await s.take("a1")
        await until(lambda: sum(r.last_qty for r in s.reports("a1")) == 4)
        await s.submit("a2", stage.rests)
        return sum(r.last_qty for r in s.reports("a1")), s.kinds("a1").count(ExecType.NEW)

    assert play(dialect, "socket", scene) == (4, 1)


@dialects
def test_a_wrong_clock_is_a_no_and_cured(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        stage.fault(Fault(Kind.SKEW, offset_ms=FAR[dialect], seconds=60.0))
        await s.submit("a1", stage.rests)
        await s.submit("a2", stage.rests)
        ahead_s = round(stage.venue.offset / 1e9)
        return s.kinds("a1"), s.kinds("a2"), ahead_s, stage.accepted()

    first, second, ahead_s, accepted = play(dialect, "rest", scene)

    assert (first, second) == ([ExecType.REJECTED], [ExecType.NEW])
    assert ahead_s == FAR[dialect] // 1_000
    assert accepted == ["a2"]


@dialects
def test_what_is_told_of_the_venues_clock_signs_the_next_order(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> list[ExecType]:
        assert isinstance(stage.venue, SignedByClock)
        stage.fault(Fault(Kind.SKEW, offset_ms=FAR[dialect], seconds=60.0))
        stage.venue.offset = Nanos(FAR[dialect] * MILLISECOND)
        await s.submit("a1", stage.rests)
        return s.kinds("a1")

    assert play(dialect, "rest", scene) == [ExecType.NEW]
