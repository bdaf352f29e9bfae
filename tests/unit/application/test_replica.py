"""Replica: what a journal leads to is what the engine that wrote it knows."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from graphwiz_trader.application import replica_view, state_view
from graphwiz_trader.application.equity_curve import MOST, EquityCurve
from graphwiz_trader.application.operate import Operate
from graphwiz_trader.application.replica import Replica
from graphwiz_trader.application.replica_view import Section, View
from graphwiz_trader.domain.control import Request
from graphwiz_trader.domain.errors import DataError, JournalTorn
from graphwiz_trader.domain.events import (
    OperatorAction,
    RunStarted,
    TapeMessage,
)
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.vitals import VitalsSampled
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.testing.faulty_venue import Fault
from graphwiz_trader.testing.journal import MemoryJournal
from tests.unit.application.test_trade import ALPHA, MS, A, Scene, rest, take


class Watched(Scene):
    """A scene whose journal is read."""

    def replica(self) -> Replica:
        return Replica(self.floor.journal, self.begun)

    def begun(self, _: RunStarted) -> Engine:
        """An engine that knows nothing; the one that lives keeps its strategy."""
        lived = self.puppet
        try:
            return self.floor.new_engine()
        finally:
            self.puppet = lived


def play(act: Callable[[Watched], Awaitable[None]]) -> Watched:
    scene = Watched()

    async def played() -> None:
        await scene.begin()
        try:
            await act(scene)
        finally:
            await scene.floor.abandon()

    asyncio.run(played())
    return scene


async def trading(scene: Watched) -> None:
    """An order that rests, one that fills, one in doubt, and a person's order."""
    await scene.want(take())
    await scene.pass_time(SECOND)
    await scene.want(rest())
    await scene.pass_time(SECOND)
    scene.alpha.script.append(Fault.LOST)
    await scene.want(rest(price=996))
    await scene.pass_time(600 * MS)
    scene.floor.operate(OperatorAction.REDUCE)


def everything(replica: Replica) -> View:
    state = replica.state
    assert state is not None
    return {
        **replica_view.quick(replica, state, [A.id]),
        **replica_view.orders(replica, state),
        **replica_view.sums(replica, state),
    }


def caught_up(scene: Watched) -> Replica:
    replica = scene.replica()
    replica.read(1_000_000)
    return replica


def test_a_replica_answers_as_the_engine_itself_would() -> None:
    scene = play(trading)
    replica, state, now = caught_up(scene), scene.floor.engine.state, scene.floor.clock.now()

    found = replica.state

    assert found is not None
    assert replica.seq == scene.floor.engine.seq
    for question in (state_view.health, state_view.orders):
        assert plain(question(found, now)) == plain(question(state, now))
    for ask in (state_view.positions, state_view.balances, state_view.risk):
        assert plain(ask(found)) == plain(ask(state))


def test_the_head_tells_what_status_tells() -> None:
    told: dict[str, object] = {}

    async def asked(scene: Watched) -> None:
        await trading(scene)
        assert scene.floor.trade is not None
        operate = Operate(scene.floor.trade, ("puppet",), dict)
        status = (await operate.answer(Request("status", {}), "ann")).result["status"]
        assert isinstance(status, dict)
        told.update(status)

    head = everything(caught_up(play(asked)))["head"]

    same = ("state", "closed", "pnl", "day_pnl", "hedge_debt", "open_orders", "unknown_orders")
    assert {name: head[name] for name in same} == {name: told[name] for name in same}
    assert (head["state"], head["who"], head["why"]) == ("REDUCING", "ann", "a test")
    assert (head["orders"], head["fills"], head["was_unknown"]) == (3, 1, 1)


def test_the_order_board_names_what_is_in_doubt_and_what_has_ended() -> None:
    scene = play(trading)

    rows = everything(caught_up(scene))["orders"]

    status = {name: row["ord_status"] for name, row in rows.items() if isinstance(row, dict)}
    assert sorted(map(str, status.values())) == ["FILLED", "NEW", "UNKNOWN"]
    assert status[scene.last] == "UNKNOWN"


