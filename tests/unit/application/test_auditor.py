"""Auditor: it sees each invariant broken, and nothing else."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from graphwiz_trader.application.auditor import OWED, Auditor
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import AccountAgrees, OperatorAction
from graphwiz_trader.domain.facts import (
    Fact,
    FillBooked,
    GroupChanged,
    GroupState,
    OrderChanged,
    Outcome,
)
from graphwiz_trader.domain.orders import ExecType, Liquidity, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    ClOrdId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.strategy import ScriptedStrategy
from tests.unit.application.test_trade import ALPHA, PUPPET, A, Scene, rest

BTC = make.instrument()
NAME = ClOrdId("a1")
SUBMIT = SubmitOrder(
    NAME, PUPPET, A.id, Side.BUY, OrdType.LIMIT, TimeInForce.GTC, Ticks(997), Lots(100)
)
FILL = FillBooked(
    NAME,
    "f1",
    PUPPET,
    A.id,
    Side.BUY,
    Ticks(997),
    Lots(5),
    ZERO,
    ZERO,
    Liquidity.TAKER,
    Nanos(0),
    "",
)
OWES = GroupChanged("g1", GroupState.WORKING, Decimal(1), ZERO, ZERO)


def step(auditor: Auditor, *facts: Fact, submit: SubmitOrder | None = None) -> None:
    """Show *auditor* a step that came out so."""
    commands = () if submit is None else (submit,)
    auditor.watch(AccountAgrees(make.START, ALPHA), Outcome(1, commands, facts))


def play(act: Callable[[Scene, Auditor], None]) -> tuple[list[str], Auditor]:
    """Let *act* show things to the auditor of an engine with one resting order."""
    scene = Scene()
    seen: list[str] = []
    kept: list[Auditor] = []

    async def played() -> None:
        await scene.begin()
        await scene.want(rest())
        await scene.pass_time(100 * MILLISECOND)
        assert scene.floor.violations == []
        kept.append(Auditor(scene.floor.engine.state, scene.floor.clock, seen.append))
        act(scene, kept[0])
        await scene.floor.abandon()

    asyncio.run(played())
    return seen, kept[0]


def test_what_is_in_order_is_counted_and_not_told() -> None:
    def act(scene: Scene, auditor: Auditor) -> None:
        working = evolve(SUBMIT, cl_ord_id=scene.last)
        step(auditor, submit=working)
        auditor.leaves(ALPHA, working)
        step(auditor, OrderChanged(scene.last, OrdStatus.CANCELED, Lots(0), ""))
        auditor.sweep()
        auditor.end(1, 1)

    seen, auditor = play(act)

    assert seen == []
    assert auditor.checks > 10
    assert auditor.violations == 0


def test_an_order_without_an_intent_is_seen() -> None:
    def act(_: Scene, auditor: Auditor) -> None:
        auditor.leaves(ALPHA, SUBMIT)
        auditor.sweep()

    seen, _ = play(act)

    assert seen == ["I1 a1 leaves without a journaled intent"]


def test_an_order_of_a_step_may_leave_before_the_step_is_shown() -> None:
    def act(scene: Scene, auditor: Auditor) -> None:
        working = evolve(SUBMIT, cl_ord_id=scene.last)
        auditor.leaves(ALPHA, working)
        step(auditor, submit=working)
        auditor.sweep()

    seen, _ = play(act)

    assert seen == []


def test_an_order_that_leaves_twice_is_seen() -> None:
    def act(scene: Scene, auditor: Auditor) -> None:
        working = evolve(SUBMIT, cl_ord_id=scene.last)
        step(auditor, submit=working)
        auditor.leaves(ALPHA, working)
        auditor.leaves(ALPHA, working)

    seen, auditor = play(act)

    assert [line.endswith("leaves twice") for line in seen] == [True]
    assert (auditor.violations, auditor.named) == (1, seen)


def test_a_fill_that_moved_no_position_is_seen_and_a_fill_told_twice() -> None:
    def act(_: Scene, auditor: Auditor) -> None:
        step(auditor, FILL)
        auditor.sweep()
        step(auditor, FILL)

    seen, _ = play(act)

    assert seen == [
        f"I3 {A.id}: 0 lots, its fills add up to 5",
        "I3 fill f1 at alpha is booked twice",
    ]


def test_an_end_that_does_not_hold_is_seen_and_a_late_fill_is_not() -> None:
    def act(_: Scene, auditor: Auditor) -> None:
        for status in (OrdStatus.CANCELED, OrdStatus.FILLED, OrdStatus.NEW):
            step(auditor, OrderChanged(NAME, status, Lots(0), ""))

    seen, _ = play(act)

    assert seen == ["I8 a1 goes from FILLED to NEW"]


def test_an_order_on_a_lost_book_is_seen() -> None:
    def act(scene: Scene, auditor: Auditor) -> None:
        scene.floor.engine.state.books[A.id].drop("lost")
        step(auditor, submit=evolve(SUBMIT, cl_ord_id=scene.last))

    seen, _ = play(act)

    assert [line.split()[0] for line in seen] == ["I6"]


def test_an_order_that_leaves_while_halted_is_seen() -> None:
    def act(scene: Scene, auditor: Auditor) -> None:
        working = evolve(SUBMIT, cl_ord_id=scene.last)
        step(auditor, submit=working)
        scene.floor.operate(OperatorAction.HALT)
        auditor.leaves(ALPHA, working)

    seen, _ = play(act)

    assert [line.split()[0] for line in seen] == ["I10"]


def test_a_debt_that_stays_is_seen_unless_all_is_halted() -> None:
    def act(scene: Scene, auditor: Auditor) -> None:
        step(auditor, OWES)
        auditor._owed["g1"] = Nanos(scene.floor.clock.now() - OWED - SECOND)
        auditor.sweep()
        scene.floor.operate(OperatorAction.HALT)
        auditor.sweep()
        step(auditor, evolve(OWES, state=GroupState.DONE))
        auditor.sweep()

    seen, _ = play(act)

    assert seen == ["I7 g1 owes a hedge since 61 s"]


def test_what_is_left_open_unnamed_is_seen() -> None:
    seen, _ = play(lambda _, auditor: auditor.end(2, 1))

    assert seen == ["I15 2 orders open, 1 named"]


def test_an_exit_decided_in_the_same_step_is_not_held_against_an_entry() -> None:
    """An entry up to the limit, then another strategy's exit on the same side."""
    first, second = ScriptedStrategy([BTC.id], name="first"), ScriptedStrategy([BTC.id])
    engine = make.engine([BTC], [first, second], RiskSettings(max_exposure=Decimal(1_000_000)))
    for asset in ("BTC", "USDT"):
        engine.step(make.balance("alpha", asset, "1000"))
    seen: list[str] = []

    def asked(ts: int) -> Outcome:
        book = make.book_update(BTC, [("99.9", "9")], [("100.0", "9")], make.START + ts)
        return engine.step(book)

    second.say(taking("scripted", Side.SELL, "0.5"))
    (sold,) = (c for c in asked(1).commands if isinstance(c, SubmitOrder))
    engine.step(make.report(BTC, sold.cl_ord_id, ExecType.TRADE, qty="0.5", price="99.9"))
    first.say(taking("first", Side.BUY, "1.5"))
    second.say(taking("scripted", Side.BUY, "0.5", SignalKind.EXIT))
    auditor = Auditor(engine.state, ManualClock(make.START), seen.append)
    outcome = asked(2)
    auditor.watch(AccountAgrees(make.START, ALPHA), outcome)

    assert sum(isinstance(c, SubmitOrder) for c in outcome.commands) == 2
    assert seen == []


def taking(strategy: str, side: Side, qty: str, kind: SignalKind = SignalKind.TAKE) -> Signal:
    price = BTC.ticks("100.0" if side is Side.BUY else "99.9")
    leg = Leg(BTC.id, side, price, BTC.lots(qty), TimeInForce.IOC)
    return Signal(StrategyId(strategy), kind, (leg,), 1.0, Nanos(make.START + SECOND))
