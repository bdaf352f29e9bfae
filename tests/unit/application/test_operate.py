"""Operate: questions are answered from state, orders enter as events."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest

from graphwiz_trader.application.operate import Operate
from graphwiz_trader.application.trade import Stopped
from graphwiz_trader.domain.control import Answer, Misunderstood, Request
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import OperatorAction, OperatorOrder
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import MILLISECOND, ClOrdId, Venue
from tests.unit.application.test_trade import ALPHA, Scene, rest


def play(act: Callable[[Scene, Operate], Awaitable[None]]) -> Scene:
    """Let *act* talk to an engine that rests one order at alpha."""
    scene = Scene()

    async def played() -> None:
        await scene.begin()
        assert scene.floor.trade is not None
        await scene.want(rest())
        await scene.pass_time(100 * MILLISECOND)
        await act(scene, Operate(scene.floor.trade, ("puppet",), lambda: {"run": "paper-0001"}))
        await scene.floor.abandon()

    asyncio.run(played())
    return scene


async def ask(operate: Operate, what: str, **words: str) -> Mapping[str, Plain]:
    answer: Answer = await operate.answer(Request(what, words), "ann")
    return answer.result


def rows(answer: Mapping[str, Plain], what: str) -> Sequence[Mapping[str, Plain]]:
    found = answer[what]
    assert isinstance(found, list)
    return [row for row in found if isinstance(row, dict)]


def test_questions_step_nothing() -> None:
    async def act(scene: Scene, operate: Operate) -> None:
        before = scene.floor.engine.seq
        for what in ("status", "orders", "positions", "balances", "risk"):
            assert (await ask(operate, what))[what] is not None
        assert scene.floor.engine.seq == before

    play(act)


def test_status_tells_the_run_the_accounts_and_the_books() -> None:
    async def act(_: Scene, operate: Operate) -> None:
        told = (await ask(operate, "status"))["status"]
        assert isinstance(told, dict)
        assert (told["run"], told["state"], told["reconciled"]) == ("paper-0001", "ACTIVE", True)
        assert told["open_orders"] == 1
        venues = told["venues"]
        assert isinstance(venues, dict)
        assert list(venues) == ["alpha", "beta"]

    play(act)


def test_orders_and_balances_are_in_units_people_use() -> None:
    async def act(scene: Scene, operate: Operate) -> None:
        [order] = rows(await ask(operate, "orders"), "orders")
        assert (order["cl_ord_id"], order["venue"]) == (scene.last, "alpha")
        assert order["ord_status"] == "NEW"
        usdt = next(
            row
            for row in rows(await ask(operate, "balances"), "balances")
            if (row["venue"], row["asset"]) == ("alpha", "USDT")
        )
        assert float(str(usdt["reserved"])) > 0
        assert float(str(usdt["total"])) - float(str(usdt["reserved"])) == float(str(usdt["free"]))

    play(act)


def test_an_order_enters_as_an_event_with_who_and_why() -> None:
    async def act(_: Scene, operate: Operate) -> None:
        came = await ask(operate, "halt", reason="maintenance")
        assert (came["state"], came["canceled"]) == ("HALTED", 1)

    scene = play(act)

    [order] = [
        entry.event
        for entry in scene.floor.journal.entries()
        if isinstance(entry.event, OperatorOrder)
    ]
    assert (order.action, order.who, order.reason) == (OperatorAction.HALT, "ann", "maintenance")


def test_resume_opens_in_two_steps() -> None:
    async def act(_: Scene, operate: Operate) -> None:
        await ask(operate, "halt", reason="x")
        states = [(await ask(operate, "resume", reason="x"))["state"] for _ in range(2)]
        assert states == ["REDUCING", "ACTIVE"]

    play(act)


def test_a_venue_can_be_halted_alone() -> None:
    async def act(scene: Scene, operate: Operate) -> None:
        await ask(operate, "halt", scope="venue:beta", reason="x")
        assert scene.floor.state_at("beta") is TradingState.HALTED
        assert scene.floor.state_at("alpha") is TradingState.ACTIVE

    play(act)


@pytest.mark.parametrize(
    ("what", "words", "message"),
    [
        ("dance", {}, "expected one of status"),
        ("halt", {}, "the word reason is missing"),
        ("halt", {"scope": "venue:gamma", "reason": "x"}, "no venue 'gamma' here"),
        ("halt", {"scope": "everywhere", "reason": "x"}, "expected venue, strategy"),
        ("cancel", {"scope": "order:a9", "reason": "x"}, "no order 'a9' here"),
        ("resume", {"scope": "strategy:x", "reason": "x"}, "only puppet"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    what: str, words: dict[str, str], message: str
) -> None:
    async def act(scene: Scene, operate: Operate) -> None:
        before = scene.floor.engine.seq
        with pytest.raises(Misunderstood, match=message):
            await ask(operate, what, **words)
        assert scene.floor.engine.seq == before

    play(act)


def test_an_order_without_a_reason_is_refused() -> None:
    async def act(_: Scene, operate: Operate) -> None:
        with pytest.raises(DomainError, match="without a reason"):
            await ask(operate, "halt", reason=" ")

    play(act)


def test_an_order_is_canceled_by_its_id() -> None:
    async def act(scene: Scene, operate: Operate) -> None:
        came = await ask(operate, "cancel", scope=f"order:{scene.last}", reason="x")
        await scene.pass_time(100 * MILLISECOND)
        assert came["canceled"] == 1
        assert rows(await ask(operate, "orders"), "orders") == []
        assert not scene.floor.exchanges[ALPHA].working()

    play(act)


def test_stop_is_answered_when_the_run_has_ended() -> None:
    async def act(scene: Scene, operate: Operate) -> None:
        asking = asyncio.create_task(ask(operate, "stop", reason="x"))
        await asyncio.sleep(0)
        assert not asking.done()
        scene.alpha.break_stream()
        operate.end(Stopped("x", ((Venue("alpha"), ClOrdId("a1")),)))
        told = await asking
        assert told["remaining"] == [{"venue": "alpha", "cl_ord_id": "a1"}]
        why = "stream broken; what became of an order is not known yet"
        assert told["unreconciled"] == [{"venue": "alpha", "for_s": 0.0, "why": why}]

    play(act)