def test_a_page_sees_books_ladder_risk_log_and_latencies() -> None:
    seen = everything(caught_up(play(trading)))

    book = seen["books"][A.id]
    assert isinstance(book, dict)
    assert (book["bid"], book["ask"], book["usable"]) == ("99.8", "100.2", True)
    assert seen[f"ladder {A.id}"]["ask0"] == [A.id, "100.2", "0.9900"]
    assert "max_exposure" in seen["risk"]
    assert list(seen["latency"]) == ["ack", "first_fill"]
    texts = [row[2] for row in seen["log"].values() if isinstance(row, list)]
    assert "ann: reduce everything: a test" in texts
    assert "everything is REDUCING, by ann: a test" in texts
    assert any("BUY 0.0100" in str(text) for text in texts)


def test_a_page_sees_how_the_process_fares() -> None:
    sample = VitalsSampled(
        Nanos(0),
        12.5,
        3_000_000,
        40,
        50.0,
        60.0,
        7_000_000_000,
        0,
        0,
        Nanos(0),
        1,
        Nanos(2 * MS),
        Nanos(2 * MS),
        5,
        6,
    )

    async def act(scene: Watched) -> None:
        assert scene.floor.trade is not None
        scene.floor.trade.deliver(evolve(sample, ts=scene.floor.clock.now()))
        await scene.pass_time(SECOND)

    vitals = everything(caught_up(play(act)))["vitals"]

    assert (vitals["cpu_pct"], vitals["memory_mb"], vitals["disk_free_gb"]) == (12.5, 3.0, 7.0)
    assert (vitals["gc_longest_ms"], vitals["journal_pending"], vitals["outbox"]) == (2.0, 5, 6)


def test_a_replica_follows_a_journal_that_grows_and_a_process_that_dies() -> None:
    heads: list[Section] = []

    async def act(scene: Watched) -> None:
        replica = scene.replica()
        for _ in range(2):
            await scene.want(take(qty=1))
            await scene.pass_time(SECOND)
            while replica.read(7):
                pass
            heads.append(everything(replica)["head"])
            await scene.floor.crash()
            await scene.pass_time(SECOND)
        replica.read(100_000)
        heads.append(everything(replica)["head"])

    play(act)

    assert [(head["fills"], head["starts"]) for head in heads] == [(1, 1), (2, 2), (2, 3)]


def test_a_gap_in_the_journal_is_refused() -> None:
    scene = play(trading)
    entries = list(scene.floor.journal.entries())

    class Holed(MemoryJournal):
        def entries(self, after: int = 0) -> Iterator[Entry]:
            return (e for e in entries if e.outcome.seq > after and e.outcome.seq != 5)

    replica = Replica(Holed(), scene.begun)

    with pytest.raises(JournalTorn, match="found entry 6, expected 5"):
        replica.read()
    with pytest.raises(JournalTorn, match="found entry 6, expected 5"):
        replica.read()
    assert replica.seq == 4


def test_another_engine_than_the_one_that_wrote_is_refused() -> None:
    scene = play(trading)
    scene.plan.clear()

    with pytest.raises(JournalTorn, match="the journal says"):
        scene.replica().read(1_000_000)


def test_a_backtest_is_left_to_its_report() -> None:
    journal = MemoryJournal()
    journal.append(Entry(TapeMessage(0, 0, more=False), Outcome(1)))

    with pytest.raises(DataError, match="its report"):
        Replica(journal, Watched().begun).read()


def test_only_what_changed_is_told() -> None:
    before: View = {"orders": {"a": 1, "b": 2}, "risk": {"x": 1}, "log": {"1": "said"}}
    after: View = {"orders": {"a": 1, "c": 3}, "log": {"1": "said"}}

    told = dict(replica_view.changed(before, after))

    assert told == {"orders": {"b": None, "c": 3}, "risk": {"x": None}}


def test_what_is_remembered_stays_bounded() -> None:
    state = play(trading).floor.engine.state
    curve = EquityCurve()

    for second in range(10 * MOST):
        curve.feed(Nanos(second * SECOND), state)

    assert MOST // 2 <= len(curve.points) <= MOST
    assert curve.points[-1].ts >= 9.9 * MOST * SECOND


def test_an_account_that_was_never_asked_is_told() -> None:
    async def act(scene: Watched) -> None:
        scene.alpha.unanswerable = 100
        await scene.floor.crash()
        await scene.pass_time(SECOND)

    head = everything(caught_up(play(act)))["head"]

    assert head["closed"] == {f"account:{ALPHA}": "HALTED"}
